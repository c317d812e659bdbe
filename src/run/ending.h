/*
 * How a run ends before its time: a signal, or output that can't be written. Tells the jobs, gives
 * them the grace, then kills; lets the finished results be printed for as long as the grace; a
 * second signal ends everything at once.
 */
#ifndef SPOOL_ENDING_H
#define SPOOL_ENDING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "run/executor.h"

struct ending {
	/* set by ending_init, then read-only */
	struct executor *executor;
	int64_t grace_ns;
	uint64_t since_ticks;     /* no job is older */
	void (*begun)(void *ctx); /* wakes whoever waits for input or for room; signals thread */
	void *ctx;

	atomic_int requested; /* by ending_request: the signal for the jobs; 0: no */
	atomic_int signal;    /* spool dies of it; 0: it does not */

	/* jobs that ran when it began; set before executor_finish() can return, then read-only */
	uint64_t *jobs;
	unsigned n_jobs;

	/* the signals thread's own */
	atomic_bool told;
	bool killed;
	int64_t told_ns;
};

void ending_init(
    struct ending *end, struct executor *e, int64_t grace_ns, void (*begun)(void *ctx), void *ctx);

/* A signal asks for the end. Signals thread. */
void ending_on_signal(struct ending *end, int sig);

/*
 * End the run: sig goes to the jobs. death: the signal that spool dies of, 0: none. Any thread; the
 * first one counts.
 */
void ending_request(struct ending *end, int sig, int death);

/*
 * Go on with an ending that is under way; begins one that was requested. Returns false while there
 * is none. Signals thread.
 */
bool ending_step(struct ending *end);

/*
 * After executor_finish(): wait, at most the grace, for processes that left the group of a job that
 * was ended, and kill them. Main thread.
 */
void ending_finish(struct ending *end);

/* An end was asked for and has not begun. Any thread. */
bool ending_pending(const struct ending *end);

/* The run was ended before its time. Any thread. */
bool ending_begun(const struct ending *end);

#endif
