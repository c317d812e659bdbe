/*
 * What a program has printed for a terminal, as text that does nothing: for lines that quote it.
 * Pure.
 */
#ifndef SPOOL_PLAIN_H
#define SPOOL_PLAIN_H

#include <stddef.h>

#include "base/buf.h"

#define PLAIN_TAIL_BYTES 500 /* of which the last lines are made */

/* Append n bytes of text, cleaned as clean_add() does it. Returns 0 or ENOMEM. */
int plain_text(struct buf *out, const char *text, size_t n);

/* The same as a single line of at most max bytes, "..." among them where it is cut. */
int plain_line(struct buf *out, const char *text, size_t max);

/*
 * The last lines of n bytes, three at most and no blank ones, each with prefix before it and a
 * newline behind. More than PLAIN_TAIL_BYTES bytes: only the last ones count. Appended; returns 0
 * or ENOMEM.
 */
int plain_tail(struct buf *out, const char *text, size_t n, const char *prefix);

#endif
