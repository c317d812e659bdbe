/*
 * The table of replacement strings, one a row.
 */
#ifndef SPOOL_ROWS_H
#define SPOOL_ROWS_H

#include <stdbool.h>

#include "base/buf.h"
#include "input/edit.h"
#include "input/replace_input.h"

/* Which jobs are wanted. */
enum keep {
	KEEP_ALL,
	KEEP_UNIQUE, /* those whose values are all different */
	KEEP_RISING, /* those whose values are in strictly rising order, by their bytes */
};

struct replace_row {
	const char *name; /* with an argument: what stands before it; a } ends it */
	/* one of them: made from a value, from a value and an argument, from the job; as edit.h */
	int (*cut)(const char *value, struct buf *out);
	int (*edit)(const struct edit *edit, const char *value, struct buf *out);
	int (*count)(const struct replace_input *in, struct buf *out);
	enum edit_argument argument;
	unsigned place; /* of a regular expression: enum pattern_place */
	enum need needs;
	enum keep keep;
};

enum {
	REPLACE_NAME_ROWS = 5,  /* the first: they go with the name of a column too; {} is row 0 */
	REPLACE_PLAIN_ROWS = 7, /* always there and can be renamed; the others come with --plus */
	REPLACE_ROWS = 36,
};

/* Of two that match the same text the first counts. */
extern const struct replace_row replace_rows[REPLACE_ROWS];

#endif
