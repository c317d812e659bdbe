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

#define REPORT_SHOWN 10       /* failed jobs that the summary describes */
#define REPORT_TAIL_BYTES 512 /* of each stream, for the last lines */

struct report {
	enum exit_rule rule;
	bool color; /* the summary has some */
	uint64_t failed;
	uint64_t ran;     /* finished by themselves, failed ones among them */
	uint64_t cut_off; /* told to end with the run */
	uint64_t not_run; /* as far as they are known */
	bool more;        /* but the input was not read to its end */
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

/* How a job has come out, such as "exit 3 after 0.25 s, 2 tries"; appended. 0 or ENOMEM. */
int report_state(struct buf *out, const struct job *j);

/*
 * The last lines it has printed, as its tails have them, each with prefix before it; appended. Of
 * standard error when there are some. A line that is just the command was printed by spool. 0 or
 * ENOMEM.
 */
int report_last_lines(
    struct buf *out, const struct job *j, const char *command, const char *prefix);

/*
 * Why the job could not be started, as words without a newline; appended. word: what was to be run,
 * wd: where, NULL:
 * anywhere.
 */
int report_reason(struct buf *out, const struct job *j, const char *word, const char *wd);

/* What is to be said behind the number of jobs not run; empty when they are all known. */
const char *report_rest(const struct report *r);

/* The exit status by the rule. */
int report_status(const struct report *r);

/* The summary, as it goes to stderr in one write; empty when nothing failed. Appended. */
int report_summary(const struct report *r, struct buf *out);

void report_free(struct report *r);

#endif
