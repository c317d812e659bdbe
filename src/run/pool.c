/*
 * The pool of workers behind executor.h. A worker is a slot is an index.
 * Locks: slots.lock, for the list of workers; executor.lock, for waiting on resources or on a
 * pause. Never both.
 */
#include "run/pool.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "base/os.h"
#include "base/util.h"
#include "run/gate.h"

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
	e->spec = *spec;
	e->since_ticks = os_now_ticks();
	if (e->spec.most < spec->slots)
		e->spec.most = spec->slots;
	if ((e->workers = calloc(e->spec.most, sizeof(struct worker *))) == NULL)
		goto free_executor;
	if (slots_init(&e->slots, e->spec.most) != 0)
		goto free_workers;
	atomic_init(&e->width, spec->slots);
	e->buffer_bytes = spec->slots <= MANY_SLOTS ? 64 << 10 : 8 << 10;
	queue_init(&e->queue, (size_t)spec->slots * AHEAD_PER_SLOT,
	    spec->room > 0 ? spec->room : room(spec->slots));
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
executor_join(struct executor *e)
{
	for (unsigned i = 0; i < e->n; i++) {
		if (!e->workers[i]->joined)
			pthread_join(e->workers[i]->thread, NULL);
		e->workers[i]->joined = true;
	}
}

void
executor_free(struct executor *e)
{
	executor_join(e);
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

/* Locked. */
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
	if ((err = worker_start(w)) != 0)
		goto release_slot;
	slots_enter(&e->slots, &w->slot);
	e->workers[e->n++] = w;
	atomic_fetch_add(&e->active, 1);
	return 0;
release_slot:
	slot_release(&w->slot);
free_worker:
	free(w);
	return err;
}

/* Start a worker that retired again. Returns 0 or errno. Locked. */
static int
revive_worker(struct executor *e)
{
	int err;

	for (unsigned i = 0; i < e->n; i++) {
		struct worker *w = e->workers[i];

		if (!atomic_load(&w->retired))
			continue;
		if (!w->joined)
			pthread_join(w->thread, NULL);
		w->joined = true;
		atomic_store(&w->retired, false);
		if ((err = worker_start(w)) == 0) {
			w->joined = false;
			atomic_fetch_sub(&e->retired, 1);
			atomic_fetch_add(&e->active, 1);
		} else {
			atomic_store(&w->retired, true);
		}
		return err;
	}
	return EAGAIN;
}

/* One more worker. Returns 0 or errno. */
static int
grow(struct executor *e)
{
	int err = 0;

	pthread_mutex_lock(&e->slots.lock);
	if (!e->closed && atomic_load(&e->active) < atomic_load(&e->width)) {
		if (atomic_load(&e->retired) > 0)
			err = revive_worker(e);
		else if (e->n < e->spec.most)
			err = add_worker(e);
	}
	pthread_mutex_unlock(&e->slots.lock);
	return err;
}

/* Who waits at the gate will take the next job, and sees then to the one behind it. */
static bool
may_grow(const struct executor *e)
{
	return atomic_load(&e->active) < atomic_load(&e->width) &&
	       atomic_load(&e->endings) >= atomic_load(&e->narrow_until) &&
	       (e->spec.gate == NULL || !gate_is_awaited(e->spec.gate));
}

/*
 * A job found no idle worker. Never more workers than jobs: one that was just started does not
 * count as idle yet. Where a further thread can't be had, those that are there do the work.
 */
static void
help(struct executor *e)
{
	if (atomic_load(&e->active) < e->submitted && may_grow(e))
		(void)grow(e);
}

void
pool_help_next(struct executor *e)
{
	if (queue_len(&e->queue) > 0 && may_grow(e))
		(void)grow(e);
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

	if (e->submitted == 0 && (err = grow(e)) != 0)
		return err;
	e->submitted++;
	if (!queue_push(&e->queue, j))
		help(e);
	return 0;
}

void
executor_finish(struct executor *e)
{
	queue_close(&e->queue);
	queue_await_end(&e->queue);
	pthread_mutex_lock(&e->slots.lock);
	e->closed = true;
	pthread_mutex_unlock(&e->slots.lock);
}

void
executor_stop(struct executor *e)
{
	struct slot *asking;

	atomic_store(&e->stopped, true);
	pthread_mutex_lock(&e->lock);
	pthread_cond_broadcast(&e->changed);
	pthread_mutex_unlock(&e->lock);
	queue_hurry(&e->queue);
	if (e->spec.gate == NULL)
		return;
	gate_stop(e->spec.gate);
	if ((asking = atomic_load(&e->asking)) != NULL)
		child_end_with(&asking->child, SIGKILL);
}

int64_t
executor_start_due(struct executor *e)
{
	size_t lacking;
	int64_t next = queue_due(&e->queue, now_ns(), &lacking);

	while (lacking-- > 0 && may_grow(e) && grow(e) == 0)
		;
	return next;
}

bool
executor_stopped(const struct executor *e)
{
	return atomic_load(&e->stopped);
}

unsigned
executor_slots(const struct executor *e)
{
	return e->spec.most;
}

void
executor_set_width(struct executor *e, unsigned width)
{
	size_t waiting;

	if (width > e->spec.most)
		width = e->spec.most;
	atomic_store(&e->width, width > 0 ? width : 1);
	waiting = queue_len(&e->queue);
	while (waiting-- > 0 && atomic_load(&e->active) < width && grow(e) == 0)
		;
}

unsigned
executor_width(const struct executor *e)
{
	return atomic_load(&e->width);
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

bool
executor_evict(struct executor *e)
{
	return slots_evict(&e->slots, atomic_load(&e->asking));
}

void
executor_cut(struct executor *e, const struct job *j)
{
	slots_cut(&e->slots, j->slot);
}

unsigned
executor_suspend(struct executor *e, unsigned may_run)
{
	return slots_suspend(&e->slots, may_run, atomic_load(&e->asking));
}

int64_t
executor_end_overdue(
    struct executor *e, int64_t limit_ns, const struct termseq *seq, int64_t *oldest_ns)
{
	return slots_end_overdue(&e->slots, limit_ns, seq, atomic_load(&e->asking), oldest_ns);
}
