/*
 * The pool of workers. A worker is a slot is an index.
 * Lock: executor.lock, for waiting on resources or on a pause; never held with another.
 */
#include "run/executor.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/util.h"
#include "run/path.h"
#include "run/queue.h"
#include "run/slots.h"

#define STACK_BYTES (256 << 10)
#define ROOM_PER_SLOT 2
#define MANY_SLOTS 256 /* above this, read buffers are small */
#define ALONE_TRIES 20 /* nothing of ours runs and resources are short all the same: for this many times ... */
#define ALONE_MS 50    /* ... this long, others are waited for */
#define RETIRE_TRIES 2    /* waits in vain before workers leave */
#define NARROW_ENDINGS 100
#define PAUSE_MS 2000 /* spawns that are under way are waited for this long before spool stops */
#define HANG_NS 100000000LL /* a spawn that takes longer may hang on a stopped child */

struct worker {
	struct executor *executor;
	struct slot slot;
	pthread_t thread;
	bool joined; /* the main thread's: the thread is gone */
	/* the worker's own */
	struct job *job;
	char *buffer; /* made when a job prints */
	/* its job is another's now, and its thread ends; until it is started again */
	atomic_bool retired;
};

struct executor {
	struct executor_spec spec; /* read-only, as is */
	size_t buffer_bytes;       /* this */
	struct queue queue;
	struct slots slots;
	/* the main thread's own */
	struct worker **workers;
	unsigned n;
	uint64_t submitted;

	atomic_bool stopped;
	atomic_bool paused;
	atomic_uint running;     /* children */
	atomic_uint waiting;     /* workers that wait for changed */
	_Atomic uint64_t endings; /* children that ended */
	_Atomic uint64_t narrow_until; /* so many endings: until then no worker is added */
	atomic_uint retired;      /* workers that may be started again */

	pthread_mutex_t lock;
	pthread_cond_t changed; /* a job ended while somebody was short, or the pause or the run is over */
};

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
	queue_init(&e->queue, (size_t)spec->slots * ROOM_PER_SLOT);
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

static ssize_t
read_output(void *ctx, int stream, int fd)
{
	struct worker *w = ctx;
	struct executor *e = w->executor;
	ssize_t n;

	if (e->spec.ops->move != NULL) {
		n = e->spec.ops->move(e->spec.ctx, w->job, stream, fd);
		if (n >= 0 || (errno != EINVAL && errno != ENOSYS))
			return n;
	}
	if (w->buffer == NULL && (w->buffer = malloc(e->buffer_bytes)) == NULL)
		die("out of memory");
	n = read(fd, w->buffer, e->buffer_bytes);
	if (n > 0)
		e->spec.ops->output(e->spec.ctx, w->job, stream, w->buffer, (size_t)n);
	return n;
}

static bool
wait_while_paused(struct executor *e)
{
	pthread_mutex_lock(&e->lock);
	while (atomic_load(&e->paused) && !atomic_load(&e->stopped))
		pthread_cond_wait(&e->changed, &e->lock);
	pthread_mutex_unlock(&e->lock);
	return true;
}

static bool
is_shortage(int err)
{
	return err == EAGAIN || err == ENOMEM || err == EMFILE || err == ENFILE;
}

/*
 * Descriptors, processes or memory are short. While other jobs run, wait until one has ended since seen was read; when
 * nothing runs, somebody else has what we need: wait a little. Returns false when that was in vain too often.
 */
static bool
wait_for_resources(struct executor *e, uint64_t seen, unsigned *tries)
{
	pthread_mutex_lock(&e->lock);
	while (atomic_load(&e->running) > 0 && seen == atomic_load(&e->endings) &&
	    !atomic_load(&e->stopped))
		pthread_cond_wait(&e->changed, &e->lock);
	pthread_mutex_unlock(&e->lock);
	if (seen == atomic_load(&e->endings)) {
		if (++*tries > ALONE_TRIES)
			return false;
		poll(NULL, 0, ALONE_MS);
	}
	return true;
}

/*
 * Nothing runs, and nothing can be started: it may be that the workers themselves have taken the last processes that
 * the limit allows. All but one of them leave, and for some time no new ones come. True: this one has left, and its job
 * is another's.
 */
static bool
retire(struct executor *e, struct job *j)
{
	if (atomic_load(&e->running) > 0 || !queue_retire(&e->queue, j))
		return false;
	atomic_store(&e->narrow_until, atomic_load(&e->endings) + NARROW_ENDINGS);
	atomic_fetch_add(&e->retired, 1);
	return true;
}

/* A job has ended and gave back what it held. */
static void
note_ending(struct executor *e)
{
	atomic_fetch_add(&e->endings, 1);
	if (atomic_load(&e->waiting) == 0)
		return;
	pthread_mutex_lock(&e->lock);
	pthread_cond_broadcast(&e->changed);
	pthread_mutex_unlock(&e->lock);
}

/* Run the child as soon as it can be started. Returns 0, or why it never was; ECANCELED: the run was stopped. */
static int
run_child(struct worker *w, struct child_spec *spec, struct child_end *end)
{
	struct executor *e = w->executor;
	const struct child_reader reader = {read_output, w};
	unsigned tries = 0;
	int err = ECANCELED;

	spec->hold = &e->paused;
	spec->running = &e->running;
	while (!atomic_load(&e->stopped)) {
		uint64_t seen = atomic_load(&e->endings);
		bool again;

		err = child_run(&w->slot.child, spec, &reader, end);
		if (err == 0)
			note_ending(e);
		if (err != ECANCELED && !is_shortage(err))
			return err;
		if (err != ECANCELED && tries >= RETIRE_TRIES && retire(e, w->job)) {
			atomic_store(&w->retired, true);
			return err;
		}
		atomic_fetch_add(&e->waiting, 1);
		if (err == ECANCELED)
			again = wait_while_paused(e);
		else
			again = wait_for_resources(e, seen, &tries);
		atomic_fetch_sub(&e->waiting, 1);
		if (!again)
			return err;
	}
	return ECANCELED;
}

static void
run_job(struct worker *w, struct job *j)
{
	struct executor *e = w->executor;
	struct child_spec spec;
	char file[4096];
	int err;

	if (j->lock == NULL) /* it keeps the lock of a worker that could not start it */
		j->lock = &w->slot.capture_lock;
	j->slot = w->slot.number;
	w->job = j;
	atomic_store(&w->slot.seq, j->seq);
	if (!e->spec.ops->launch(e->spec.ctx, j, &spec))
		return;
	err = run_child(w, &spec, &j->end);
	if (err == 0) {
		j->outcome = JOB_RAN;
	} else if (err != ECANCELED && !atomic_load(&w->retired)) {
		j->outcome = JOB_NOT_STARTED;
		j->start_error = err;
		j->no_directory = spec.wd != NULL && access(spec.wd, X_OK) != 0;
		j->no_interpreter = err == ENOENT && !j->no_directory &&
		    path_find(spec.argv[0], spec.wd, file, sizeof(file));
	}
}

static void *
work(void *arg)
{
	struct worker *w = arg;
	struct executor *e = w->executor;
	struct job *j;

	/* Counted from here, not from its creation: nobody retires in favour of a thread that may not come. */
	queue_join(&e->queue);
	while ((j = queue_pop(&e->queue)) != NULL) {
		if (!atomic_load(&e->stopped))
			run_job(w, j);
		if (atomic_load(&w->retired))
			return NULL;
		e->spec.ops->finished(e->spec.ctx, j);
	}
	return NULL;
}

static int
start_thread(void *arg)
{
	struct worker *w = arg;
	pthread_attr_t attr;
	int err;

	if ((err = pthread_attr_init(&attr)) != 0)
		return err;
	if ((err = pthread_attr_setstacksize(&attr, STACK_BYTES)) == 0)
		err = pthread_create(&w->thread, &attr, work, w);
	pthread_attr_destroy(&attr);
	return err;
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
	if ((err = slots_enter(&e->slots, &w->slot, start_thread, w)) != 0)
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
		if (start_thread(w) == 0) {
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

int
executor_submit(struct executor *e, struct job *j)
{
	int err;

	if (e->n == 0 && (err = add_worker(e)) != 0)
		return err;
	e->submitted++;
	/*
	 * Never more workers than jobs: one that was just started does not count as idle yet. Where a further thread can't
	 * be had, those that are there do the work.
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
	/* Workers leave an empty queue behind; if one ever did not, its jobs must not count as a success. */
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
 * A thread in a spawn can't be stopped, so a spawn that hangs would keep all of spool from stopping, and the shell from
 * its prompt.
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
executor_look(
    struct executor *e, void (*stopped)(void *ctx, uint64_t seq, int sig), void *ctx)
{
	int64_t since = slots_oldest_spawn(&e->slots);

	slots_look_after(&e->slots, since != 0 && now_ns() - since > HANG_NS, stopped, ctx);
	return since != 0;
}
