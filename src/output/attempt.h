/*
 * The tries of all jobs, with what each of them printed last, until the run is over and the reports
 * are written. They wait in a file that has no name, so memory holds 8 bytes for each job.
 */
#ifndef SPOOL_ATTEMPT_H
#define SPOOL_ATTEMPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "run/verdict.h"

/* The texts of an attempt, one after the other. */
enum attempt_text {
	ATTEMPT_NAME,    /* the job's values; empty but for the last try */
	ATTEMPT_COMMAND, /* that can be pasted, of tries that were no success */
	ATTEMPT_OUTPUT,  /* the last that it has printed, on stdout ... */
	ATTEMPT_ERRORS,  /* ... and on stderr */
	ATTEMPT_TEXTS,
};

struct attempt {
	int64_t took_ns;
	enum verdict verdict;
	unsigned number; /* of the try, from 1 */
	bool truncated;  /* it printed more than it may */
	int code;        /* its exit code; errno of what could not be started */
	int sig;         /* that ended it; 0: none */
	size_t len[ATTEMPT_TEXTS];
	const char *text[ATTEMPT_TEXTS];
};

/* What it means for a job when it is its last try. */
enum attempt_result {
	ATTEMPT_PASSED,
	ATTEMPT_FAILED,
	ATTEMPT_ERROR, /* it did not end by itself, or did not begin */
	ATTEMPT_SKIPPED,
	ATTEMPT_RESULTS,
};

enum attempt_result attempt_result(const struct attempt *a);

/* How the try of the job ended. The texts are empty. */
struct attempt attempt_of_job(const struct job *j);

/* "exit", "signal", "timeout" ...: the kind of an end that was no success. */
const char *attempt_kind(const struct attempt *a);

/* "exit 3", "SIGSEGV", "timed out after 0.30 s": the same in full, appended. 0 or ENOMEM. */
int attempt_say(struct buf *out, const struct attempt *a);

struct attempts;

/* The file is made in dir. NULL and errno. */
struct attempts *attempts_new(const char *dir);

/*
 * Keep one more try of the job that has that place (from 1), after those before it. last: it is the
 * job's last one. Any thread. What can't be kept attempts_finish() tells.
 */
void attempts_add(struct attempts *a, uint64_t place, const struct attempt *attempt, bool last);

/* Now they can be read. Returns 0 or errno: not all are there. Main thread, as all below. */
int attempts_finish(struct attempts *a);

/* The last place there is, and how many last tries had that result. */
uint64_t attempts_places(const struct attempts *a);
uint64_t attempts_count(const struct attempts *a, enum attempt_result result);

/*
 * The tries of a job, in their order: *n of them in *list, valid until the next call. 0 or errno.
 */
int attempts_read(struct attempts *a, uint64_t place, const struct attempt **list, int *n);

void attempts_free(struct attempts *a);

#endif
