/*
 * The pool of workers. A worker is a slot is an index; it has a child, and a lock for what its job has printed.
 * Lock: executor.lock, for the list of workers and for waiting on resources or on a pause; never held with another.
 */
#include "run/executor.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/util.h"
#include "run/keeper.h"
#include "run/path.h"
#include "run/queue.h"

#define STACK_BYTES (256 << 10)
#define ROOM_PER_SLOT 2
#define MANY_SLOTS 256 /* above this, read buffers are small */
#define ALONE_TRIES 20 /* nothing of ours runs and resources are short all the same: for this many times ... */
#define ALONE_MS 50    /* ... this long, others are waited for */
#define PAUSE_MS 2000 /* spawns that are under way are waited for this long before spool stops */
#define HANG_NS 100000000LL /* a spawn that takes longer may hang on a stopped child */

struct worker {
	struct executor *executor;
	unsigned slot; /* from 1 */
	pthread_t thread;
	struct child child;
	pthread_mutex_t capture_lock; /* the running job's captures */
	_Atomic uint64_t seq;         /* of the running job */
	struct job *job;              /* the worker's own, as is */
	char *buffer;                 /* this, made when a job prints */
};

struct executor {
	struct executor_spec spec; /* read-only, as is */
	size_t buffer_bytes;       /* this */
	struct queue queue;
	uint64_t submitted; /* the main thread's own */
	atomic_bool stopped;
	atomic_bool paused;
	atomic_uint running;     /* children */
	atomic_uint waiting;     /* workers that wait for changed */
	_Atomic uint64_t endings; /* children that ended */

	pthread_mutex_t lock;
	pthread_cond_t changed; /* a job ended while somebody was short, or the pause or the run is over */
	/* guarded by lock; n only grows, by the main thread */
	struct worker **workers;
	unsigned n;
};

struct executor *
executor_new(const struct executor_spec *spec)
{
	struct executor *e = calloc(1, sizeof(*e));

	if (e == NULL)
		return NULL;
	if ((e->workers = calloc(spec->slots, sizeof(struct worker *))) == NULL) {
		free(e);
		return NULL;
	}
	e->spec = *spec;
	e->buffer_bytes = spec->slots <= MANY_SLOTS ? 64 << 10 : 8 << 10;
	queue_init(&e->queue, (size_t)spec->slots * ROOM_PER_SLOT);
	pthread_mutex_init(&e->lock, NULL);
	pthread_cond_init(&e->changed, NULL);
	return e;
}

void
executor_free(struct executor *e)
{
	for (unsigned i = 0; i < e->n; i++) {
		child_release(&e->workers[i]->child);
		pthread_mutex_destroy(&e->workers[i]->capture_lock);
		free(e->workers[i]->buffer);
		free(e->workers[i]);
	}
	free(e->workers);
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

		err = child_run(&w->child, spec, &reader, end);
		if (err == 0)
			note_ending(e);
		if (err != ECANCELED && !is_shortage(err))
			return err;
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

	j->lock = &w->capture_lock;
	j->slot = w->slot;
	w->job = j;
	atomic_store_explicit(&w->seq, j->seq, memory_order_relaxed);
	if (!e->spec.ops->launch(e->spec.ctx, j, &spec))
		return;
	err = run_child(w, &spec, &j->end);
	if (err == 0) {
		j->outcome = JOB_RAN;
	} else if (err != ECANCELED) {
		j->outcome = JOB_NOT_STARTED;
		j->start_error = err;
		j->no_interpreter = err == ENOENT && path_find(spec.argv[0], spec.wd, file, sizeof(file));
	}
}

static void *
work(void *arg)
{
	struct worker *w = arg;
	struct executor *e = w->executor;
	struct job *j;

	while ((j = queue_pop(&e->queue)) != NULL) {
		if (!atomic_load(&e->stopped))
			run_job(w, j);
		e->spec.ops->finished(e->spec.ctx, j);
	}
	return NULL;
}

static int
start_thread(struct worker *w)
{
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
	w->slot = e->n + 1;
	pthread_mutex_init(&w->capture_lock, NULL);
	err = child_init(&w->child, e->spec.mask, e->spec.own_group, keeper_entry(e->n));
	if (err != 0)
		goto free_worker;
	/* Started and entered under the lock: who ends all jobs never misses a new worker's. */
	pthread_mutex_lock(&e->lock);
	if ((err = start_thread(w)) == 0)
		e->workers[e->n++] = w;
	pthread_mutex_unlock(&e->lock);
	if (err != 0)
		goto release_child;
	return 0;
release_child:
	child_release(&w->child);
free_worker:
	pthread_mutex_destroy(&w->capture_lock);
	free(w);
	return err;
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
	if (!queue_push(&e->queue, j) && e->n < e->spec.slots && e->n < e->submitted)
		(void)add_worker(e);
	return 0;
}

void
executor_finish(struct executor *e)
{
	queue_close(&e->queue);
	for (unsigned i = 0; i < e->n; i++)
		pthread_join(e->workers[i]->thread, NULL);
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

/* Call f for every worker's child. The list only grows, so the lock need not be held meanwhile. */
static void
for_each_child(struct executor *e, void (*f)(struct child *c, int sig), int sig)
{
	unsigned n;

	pthread_mutex_lock(&e->lock);
	n = e->n;
	pthread_mutex_unlock(&e->lock);
	for (unsigned i = 0; i < n; i++)
		f(&e->workers[i]->child, sig);
}

void
executor_end(struct executor *e, int sig)
{
	executor_stop(e);
	for_each_child(e, child_end_with, sig);
}

/* Since when the oldest spawn that is under way has been; 0: none is. */
static int64_t
oldest_spawn(struct executor *e)
{
	int64_t oldest = 0;

	pthread_mutex_lock(&e->lock);
	for (unsigned i = 0; i < e->n; i++) {
		int64_t since = atomic_load(&e->workers[i]->child.spawning_since_ns);

		if (since != 0 && (oldest == 0 || since < oldest))
			oldest = since;
	}
	pthread_mutex_unlock(&e->lock);
	return oldest;
}

void
executor_continue(struct executor *e)
{
	for_each_child(e, child_signal, SIGCONT);
	pthread_mutex_lock(&e->lock);
	atomic_store(&e->paused, false);
	pthread_cond_broadcast(&e->changed);
	pthread_mutex_unlock(&e->lock);
}

/* The number of the job that runs as pid; 0: it is none of ours, or not known yet. */
static uint64_t
job_of(struct executor *e, pid_t pid)
{
	uint64_t seq = 0;
	unsigned n;

	pthread_mutex_lock(&e->lock);
	n = e->n;
	pthread_mutex_unlock(&e->lock);
	for (unsigned i = 0; i < n && seq == 0; i++) {
		struct worker *w = e->workers[i];

		if (child_is(&w->child, pid))
			seq = atomic_load_explicit(&w->seq, memory_order_relaxed);
	}
	return seq;
}

/* A stopped child that is no job: it was stopped before its exec, and its spawn hangs until it goes on. */
static void
free_hanging_spawn(struct executor *e)
{
	pid_t pid;
	int sig;

	while (child_find_stopped(&pid, &sig)) {
		if (job_of(e, pid) == 0) {
			kill(pid, SIGCONT);
			return;
		}
		child_seen_stopped(pid); /* or it would be found for ever */
	}
}

/*
 * A thread in a spawn can't be stopped, so a spawn that hangs would keep all of spool from stopping, and the shell from
 * its prompt.
 */
void
executor_pause(struct executor *e)
{
	atomic_store(&e->paused, true);
	for (int ms = 0; oldest_spawn(e) != 0 && ms < PAUSE_MS; ms++) {
		poll(NULL, 0, 1);
		free_hanging_spawn(e);
	}
	for_each_child(e, child_signal, SIGSTOP);
}

bool
executor_look(
    struct executor *e, void (*stopped)(void *ctx, uint64_t seq, int sig), void *ctx)
{
	int64_t since = oldest_spawn(e);
	uint64_t seq;
	pid_t pid;
	int sig;

	while (child_find_stopped(&pid, &sig)) {
		if ((seq = job_of(e, pid)) == 0) {
			if (since != 0 && now_ns() - since > HANG_NS)
				kill(pid, SIGCONT);
			break;
		}
		child_seen_stopped(pid);
		if (sig == SIGTTIN || sig == SIGTTOU)
			stopped(ctx, seq, sig);
	}
	return since != 0;
}
