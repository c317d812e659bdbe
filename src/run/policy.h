/*
 * What the options decide for the pool and for every child. Plain data, set before the first thread, then read-only.
 */
#ifndef SPOOL_POLICY_H
#define SPOOL_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How many jobs at once, and what was counted to get there. */
struct pool_policy {
	unsigned slots;    /* at least 1 */
	bool slots_given;  /* by -j or $SPOOL_JOBS, not by default */
	int64_t grace_ns;  /* from the ending signal to KILL; 2 s */
};

/* How a job is started. */
struct launch_style {
	bool dry_run;               /* print the command where its output would be; run and write nothing */
	unsigned quote_only;        /* --shell-quote, how often: like dry_run (set too), and the printed command is quoted
	                               that many times more */
	bool trace;                 /* -t: the command on stderr before it runs */
	bool print_command;         /* -v: the command on stdout before its output */
	bool prompt;                /* -p: ask on the terminal before each job; implies trace */
	bool tty;                   /* -o, --tty: the terminal is the job's stdin, the job stays in spool's process group */
	const char *wd;             /* --wd DIR; NULL: spool's own */
	const char *slot_variable;  /* --process-slot-var; NULL: none */
};

#endif
