/*
 * The page that GitHub Actions shows of a step: counts, the failed jobs, the slowest ones. Markdown
 * of bounded length. Not locked: whoever has the pen.
 */
#ifndef SPOOL_STEP_SUMMARY_H
#define SPOOL_STEP_SUMMARY_H

#include <stdint.h>

#include "base/buf.h"
#include "output/report.h"

#define STEP_SUMMARY_BYTES (1 << 20) /* with more of them in its file a step has no page at all */
#define STEP_SUMMARY_SLOWEST 10

/* Zero-initialise, step_summary_free() at the end. */
struct step_summary {
	struct buf failed; /* rows */
	unsigned n_failed;
	struct slow_job {
		int64_t ns;
		struct buf row;
	} slowest[STEP_SUMMARY_SLOWEST]; /* the slowest one first; 0 ns: none */
};

/* Whether the job will have a row. */
bool step_summary_wants(const struct step_summary *s, const struct job *j);

/* Add a job that it wants; command: as one line. 0 or ENOMEM. */
int step_summary_add(struct step_summary *s, const struct job *j, const char *command);

/* The page, appended, or as much of it as room bytes take: at least the counts, or nothing. */
int step_summary_put(
    struct buf *out, const struct step_summary *s, const struct report *r, size_t room);

void step_summary_free(struct step_summary *s);

#endif
