/*
 * What an earlier run has done, as its job log tells: which jobs need not run again, or which
 * commands failed. A job is known by its command, whatever its number, and as often as it is in the
 * log; or by its number, where the command does not tell all.
 */
#ifndef SPOOL_RESUME_H
#define SPOOL_RESUME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "run/codes.h"

enum resume_mode {
	RESUME_NO,
	RESUME_ALL,    /* --resume: skip what is in the log */
	RESUME_FAILED, /* --resume-failed: skip what has succeeded */
	RETRY_FAILED,  /* --retry-failed: run what has failed, and nothing else */
	LEARN_TIMES,   /* --partition-by time: how long jobs took; the log must be there */
};

struct resume_spec {
	const char *path;
	enum resume_mode mode;
	bool by_number;
	const struct codes *ok_codes; /* exit codes that are success besides 0; NULL: none */
};

struct resume;

/*
 * Read the log; there may be none. Returns 0, or -1 with a sentence in *why: it can't be read, or
 * is no job log. *unknown: how many lines in it are no records.
 */
int resume_read(
    struct resume **out, const struct resume_spec *spec, uint64_t *unknown, struct buf *why);

/*
 * Whether this job need not run; it counts for one of those in the log. Not with RETRY_FAILED.
 * The command's newlines are replaced. Main thread.
 */
bool resume_skips(struct resume *r, uint64_t seq, char *command, size_t len);

/*
 * The next failed job of the log by its number; *command, len bytes, is valid until resume_free().
 * False: there are no more. Only with RETRY_FAILED. Main thread.
 */
bool resume_next_failed(struct resume *r, uint64_t *seq, const char **command, size_t *len);

/*
 * How long the job took when it last ran, in milliseconds; the median of all jobs where the log
 * does not tell. Only with LEARN_TIMES. The command's newlines are replaced. Main thread.
 */
uint64_t resume_time(const struct resume *r, uint64_t seq, char *command, size_t len);

void resume_free(struct resume *r);

#endif
