/*
 * What a worker does: take a job, run it as soon as it can be run, hand it over. Where descriptors,
 * processes or memory are short it waits for others to end, and may leave so that fewer run at a
 * time.
 * Lock: executor.lock, for waiting; never held with another.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/util.h"
#include "run/gate.h"
#include "run/path.h"
#include "run/pool.h"
#include "run/signals.h"
#include "run/strays.h"

#define STACK_BYTES (256 << 10)
/* nothing of ours runs and resources are short all the same: for this many times ... */
#define ALONE_TRIES 20
#define ALONE_MS 50    /* ... this long, others are waited for */
#define RETIRE_TRIES 2 /* waits in vain before workers leave */
#define NARROW_ENDINGS 100

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
 * Descriptors, processes or memory are short. While other jobs run, wait until one has ended since
 * seen was read; when nothing runs, somebody else has what we need: wait a little. Returns false
 * when that was in vain too often.
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
 * Stored, then counted: who finds one counted finds the worker, and waits with slots.lock for its
 * thread, which must not want that any more.
 */
static void
leave(struct worker *w)
{
	atomic_store(&w->retired, true);
	atomic_fetch_add(&w->executor->retired, 1);
}

/*
 * Nothing runs, and nothing can be started: it may be that the workers themselves have taken the
 * last processes that the limit allows. All but one of them leave, and for some time no new ones
 * come. True: this one has left, and its job is another's.
 */
static bool
retire(struct worker *w)
{
	struct executor *e = w->executor;

	if (atomic_load(&e->running) > 0 || !queue_retire(&e->queue, w->job))
		return false;
	atomic_store(&e->narrow_until, atomic_load(&e->endings) + NARROW_ENDINGS);
	atomic_fetch_sub(&e->active, 1);
	leave(w);
	return true;
}

/*
 * There are more workers than are wanted: this one, which has just taken j, leaves, and j is
 * another's. False: it stays.
 */
static bool
step_down(struct worker *w, struct job *j)
{
	struct executor *e = w->executor;
	unsigned active = atomic_load(&e->active);

	do
		if (active <= atomic_load(&e->width))
			return false;
	while (!atomic_compare_exchange_weak(&e->active, &active, active - 1));
	if (!queue_retire(&e->queue, j)) {
		atomic_fetch_add(&e->active, 1);
		return false;
	}
	leave(w);
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

static bool
is_of_job(void *ctx, uint64_t seq, pid_t pid)
{
	(void)pid;
	return seq == *(const uint64_t *)ctx;
}

/* Of a job that timed out nothing stays, not even what has left its process group. */
static void
end_strays(struct executor *e, uint64_t seq)
{
	strays_signal(getpid(), e->since_ticks, SIGKILL, is_of_job, &seq);
}

static void
tell_starting(void *ctx, int64_t start_ns)
{
	struct worker *w = ctx;

	w->executor->spec.ops->starting(w->executor->spec.ctx, start_ns);
}

static void
tell_started(void *ctx)
{
	struct worker *w = ctx;

	w->job->end = w->end;
	w->job->tries++;
	if (w->executor->spec.ops->started != NULL)
		w->executor->spec.ops->started(w->executor->spec.ctx, w->job);
}

/*
 * Run the child as soon as it can be started. Returns 0, or why it never was; ECANCELED: the run
 * was stopped.
 */
static int
run_child(struct worker *w, struct child_spec *spec)
{
	struct executor *e = w->executor;
	const struct child_reader reader = {read_output, w};
	unsigned tries = 0;
	int err = ECANCELED;

	spec->hold = &e->paused;
	spec->running = &e->running;
	spec->starting = e->spec.ops->starting != NULL ? tell_starting : NULL;
	spec->started = tell_started;
	spec->ctx = w;
	while (!atomic_load(&e->stopped)) {
		uint64_t seen = atomic_load(&e->endings);
		bool again;

		err = child_run(&w->slot.child, spec, &reader, &w->end);
		if (err == 0 && w->end.timed_out)
			end_strays(e, spec->seq);
		if (err == 0)
			note_ending(e);
		if (err != ECANCELED && !is_shortage(err))
			return err;
		if (err != ECANCELED && tries >= RETIRE_TRIES && retire(w))
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

	if (j->lock == NULL) /* it keeps the lock of a worker that could not start it */
		j->lock = &w->slot.capture_lock;
	j->slot = w->slot.number;
	w->job = j;
	atomic_store(&w->slot.seq, j->seq);
	if (!e->spec.ops->launch(e->spec.ctx, j, &spec)) {
		j->tries += j->outcome == JOB_NOT_STARTED;
		return;
	}
	err = run_child(w, &spec);
	/* It is another's now; or keeps what became of it before. */
	if (atomic_load(&w->retired) || err == ECANCELED)
		return;
	j->end = w->end;
	if (err == 0) {
		j->outcome = JOB_RAN;
	} else {
		j->tries++;
		j->outcome = JOB_NOT_STARTED;
		j->start_error = err;
		j->no_directory = spec.wd != NULL && access(spec.wd, X_OK) != 0;
		j->no_interpreter = err == ENOENT && !j->no_directory &&
		                    path_find(spec.argv[0], spec.wd, file, sizeof(file));
	}
}

/* The next job, when it may start; NULL: there is none for this worker. */
static struct job *
next_job(struct worker *w, bool *left)
{
	struct executor *e = w->executor;
	struct gate *gate = e->spec.gate;
	struct job *j;

	if (gate != NULL)
		gate_take_turn(gate);
	j = queue_pop(&e->queue);
	if (j != NULL && gate != NULL)
		gate_await(gate, w);
	if (j != NULL && (*left = step_down(w, j)))
		j = NULL;
	if (gate == NULL)
		return j;
	if (j != NULL)
		gate_start(gate);
	else if (*left)
		gate_end(gate);
	gate_give_turn(gate);
	if (j != NULL)
		pool_help_next(e);
	return j;
}

static ssize_t
throw_away(void *ctx, int stream, int fd)
{
	char bytes[512];

	(void)ctx;
	(void)stream;
	return read(fd, bytes, sizeof(bytes));
}

int
executor_ask(struct worker *w, char *const *argv, char *const *envp, int stdin_fd)
{
	const struct child_reader reader = {throw_away, NULL};
	struct executor *e = w->executor;
	atomic_uint running = 0; /* it is none of the jobs that run */
	const struct child_spec spec = {
	    .argv = argv,
	    .envp = envp,
	    .seq = UINT64_MAX,
	    .stdin_fd = stdin_fd,
	    .output = CHILD_ONE_PIPE,
	    .hold = &e->paused,
	    .running = &running,
	};
	struct child_end end;
	int err = ECANCELED;

	/* Store, then load: who stops the run and sees nothing here is seen. */
	atomic_store(&e->asking, &w->slot);
	if (!atomic_load(&e->stopped))
		err = child_run(&w->slot.child, &spec, &reader, &end);
	atomic_store(&e->asking, NULL);
	return err == 0 && WIFEXITED(end.status) ? WEXITSTATUS(end.status) : -1;
}

/*
 * The job was ended to make room, and not by itself: it is put back. False: it is not, and when the
 * run is over it counts as ended with that.
 */
static bool
run_again(struct worker *w, struct job *j)
{
	struct executor *e = w->executor;

	if (j->outcome != JOB_RAN || !j->end.timed_out ||
	    !slot_was_evicted(&w->slot, j->end.start_ns))
		return false;
	j->end.timed_out = false;
	j->end.told_to_end = true;
	if (atomic_load(&e->stopped))
		return false;
	e->spec.ops->again(e->spec.ctx, j);
	if (--j->tries == 0)
		j->outcome = JOB_NOT_RUN;
	queue_return(&e->queue, j);
	return true;
}

/* The job has failed and is put off or back, to be tried once more. */
static bool
try_again(struct worker *w, struct job *j)
{
	struct executor *e = w->executor;
	int64_t due_ns;

	if (e->spec.ops->retry == NULL || !e->spec.ops->retry(e->spec.ctx, j))
		return false;
	if ((due_ns = j->due_ns) == 0) {
		queue_return(&e->queue, j);
		return true;
	}
	queue_put_off(&e->queue, j);
	if (signals_wake_at(due_ns))
		signals_poke();
	return true;
}

static void *
work(void *arg)
{
	struct worker *w = arg;
	struct executor *e = w->executor;
	bool left = false;
	struct job *j;

	/*
	 * Counted from here, not from its creation: nobody retires in favour of a thread that may
	 * not come.
	 */
	queue_join(&e->queue);
	while ((j = next_job(w, &left)) != NULL) {
		if (!atomic_load(&e->stopped))
			run_job(w, j);
		if (e->spec.gate != NULL)
			gate_end(e->spec.gate);
		if (atomic_load(&w->retired))
			return NULL;
		if (run_again(w, j) || try_again(w, j))
			continue;
		e->spec.ops->finished(e->spec.ctx, j);
	}
	if (!left && e->spec.ops->idle != NULL && queue_is_over(&e->queue))
		e->spec.ops->idle(e->spec.ctx);
	return NULL;
}

int
worker_start(struct worker *w)
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
