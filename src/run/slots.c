/*
 * The list of slots. Its array is laid out beforehand and a slot stays where it is, so what was
 * entered can be used without the lock. Lock: slots.lock, for the list; a child's own lock is taken
 * after it was given back.
 */
#include "run/slots.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "run/keeper.h"

int
slots_init(struct slots *s, unsigned most)
{
	*s = (struct slots){0};
	pthread_mutex_init(&s->lock, NULL);
	s->list = calloc(most, sizeof(struct slot *));
	return s->list == NULL ? ENOMEM : 0;
}

void
slots_release(struct slots *s)
{
	free(s->list);
	pthread_mutex_destroy(&s->lock);
}

int
slot_init(struct slot *slot, unsigned number, const sigset_t *mask, bool own_group)
{
	int err = child_init(&slot->child, mask, own_group, keeper_entry(number - 1));

	if (err != 0)
		return err;
	slot->number = number;
	atomic_init(&slot->seq, 0);
	pthread_mutex_init(&slot->capture_lock, NULL);
	return 0;
}

void
slot_release(struct slot *slot)
{
	child_release(&slot->child);
	pthread_mutex_destroy(&slot->capture_lock);
}

int
slots_enter(struct slots *s, struct slot *slot, int (*start)(void *arg), void *arg)
{
	int err;

	pthread_mutex_lock(&s->lock);
	if ((err = start(arg)) == 0)
		s->list[s->n++] = slot;
	pthread_mutex_unlock(&s->lock);
	return err;
}

static unsigned
count(struct slots *s)
{
	unsigned n;

	pthread_mutex_lock(&s->lock);
	n = s->n;
	pthread_mutex_unlock(&s->lock);
	return n;
}

void
slots_signal(struct slots *s, void (*f)(struct child *c, int sig), int sig)
{
	unsigned n = count(s);

	for (unsigned i = 0; i < n; i++)
		f(&s->list[i]->child, sig);
}

int64_t
slots_oldest_spawn(struct slots *s)
{
	unsigned n = count(s);
	int64_t oldest = 0;

	for (unsigned i = 0; i < n; i++) {
		int64_t since = atomic_load(&s->list[i]->child.spawning_since_ns);

		if (since != 0 && (oldest == 0 || since < oldest))
			oldest = since;
	}
	return oldest;
}

/* The number of the job that runs as pid; 0: it is none of ours, or not known yet. */
static uint64_t
job_of(struct slots *s, pid_t pid)
{
	unsigned n = count(s);

	for (unsigned i = 0; i < n; i++)
		if (child_is(&s->list[i]->child, pid))
			return atomic_load(&s->list[i]->seq);
	return 0;
}

void
slots_look_after(
    struct slots *s, bool hanging, void (*stopped)(void *ctx, uint64_t seq, int sig), void *ctx)
{
	uint64_t seq;
	pid_t pid;
	int sig;

	while (child_find_stopped(&pid, &sig)) {
		if ((seq = job_of(s, pid)) == 0) {
			if (hanging)
				kill(pid, SIGCONT);
			return;
		}
		child_seen_stopped(pid); /* or it would be found for ever */
		stopped(ctx, seq, sig);
	}
}
