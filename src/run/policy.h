/*
 * What the options decide for the pool and for every child. Plain data, set before the first
 * thread, then read-only.
 */
#ifndef SPOOL_POLICY_H
#define SPOOL_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "run/memory.h"
#include "run/pressure.h"

/* Whose tokens are used: see jobserver.h. Each is the first letter of its name. */
enum jobserver_use {
	JOBSERVER_AUTO = 'a',
	JOBSERVER_CLIENT = 'c',
	JOBSERVER_SERVER = 's',
	JOBSERVER_OFF = 'o',
};

/* How a pool is offered to jobs. Likewise. */
enum jobserver_style {
	JOBSERVER_BOTH = 'b',
	JOBSERVER_PIPE = 'p',
	JOBSERVER_FIFO = 'f',
};

/* How many jobs at once, and what was counted to get there. */
struct pool_policy {
	unsigned slots;   /* 0: none was given, see options_settle_width() */
	bool slots_given; /* by -j or $SPOOL_JOBS, not by default */
	int64_t grace_ns; /* from the ending signal to KILL; 2 s */
	const char *file; /* -j FILE: read again when a job ends; NULL: none */
	int held_fd;      /* a semaphore that is held until no job can run any more; -1: none */
	enum jobserver_use jobserver;
	enum jobserver_style jobserver_style;
	bool in_pool; /* the tokens of a pool that spool was started in are used */
};

/* What holds back the start of a job, and its priority. */
struct pace_policy {
	int64_t delay_ns;        /* --delay: from one start to the next */
	bool delay_adapts;       /* "auto": to what the jobs stand */
	struct load_policy load; /* --load */
	const char *limit;       /* --limit: a command that says; NULL: none */
	struct memory_policy memory;
	bool renice; /* --nice was given: */
	int nice;    /* at least this niceness */
};

/* How a job is started. */
struct launch_style {
	/* print the command where its output would be; run and write nothing */
	bool dry_run;
	/* --shell-quote, how often: like dry_run (set too), quoted so often once more */
	unsigned quote_only;
	bool trace;         /* -t: the command on stderr before it runs */
	bool print_command; /* -v: the command on stdout before its output */
	bool prompt;        /* -p: ask on the terminal before each job; implies trace */
	/* -o, --tty: the terminal is the job's stdin, the job stays in spool's process group */
	bool tty;
	bool pty;         /* --pty: a terminal of its own is the job's stdout and stderr */
	const char *wd;   /* --wd DIR, may hold replacement strings; NULL: spool's own */
	bool stdin_value; /* --stdin-value: the job's values are its stdin ... */
	bool stdin_lines; /* ... with a newline behind each; not with -0 or -d */
	/* GNU parallel's variables too: PARALLEL_SEQ, PARALLEL_JOBSLOT, PARALLEL_PID */
	bool parallel_variables;
	bool keep_stdin;           /* every job's stdin is spool's own (xargs -a) */
	const char *slot_variable; /* --process-slot-var; NULL: none */
};

#endif
