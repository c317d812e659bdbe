/*
 * What became of a job, in one word: for records that programs read. Pure.
 */
#ifndef SPOOL_VERDICT_H
#define SPOOL_VERDICT_H

#include "run/job.h"

enum verdict {
	VERDICT_OK,
	VERDICT_FAILED, /* by its exit code or a signal */
	VERDICT_TIMED_OUT,
	VERDICT_NOT_STARTED, /* it could not be started: a failure too */
	VERDICT_CUT_OFF,     /* told to end with the run */
	VERDICT_NOT_RUN,
	VERDICTS,
};

enum verdict verdict_of(const struct job *j);

/* "ok", "failed", "timed_out" ... */
const char *verdict_name(enum verdict v);

/*
 * The exit code of a job that has ended, -1: a signal ended it, or it did not run. One that could
 * not be started has 126 or 127. *sig: the signal, 0: none.
 */
int verdict_exit(const struct job *j, int *sig);

#endif
