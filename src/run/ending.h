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
#include "run/termseq.h"

struct ending {
	/* set by ending_init, then read-only */
	struct executor *executor;
	const struct termseq *seq;
	int64_t grace_ns;         /* until the KILL of seq */
	uint64_t since_ticks;     /* no job is older */
	void (*begun)(void *ctx); /* wakes whoever waits for input or for room; signals thread */
	void *ctx;

	atomic_int requested; /* by whom: see ending.c; 0: nobody */
	atomic_int signal;    /* spool dies of it; 0: it does not */

	/* jobs that ran when it began; set before executor_finish() can return, then read-only */
	uint64_t *jobs;
	unsigned n_jobs;

	/* the signals thread's own */
	atomic_bool told;
	bool killed;
	unsigned step; /* of seq, the next to be sent */
	int64_t told_ns;
};

/* seq is kept. */
void ending_init(struct ending *end, struct executor *e, const struct termseq *seq,
    void (*begun)(void *ctx), void *ctx);

/* A signal asks for the end. Signals thread. */
void ending_on_signal(struct ending *end, int sig);

/*
 * End the run because it has become useless. death: the signal that spool dies of, 0: none. Any
 * thread; the first one counts.
 */
void ending_request(struct ending *end, int death);

/* The same because the user wants it so: what the jobs have printed is shown, all of it. */
void ending_call_off(struct ending *end);

/*
 * Go on with an ending that is under way; begins one that was requested. Returns when to call again
 * at the latest, 0 while there is none. Signals thread.
 */
int64_t ending_step(struct ending *end);

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
