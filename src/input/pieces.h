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
	const struct replacement *what;
	bool each;  /* replace_is_each() */
	bool plain; /* replace_plain() */
};

struct pieces {
	struct piece *list; /* owned */
	size_t n;
	size_t replacements; /* how many of them are replacement strings */
	size_t each;         /* and how many of those are made from each value */
};

/*
 * Cut text (not copied, must outlive p), add it to p, which starts zeroed. names NULL: all of it is
 * literal. Returns 0 or ENOMEM.
 */
int pieces_add(struct pieces *p, struct replace_set *names, const char *text, size_t len);

/* Add the plain value, whatever its name is. Returns 0 or ENOMEM. */
int pieces_add_value(struct pieces *p, const struct replace_set *names);

/*
 * Put together as words, each ended by a NUL, their number added to *n: split between the values,
 * or, with repeat, once for each of them. Nothing but a string that is made from no value is no
 * word. Returns 0 or ENOMEM.
 */
int pieces_words(const struct pieces *p, const struct replace_input *in, bool repeat,
    struct buf *out, size_t *n);

void pieces_release(struct pieces *p);

/*
 * The values of a record one after the other: record_value() has to search for the one with a given
 * number, so a loop over many would be slow.
 */
struct walk {
	const char *at; /* the value at the cursor */
	size_t left;    /* values from here on */
};
void walk_start(struct walk *w, const struct record *record);
void walk_next(struct walk *w);

#endif
