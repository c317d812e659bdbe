/*
 * Which replacement string a text begins with. Pure.
 */
#ifndef SPOOL_RECOGNISE_H
#define SPOOL_RECOGNISE_H

#include <stdbool.h>
#include <stddef.h>

#include "input/rows.h"

/* What the rows are called. */
struct row_names {
	const char *of[REPLACE_ROWS]; /* NULL: it is not there */
	const char *const *columns;   /* names of values */
	size_t n_columns;
	bool positions;     /* {2.} and its like are there */
	bool is_first[256]; /* may a byte be the first of a replacement string? */
};

/* What a text was recognised as. */
struct recognised {
	const struct replace_row *row;
	int position;         /* of {2} and {-1}, of a column; 0: none */
	const char *argument; /* in the text; NULL: none */
	size_t argument_len;
	size_t len; /* of all of it */
};

/* Zero-initialise. NULL and "" name nothing. The strings are not copied. */
void row_names_put(struct row_names *names, size_t row, const char *name);
void row_names_put_columns(struct row_names *names, const char *const *columns, size_t n);

/* False, and *found is undefined: text (len bytes, one at least) begins with none. */
bool recognise(
    const struct row_names *names, const char *text, size_t len, struct recognised *found);

#endif
