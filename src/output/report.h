/*
 * The run's account: counts, the exit status, and the failure summary on stderr.
 * Not locked: whoever has the pen.
 */
#ifndef SPOOL_REPORT_H
#define SPOOL_REPORT_H

#include <stdint.h>

#include "base/buf.h"
#include "run/job.h"

enum exit_rule {
	EXIT_RULE_COUNT, /* 1..100 jobs failed, 101: more than 100 */
	EXIT_RULE_XARGS, /* 123 / 124 / 125 / 126 / 127 */
	EXIT_RULE_FIRST, /* of the first failed job that is printed; 128 + n for a signal */
	EXIT_RULE_MAX,   /* the highest status of any job */
};

#define REPORT_SHOWN 10 /* failed jobs that the summary describes */

struct report {
	enum exit_rule rule;
	uint64_t failed;
	uint64_t ran;     /* finished by themselves, failed ones among them */
	uint64_t cut_off; /* told to end with the run */
	uint64_t not_run;
	int first;
	int max;
	int xargs;
	int stop_status;  /* 126 or 127: the command that all jobs share can't be run; 0: it can */
	struct buf lines; /* of the summary */
};

/* Whether report_add() will want a description of the job. */
bool report_wants(const struct report *r, const struct job *j);

/*
 * Count a job. description: its command as one line, with the newline; used when report_wants()
 * says so.
 */
void report_add(struct report *r, const struct job *j, const char *description);

/*
 * Why the job could not be started, as words without a newline; appended. word: what was to be run,
 * wd: where, NULL:
 * anywhere.
 */
int report_reason(struct buf *out, const struct job *j, const char *word, const char *wd);

/* The exit status by the rule. */
int report_status(const struct report *r);

/* The summary, as it goes to stderr in one write; empty when nothing failed. Appended. */
int report_summary(const struct report *r, struct buf *out);

void report_free(struct report *r);

#endif
