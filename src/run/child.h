/*
 * One child, from spawn to reap. Nobody else waits for it; knows nothing of jobs.
 */
#ifndef SPOOL_CHILD_H
#define SPOOL_CHILD_H

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "run/drain.h"
#include "run/spawn.h"

struct keeper_entry;

/* Where a child's stdout and stderr go. */
enum child_output {
	CHILD_INHERIT,   /* spool's own */
	CHILD_TWO_PIPES, /* stream 0 and stream 1 */
	CHILD_ONE_PIPE,  /* both in stream 0, in the order they were written */
	CHILD_TERMINAL,  /* the same through a terminal of its own */
};

/* Set by the caller, read-only here. */
struct child_spec {
	char *const *argv;
	char *const *envp;
	const char *wd; /* NULL: spool's own */
	uint64_t seq;   /* the number in its environment, not 0; for the keeper */
	int stdin_fd;
	enum child_output output;
	const struct winsize *window; /* of its terminal; with CHILD_TERMINAL */
	const atomic_bool *hold;      /* while it is set nothing is spawned */
	atomic_uint *running;         /* one more from the spawn until all is given back */
	/* called just before the spawn with the time that counts as the start; NULL: not */
	void (*starting)(void *ctx, int64_t start_ns);
	void (*started)(void *ctx); /* called when it runs; NULL: not */
	void *ctx;
};

/* How it ended. Times are of the monotonic clock. */
struct child_end {
	int status;       /* as of wait(2) */
	bool pipe_held;   /* somebody kept a pipe open beyond the grace */
	bool told_to_end; /* by child_end_with(), before its time was up */
	bool timed_out;   /* by child_time_out() */
	int read_error;   /* errno of a failed read from a pipe, 0: none */
	int64_t start_ns;
	int64_t end_ns;
	int64_t start_wall_ns; /* the same as start_ns, by the clock on the wall */
	pid_t pid;
	struct rusage usage; /* of it and of all its children that it has waited for */
};

/* The place a child lives in; one a slot, used for one child after the other. */
struct child {
	/* set by child_init, then read-only */
	bool own_group;
	struct keeper_entry *entry;

	/* child_run's own */
	struct spawner spawner;

	/* of the running child, set by child_run: while it is set, no time counts */
	const atomic_bool *hold;

	/* 0: no spawn is under way; else when it began, monotonic */
	_Atomic int64_t spawning_since_ns;

	/* start of the child that runs or is being spawned; 0: none */
	_Atomic int64_t started_ns;

	pthread_mutex_t lock;
	/* guarded by lock */
	pid_t pid;      /* > 0: may be signalled */
	int end_signal; /* sent to make it end; 0: none */
	bool timed_out; /* a signal was sent because its time was up */
	bool killed;    /* one of these signals was SIGKILL */
};

/*
 * mask: the child's signal mask. own_group: give the child a process group of its own. entry: the
 * keeper's, or NULL.
 * Returns 0 or errno.
 */
int child_init(struct child *c, const sigset_t *mask, bool own_group, struct keeper_entry *entry);
void child_release(struct child *c);

/*
 * Spawn, drain, reap. Returns 0 with *end filled; else errno and nothing runs: why the child could
 * not be started.
 * EAGAIN, ENOMEM, EMFILE, ENFILE: short of resources, try again later. ECANCELED: spec->hold was
 * set. ENOEXEC was retried through /bin/sh.
 */
int child_run(struct child *c, const struct child_spec *spec, const struct child_reader *reader,
    struct child_end *end);

/* Send sig to the child's group, if there is a child. Any thread. */
void child_signal(struct child *c, int sig);

/*
 * The same to make it end: sig, then CONT. A child that is just being spawned gets it as soon as it
 * can. Any thread.
 */
void child_end_with(struct child *c, int sig);

/*
 * Its time is up: send sig, then CONT, to the child that started then. Returns false when nothing
 * was sent: it is not there yet or no more, has exited, or ends with the run; it has not timed out
 * by this call. Any thread.
 */
bool child_time_out(struct child *c, int64_t started_ns, int sig);

/* Whether pid is the child that lives here. Any thread. */
bool child_is(struct child *c, pid_t pid);

/*
 * A stopped child of this process whose stop was not reported yet: *pid and *sig. Not reaped.
 * False: none.
 * The stop of a pid is reported once after child_seen_stopped(pid).
 */
bool child_find_stopped(pid_t *pid, int *sig);
void child_seen_stopped(pid_t pid);

#endif
