/*
 * Items that end in a delimiter, of which some may stand in "..." of CSV. Looks at memory only.
 */
#ifndef SPOOL_LINES_H
#define SPOOL_LINES_H

#include "input/item.h"
#include "input/stream.h"

struct lines {
	/* Set by who makes it, then read-only. */
	const char *delimiter; /* may hold NUL; at least one byte */
	size_t delimiter_len;
	bool csv; /* a delimiter inside "..." does not count */

	bool quoted; /* what was looked at last is inside "..." */
};

/* A place in a stream: what is looked at without being taken. */
struct lines_place {
	size_t start; /* of an item */
	size_t scan;
	bool quoted;
};

/* The first delimiter of text[0..len); NULL: there is none. */
const char *lines_delimiter(const struct lines *l, const char *text, size_t len);

/* A NUL can't be data; where it is the delimiter none can be left over. */
bool lines_refuse_nul(const struct lines *l);

/* The item at in->start, and on to the next. Valid until the stream is filled. */
enum take lines_take(struct lines *l, struct stream *in, struct item *out);

/*
 * The items from in->start on that are all in memory, have nothing odd and are within the limits,
 * and on to the next. Their delimiters become NULs where they are. Returns whether there are any;
 * *out is valid until the stream is filled.
 */
bool lines_take_block(
    const struct lines *l, struct stream *in, const struct block_limits *most, struct block *out);

/* The item at *at, where it is all in memory, and on to the next. */
bool lines_look(
    const struct lines *l, const struct stream *in, struct lines_place *at, struct item *out);

#endif
