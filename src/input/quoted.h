/*
 * Quotes and expansions of the shell's grammar: what a word is made of. Internal to the script
 * scanner.
 */
#ifndef SPOOL_QUOTED_H
#define SPOOL_QUOTED_H

#include "input/scan.h"

/* Where double-quote rules hold; they differ in what a backslash escapes. */
enum quoted_kind {
	QUOTED_DOUBLE,  /* "..." */
	QUOTED_BRACES,  /* "${x:-...}" */
	QUOTED_HEREDOC, /* the body of a here-document, and $((...)) */
};

/*
 * Read one element of an unquoted word: a quoted string, an expansion, a replacement string or one
 * byte.
 */
void quoted_word_step(struct scan *s);

/* The same under double-quote rules. */
void quoted_step(struct scan *s, enum quoted_kind kind);

/*
 * If the ( at offset ahead opens ((...)) that closes as arithmetic does, the position of its ));
 * else 0.
 */
size_t quoted_arithmetic_end(const struct scan *s, size_t ahead);

#endif
