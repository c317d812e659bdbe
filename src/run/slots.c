/*
 * The list of slots. Its array is laid out beforehand and a slot stays where it is, so what was
 * entered can be used without the lock. Lock: slots.lock, for the list; a child's own lock is taken
 * after it was given back.
 */
#include "run/slots.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "base/util.h"
#include "run/keeper.h"

#define AGAIN_NS 10000000LL /* its time is up, and it is being spawned or reaped */

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
	slot->suspended_ns = 0;
	atomic_init(&slot->seq, 0);
	atomic_init(&slot->evicted_ns, 0);
	atomic_init(&slot->cut_ns, 0);
	pthread_mutex_init(&slot->capture_lock, NULL);
	return 0;
}

void
slot_release(struct slot *slot)
{
	child_release(&slot->child);
	pthread_mutex_destroy(&slot->capture_lock);
}

void
slots_enter(struct slots *s, struct slot *slot)
{
	s->list[s->n++] = slot;
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

bool
slot_was_evicted(struct slot *slot, int64_t start_ns)
{
	return start_ns != 0 && atomic_load(&slot->evicted_ns) == start_ns;
}

bool
slots_evict(struct slots *s, const struct slot *except)
{
	unsigned n = count(s), running = 0;
	struct slot *youngest = NULL;
	int64_t latest = 0;

	for (unsigned i = 0; i < n; i++) {
		int64_t started = atomic_load(&s->list[i]->child.started_ns);

		if (slot_was_evicted(s->list[i], started))
			return false;
		if (s->list[i] == except)
			continue;
		running += started != 0;
		if (started > latest) {
			latest = started;
			youngest = s->list[i];
		}
	}
	if (running < 2)
		return false;
	atomic_store(&youngest->evicted_ns, latest);
	return true;
}

void
slots_cut(struct slots *s, unsigned number)
{
	struct slot *slot;

	pthread_mutex_lock(&s->lock); /* it may just be entered */
	slot = s->list[number - 1];
	pthread_mutex_unlock(&s->lock);
	atomic_store(&slot->cut_ns, atomic_load(&slot->child.started_ns));
}

/* How many children are older than the one that started then. */
static unsigned
count_older(struct slots *s, unsigned n, int64_t started_ns, const struct slot *except)
{
	unsigned older = 0;

	for (unsigned i = 0; i < n; i++) {
		int64_t started = atomic_load(&s->list[i]->child.started_ns);

		older += s->list[i] != except && started != 0 && started < started_ns;
	}
	return older;
}

unsigned
slots_suspend(struct slots *s, unsigned may_run, const struct slot *except)
{
	unsigned n = count(s), suspended = 0;
	struct slot *oldest = NULL; /* that is suspended and may go on */

	for (unsigned i = 0; i < n; i++) {
		struct slot *slot = s->list[i];
		int64_t started = atomic_load(&slot->child.started_ns);

		if (started == 0 || slot == except)
			continue;
		if (count_older(s, n, started, except) >= may_run) {
			slot->suspended_ns = started;
			child_signal(&slot->child, SIGSTOP);
			suspended++;
		} else if (slot->suspended_ns == started) {
			suspended++;
			if (oldest == NULL || started < oldest->suspended_ns)
				oldest = slot;
		}
	}
	if (oldest != NULL) {
		oldest->suspended_ns = 0;
		child_signal(&oldest->child, SIGCONT);
		suspended--;
	}
	return suspended;
}

/* Send the child of a slot what is due. Returns when it must be looked at again. */
static int64_t
end_overdue(
    struct slot *slot, int64_t started_ns, int64_t limit_ns, const struct termseq *seq, int64_t now)
{
	struct slot_overdue *o = &slot->overdue;
	int64_t due;

	if (o->started_ns != started_ns)
		*o = (struct slot_overdue){.started_ns = started_ns};
	for (; o->step < seq->n; o->step++) {
		if (o->step > 0)
			due = o->first_ns + termseq_due(seq, o->step);
		else if (slot_was_evicted(slot, started_ns) ||
			 atomic_load(&slot->cut_ns) == started_ns)
			due = started_ns;
		else if (limit_ns != 0)
			due = started_ns + limit_ns;
		else
			return INT64_MAX;
		if (now < due)
			return due;
		if (!child_time_out(&slot->child, started_ns, seq->steps[o->step].sig))
			return now + AGAIN_NS;
		if (o->step == 0)
			o->first_ns = now;
	}
	return INT64_MAX;
}

int64_t
slots_end_overdue(struct slots *s, int64_t limit_ns, const struct termseq *seq,
    const struct slot *except, int64_t *oldest_ns)
{
	int64_t now = now_ns(), next = INT64_MAX, due;
	unsigned n = count(s);

	*oldest_ns = now;
	for (unsigned i = 0; i < n; i++) {
		int64_t started = atomic_load(&s->list[i]->child.started_ns);

		if (started == 0 || s->list[i] == except)
			continue;
		if (started < *oldest_ns)
			*oldest_ns = started;
		due = end_overdue(s->list[i], started, limit_ns, seq, now);
		if (due < next)
			next = due;
	}
	return next;
}
