/*
 * Columns: one line of input to several values, by a separator or as CSV, and trimming. One thread.
 */
#ifndef SPOOL_COLUMNS_H
#define SPOOL_COLUMNS_H

#include "base/buf.h"
#include "input/item.h"

enum trim {
	TRIM_DEFAULT, /* both ends with -C, else none (as GNU parallel) */
	TRIM_NONE,
	TRIM_LEFT,
	TRIM_RIGHT,
	TRIM_BOTH,
};

/* Set by the options, then read-only. */
struct columns_spec {
	/* -C: a regular expression (pattern.h); with csv: the one byte that stands for ','; NULL */
	const char *separator;
	bool csv; /* --csv: RFC 4180 */
	enum trim trim;
};

struct columns;

/* Returns 0, ENOMEM, or EINVAL with *why ("-C (: parentheses not balanced"). */
int columns_new(struct columns **c, const struct columns_spec *spec, struct buf *why);

/*
 * Split one item; *out is valid until the next call, its texts as long as item's too. An item that
 * is too long is one value that is too long. Returns 0 or ENOMEM.
 */
int columns_split(struct columns *c, const struct item *item, struct row *out);

void columns_free(struct columns *c);

#endif
