/*
 * What becomes of the sources and how many values a job gets, when all options are known. Internal
 * to settle.c.
 */
#ifndef SPOOL_SETTLE_INPUT_H
#define SPOOL_SETTLE_INPUT_H

#include "base/buf.h"
#include "cli/options.h"

/* Returns 0, or -1 with one line in *why. */
int settle_input(struct options *o, struct buf *why);

/* After the pool: it must be known how many slots there are. */
void settle_batch(struct options *o);

#endif
