/*
 * The pool: workers that start on demand, one a slot. Each takes a job, runs it and hands it over.
 * Does not know what a job runs (launch says) nor who prints (finished takes it).
 */
#ifndef SPOOL_EXECUTOR_H
#define SPOOL_EXECUTOR_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "run/job.h"
#include "run/termseq.h"

struct gate;
struct worker;

/* Called in a worker's thread with a job that it owns. ctx is the one given to executor_new. */
struct executor_ops {
	/*
	 * Fill *spec, whose contents stay valid until finished(); true: run it. False: there is
	 * nothing to run, and outcome (and start_error) of the job are set. slot counts from 1 and
	 * is the same for all calls of a thread.
	 * May be called again for a job that another worker could not start.
	 */
	bool (*launch)(void *ctx, struct job *j, struct child_spec *spec);
	/* A job is about to be spawned, at that time; may be NULL. May come again, as launch(). */
	void (*starting)(void *ctx, int64_t start_ns);
	/* It runs; may be NULL. */
	void (*started)(void *ctx, struct job *j);
	/* The job has printed n bytes to a stream (see enum child_output). */
	void (*output)(void *ctx, struct job *j, int stream, const char *data, size_t n);
	/*
	 * A pipe of the job is readable: take what is in it, as read(2) does; -1 and EINVAL: have
	 * it read for output().
	 */
	ssize_t (*move)(void *ctx, struct job *j, int stream, int pipe);
	/* A job that was ended for the others' sake is going to run again. */
	void (*again)(void *ctx, struct job *j);
	/*
	 * A run of the job has ended. Returns whether it is to run again, and then j->due_ns is
	 * when, 0: at once. It keeps that outcome if it never does, as the run is stopped. May be
	 * NULL: none runs again.
	 */
	bool (*retry)(void *ctx, struct job *j);
	/* The job has its outcome; the callee owns it now. */
	void (*finished)(void *ctx, struct job *j);
	/*
	 * The last worker has left: no job runs any more, or will. May be NULL. executor_finish()
	 * may return before it does, and there may be two such workers.
	 */
	void (*idle)(void *ctx);
};

struct executor_spec {
	unsigned slots;       /* at the start ... */
	unsigned most;        /* ... and at most, see executor_set_width(); 0: the same */
	unsigned room;        /* so many jobs may wait; 0: as many as keeps the slots busy */
	struct gate *gate;    /* paces the starts; NULL: nothing does */
	bool own_group;       /* jobs get process groups of their own */
	const sigset_t *mask; /* the jobs' signal mask */
	const struct executor_ops *ops;
	void *ctx;
};

struct executor;

/* Starts no thread. Returns NULL when out of memory. */
struct executor *executor_new(const struct executor_spec *spec);

/* Wait until fewer than two jobs a slot wait: before input is read for more. Main thread. */
void executor_await(struct executor *e);

/*
 * Hand a job over; waits while very many wait already. Starts a worker when none is idle.
 * Main thread.
 * Returns 0, or errno when there is no worker and none can be started: the job is still the
 * caller's.
 */
int executor_submit(struct executor *e, struct job *j);

/* No more jobs will come. Returns when all workers have left. Main thread. */
void executor_finish(struct executor *e);

/* After executor_finish(): wait until their threads are gone, too. Main thread. */
void executor_join(struct executor *e);

/*
 * Start nothing more: jobs that wait are handed over as JOB_NOT_RUN, those that wait to run again
 * as they are. Any thread.
 */
void executor_stop(struct executor *e);
bool executor_stopped(const struct executor *e);

/*
 * Start the jobs that are due to run again. Whenever one is put off, a tick of the signals thread
 * is asked for, in which to call this. Returns when to call again, 0: no need. Signals thread.
 */
int64_t executor_start_due(struct executor *e);

/* How many jobs ever run at once at most. */
unsigned executor_slots(const struct executor *e);

/*
 * How many jobs run at once from now on: from 1 to executor_slots(). With fewer than there are
 * slots, what runs goes on; with more, jobs that wait start. Any thread.
 */
void executor_set_width(struct executor *e, unsigned width);
unsigned executor_width(const struct executor *e);

/* executor_stop(), and make what runs end with sig. Any thread. */
void executor_end(struct executor *e, int sig);

/*
 * Hold: nothing starts, and what runs is stopped. Returns when no spawn is under way or one of them
 * hangs. Then continue. Signals thread.
 */
void executor_pause(struct executor *e);
void executor_continue(struct executor *e);

/*
 * Look after children that are stopped: one that was stopped between its creation and its exec is
 * continued (its spawn hangs until then); for a job that was stopped, stopped() is called once.
 * Returns true while a spawn is under way. Signals thread.
 */
bool executor_look(
    struct executor *e, void (*stopped)(void *ctx, uint64_t seq, int sig), void *ctx);

/* As slots_evict(); executor_end_overdue() ends what was chosen. Any thread. */
bool executor_evict(struct executor *e);

/* As slots_cut() for the slot of the job; executor_end_overdue() ends it. Its worker. */
void executor_cut(struct executor *e, const struct job *j);

/* As slots_suspend(). Signals thread. */
unsigned executor_suspend(struct executor *e, unsigned may_run);

/*
 * Run a command that is no job, with what it prints thrown away, in the slot of a worker that has
 * nothing to run. Returns its exit code, or -1: it did not run, or was ended.
 */
int executor_ask(struct worker *w, char *const *argv, char *const *envp, int stdin_fd);

/* As slots_end_overdue(). Signals thread. */
int64_t executor_end_overdue(
    struct executor *e, int64_t limit_ns, const struct termseq *seq, int64_t *oldest_ns);

void executor_free(struct executor *e);

#endif
