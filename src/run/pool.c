/*
 * The pool of workers behind executor.h. A worker is a slot is an index.
 * Lock: executor.lock, for waiting on resources or on a pause; never held with another.
 */
#include "run/pool.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "base/util.h"

#define AHEAD_PER_SLOT 2 /* jobs that wait for a slot, when more of them would have to be read */
#define ROOM_PER_SLOT 64 /* when they are at hand; */
#define ROOM 1024        /* so many in all, or AHEAD_PER_SLOT */
#define MANY_SLOTS 256   /* above this, read buffers are small */
#define PAUSE_MS 2000    /* spawns that are under way are waited for this long before spool stops */
#define HANG_NS 100000000LL /* a spawn that takes longer may hang on a stopped child */

static size_t
room(size_t slots)
{
	size_t most = slots * ROOM_PER_SLOT < ROOM ? slots * ROOM_PER_SLOT : ROOM;

	return most > slots * AHEAD_PER_SLOT ? most : slots * AHEAD_PER_SLOT;
}

struct executor *
executor_new(const struct executor_spec *spec)
{
	struct executor *e = calloc(1, sizeof(*e));

	if (e == NULL)
		return NULL;
	if ((e->workers = calloc(spec->slots, sizeof(struct worker *))) == NULL)
		goto free_executor;
	if (slots_init(&e->slots, spec->slots) != 0)
		goto free_workers;
	e->spec = *spec;
	e->buffer_bytes = spec->slots <= MANY_SLOTS ? 64 << 10 : 8 << 10;
	queue_init(&e->queue, (size_t)spec->slots * AHEAD_PER_SLOT, room(spec->slots));
	pthread_mutex_init(&e->lock, NULL);
	pthread_cond_init(&e->changed, NULL);
	return e;
free_workers:
	free(e->workers);
free_executor:
	free(e);
	return NULL;
}

void
executor_free(struct executor *e)
{
	for (unsigned i = 0; i < e->n; i++) {
		slot_release(&e->workers[i]->slot);
		free(e->workers[i]->buffer);
		free(e->workers[i]);
	}
	free(e->workers);
	slots_release(&e->slots);
	queue_release(&e->queue);
	pthread_cond_destroy(&e->changed);
	pthread_mutex_destroy(&e->lock);
	free(e);
}

static int
add_worker(struct executor *e)
{
	struct worker *w = calloc(1, sizeof(*w));
	int err;

	if (w == NULL)
		return ENOMEM;
	w->executor = e;
	if ((err = slot_init(&w->slot, e->n + 1, e->spec.mask, e->spec.own_group)) != 0)
		goto free_worker;
	if ((err = slots_enter(&e->slots, &w->slot, worker_start, w)) != 0)
		goto release_slot;
	e->workers[e->n++] = w;
	return 0;
release_slot:
	slot_release(&w->slot);
free_worker:
	free(w);
	return err;
}

/* Start a worker that retired again. */
static void
revive_worker(struct executor *e)
{
	for (unsigned i = 0; i < e->n; i++) {
		struct worker *w = e->workers[i];

		if (!atomic_load(&w->retired))
			continue;
		if (!w->joined)
			pthread_join(w->thread, NULL);
		w->joined = true;
		atomic_store(&w->retired, false);
		if (worker_start(w) == 0) {
			w->joined = false;
			atomic_fetch_sub(&e->retired, 1);
		} else {
			atomic_store(&w->retired, true);
		}
		return;
	}
}

/* One more worker for a job that finds none idle, if there may be one more. */
static void
grow(struct executor *e)
{
	if (atomic_load(&e->endings) < atomic_load(&e->narrow_until))
		return;
	if (atomic_load(&e->retired) > 0)
		revive_worker(e);
	else if (e->n < e->spec.slots && e->n < e->submitted)
		(void)add_worker(e);
}

void
executor_await(struct executor *e)
{
	queue_await(&e->queue);
}

int
executor_submit(struct executor *e, struct job *j)
{
	int err;

	if (e->n == 0 && (err = add_worker(e)) != 0)
		return err;
	e->submitted++;
	/*
	 * Never more workers than jobs: one that was just started does not count as idle yet. Where
	 * a further thread can't be had, those that are there do the work.
	 */
	if (!queue_push(&e->queue, j))
		grow(e);
	return 0;
}

void
executor_finish(struct executor *e)
{
	struct job *j;

	queue_close(&e->queue);
	for (unsigned i = 0; i < e->n; i++)
		if (!e->workers[i]->joined)
			pthread_join(e->workers[i]->thread, NULL);
	/*
	 * Workers leave an empty queue behind; if one ever did not, its jobs must not count as a
	 * success.
	 */
	while ((j = queue_pop(&e->queue)) != NULL) {
		j->outcome = JOB_NOT_STARTED;
		j->start_error = EAGAIN;
		e->spec.ops->finished(e->spec.ctx, j);
	}
}

void
executor_stop(struct executor *e)
{
	atomic_store(&e->stopped, true);
	pthread_mutex_lock(&e->lock);
	pthread_cond_broadcast(&e->changed);
	pthread_mutex_unlock(&e->lock);
}

bool
executor_stopped(const struct executor *e)
{
	return atomic_load(&e->stopped);
}

unsigned
executor_slots(const struct executor *e)
{
	return e->spec.slots;
}

void
executor_end(struct executor *e, int sig)
{
	executor_stop(e);
	slots_signal(&e->slots, child_end_with, sig);
}

static void
ignore_stopped(void *ctx, uint64_t seq, int sig)
{
	(void)ctx;
	(void)seq;
	(void)sig;
}

/*
 * A thread in a spawn can't be stopped, so a spawn that hangs would keep all of spool from
 * stopping, and the shell from its prompt.
 */
void
executor_pause(struct executor *e)
{
	atomic_store(&e->paused, true);
	for (int ms = 0; slots_oldest_spawn(&e->slots) != 0 && ms < PAUSE_MS; ms++) {
		poll(NULL, 0, 1);
		slots_look_after(&e->slots, true, ignore_stopped, NULL);
	}
	slots_signal(&e->slots, child_signal, SIGSTOP);
}

void
executor_continue(struct executor *e)
{
	slots_signal(&e->slots, child_signal, SIGCONT);
	pthread_mutex_lock(&e->lock);
	atomic_store(&e->paused, false);
	pthread_cond_broadcast(&e->changed);
	pthread_mutex_unlock(&e->lock);
}

bool
executor_look(struct executor *e, void (*stopped)(void *ctx, uint64_t seq, int sig), void *ctx)
{
	int64_t since = slots_oldest_spawn(&e->slots);

	slots_look_after(&e->slots, since != 0 && now_ns() - since > HANG_NS, stopped, ctx);
	return since != 0;
}
