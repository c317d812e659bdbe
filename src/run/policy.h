/*
 * What the options decide for the pool and for every child. Plain data, set before the first
 * thread, then read-only.
 */
#ifndef SPOOL_POLICY_H
#define SPOOL_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How many jobs at once, and what was counted to get there. */
struct pool_policy {
	unsigned slots;   /* at least 1 */
	bool slots_given; /* by -j or $SPOOL_JOBS, not by default */
	int64_t grace_ns; /* from the ending signal to KILL; 2 s */
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
	const char *wd;            /* --wd DIR; NULL: spool's own */
	const char *slot_variable; /* --process-slot-var; NULL: none */
};

#endif
