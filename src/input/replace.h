/*
 * Replacement strings: one table, a row per string. Recognises one where it starts and makes its
 * value. Pure.
 */
#ifndef SPOOL_REPLACE_H
#define SPOOL_REPLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "input/record.h"

/* What the user calls them. Strings are not copied. */
struct replace_names {
	const char *value; /* "{}", or what -I says; not empty */
};

struct replace_row;

/* One recognised replacement string; a plain value, copied freely. */
struct replacement {
	const struct replace_row *row;
};

/*
 * The replacement string at the start of text (len bytes): its length, and *found set; 0: there is
 * none.
 */
size_t replace_match(
    const struct replace_names *names, const char *text, size_t len, struct replacement *found);

/* The plain value, as {} asks for it. */
struct replacement replace_plain(void);
bool replace_same(struct replacement a, struct replacement b);

/*
 * Append what it stands for in this job. Several values are joined with blanks. Returns 0 or
 * ENOMEM.
 */
int replace_value(struct replacement what, const struct record *record, uint64_t seq, unsigned slot,
    struct buf *out);

#endif
