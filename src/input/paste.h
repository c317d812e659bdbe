/*
 * Commands as GNU parallel makes them: words joined with blanks, the values quoted where they
 * stand, a text for a shell. And how long GNU parallel takes such a command to be. Pure.
 */
#ifndef SPOOL_PASTE_H
#define SPOOL_PASTE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "input/pieces.h"

enum paste_kind {
	PASTE_TEXT,  /* of the command */
	PASTE_VALUE, /* a replacement string */
	PASTE_SPACE, /* between two words; never quoted */
};

struct paste_token {
	enum paste_kind kind;
	struct piece piece;
	/*
	 * How many tokens from this one on belong together: with repeat they are put once for each
	 * value if repeated is set. 0: it is not the first of its group.
	 */
	size_t group;
	bool repeated;
};

/* What a command is long without its values, for -s. */
struct paste_lengths {
	size_t context;  /* around replacement strings, up to the next blank */
	size_t rest;     /* all other text and a blank between words */
	size_t contexts; /* how many */
	size_t values;   /* replacement strings */
	/*
	 * with repeat: all text that is put once for each value, which is more where there are \n
	 */
	size_t repeated;
};

/* Read-only once it was compiled. Zero-initialise. */
struct paste {
	struct paste_token *list; /* owned */
	size_t n;
	bool repeat;       /* the word around a string is repeated for each value */
	bool quote_words;  /* -q: each word is quoted when it is complete */
	bool quote_values; /* each value is quoted */
	struct paste_lengths lengths;
	struct replace_set *names; /* set by the caller; NULL: none */
};

/* Add the next word. Texts are not copied. Return 0 or ENOMEM. */
int paste_word(struct paste *p, const char *text, size_t len);
int paste_value_word(struct paste *p);

/* Behind the last word. quote_values: if the command does not start with one. */
void paste_finish(struct paste *p, bool quote_values);

/* Append the command's text. Returns 0 or ENOMEM. */
int paste_expand(const struct paste *p, const struct replace_input *in, struct buf *out);

void paste_release(struct paste *p);

#endif
