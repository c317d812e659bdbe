/*
 * A text cut once into literal parts and replacement strings, then put together for each job. Pure.
 */
#ifndef SPOOL_PIECES_H
#define SPOOL_PIECES_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "input/record.h"
#include "input/replace.h"

struct piece {
	const char *literal; /* points into the text; NULL: a replacement string */
	size_t len;
	struct replacement what;
};

struct pieces {
	struct piece *list; /* owned */
	size_t n;
	size_t replacements; /* how many of them are replacement strings */
};

/* Cut text (not copied, must outlive p), add it to p, which starts zeroed. Returns 0 or ENOMEM. */
int pieces_add(struct pieces *p, const struct replace_names *names, const char *text, size_t len);

/* Put together, appended to out. Returns 0 or ENOMEM. */
int pieces_expand(const struct pieces *p, const struct record *record, uint64_t seq, unsigned slot,
    struct buf *out);

void pieces_release(struct pieces *p);

#endif
