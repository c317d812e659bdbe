/*
 * Signals as events: one thread in sigwait, no handlers anywhere. Knows nobody: it calls back.
 */
#ifndef SPOOL_SIGNALS_H
#define SPOOL_SIGNALS_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

/* Called in the signals thread, one at a time. */
struct signals_ops {
	void (*ending)(void *ctx, int sig); /* INT, TERM, HUP or QUIT came */
	/* TSTP came: stop what runs; spool itself stops when this returns */
	void (*stop)(void *ctx);
	void (*resume)(void *ctx); /* spool goes on after TSTP, or CONT came */
	/* USR1 (1) or USR2 (-1) came; may be NULL */
	void (*resize)(void *ctx, int by);
	/* the earliest time that signals_wake_at was asked for since the last one has come */
	void (*tick)(void *ctx);
};

/*
 * First thing in the main thread: block what the signals thread will take, ignore SIGPIPE and
 * SIGXFSZ, give SIGCHLD its default. Signals that were ignored at start stay ignored. old: the mask
 * spool was started with, for its jobs.
 */
void signals_init(sigset_t *old);

/* Whether SIGPIPE was ignored when spool was started. */
bool signals_pipe_was_ignored(void);

/* Start the thread. ops is kept. Returns 0 or errno. */
int signals_start(const struct signals_ops *ops, void *ctx);

/*
 * Ask for a tick at that time of the run's clock, or before: the earliest time that anybody asks
 * for counts, and each tick is asked for anew. Returns whether it was earlier than what is waited
 * for: then signals_poke() must follow, unless this is the signals thread. Any thread.
 */
bool signals_wake_at(int64_t when_ns);

/* Make the thread look at the time again. Any thread. */
void signals_poke(void);

/* Whether sig ends the run when it is sent to spool. */
bool signals_end_run(int sig);

/* An ending signal that has come and that the signals thread has not taken yet; 0: none. */
int signals_pending(void);

/*
 * Wait until every ending signal that was sent to spool before this call has been handled. Any
 * other thread.
 */
void signals_settle(void);

/* Die of sig, so that the parent sees it. Any thread. */
_Noreturn void signals_die(int sig);

#endif
