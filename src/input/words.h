/*
 * The words of xargs: blanks and newlines separate them, quotes and backslashes keep them together.
 * Looks at memory only, and takes the quotes away where they stand.
 */
#ifndef SPOOL_WORDS_H
#define SPOOL_WORDS_H

#include "input/item.h"
#include "input/stream.h"

struct words {
	bool whole_lines; /* blanks separate nothing but from a line's beginning (xargs -I) */

	char quote;   /* the one that is open, for messages after TAKE_UNMATCHED too; 0 */
	bool begun;   /* a word is being read that was not all in memory, or has quotes */
	bool some;    /* it had a pair of quotes, so it is a word even without a byte */
	bool escaped; /* the next byte is meant literally */
	bool
	    kept_blank; /* the last byte was a blank so meant: GNU's xargs lets a line go on then */
};

/* The word at in->start, and on to the next. Valid until the stream is filled. */
enum take words_take(struct words *w, struct stream *in, struct item *out);

/* Whether words_take() will not say TAKE_MORE. */
bool words_ready(const struct words *w, const struct stream *in);

#endif
