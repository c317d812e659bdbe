/*
 * --ci: the jobs' output as a CI system folds it, failures as its annotations, a page of the run.
 */
#ifndef SPOOL_CI_WIRING_H
#define SPOOL_CI_WIRING_H

#include <stdbool.h>

#include "base/buf.h"
#include "run/job.h"

struct session;

/* As printer_ops.frame(). */
bool ci_frame(struct session *s, const struct job *j, bool end, struct buf *out);

/* What spool says at the end, made fit for the log. Main thread. */
void ci_dress(const struct session *s, struct buf *text);

#endif
