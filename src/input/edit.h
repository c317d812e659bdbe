/*
 * Replacement strings with an argument of their own, which change a value: by regular expressions,
 * by positions, by a default. Pure after edit_prepare(); any thread may apply one.
 */
#ifndef SPOOL_EDIT_H
#define SPOOL_EDIT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "input/pattern.h"

/* What a replacement string says behind its first characters. */
enum edit_argument {
	EDIT_NONE,
	EDIT_TEXT,    /* a text */
	EDIT_NUMBER,  /* n */
	EDIT_NUMBERS, /* n:n */
	EDIT_REGEX,   /* an expression */
	/* an expression that does not begin with # (which would make another string of it) */
	EDIT_REGEX_NO_HASH,
	EDIT_REGEX_TEXT, /* expression/text, the first / divides them; the text may be empty */
	EDIT_WORD_TEXT,  /* the same, the expression holds no # or % either */
};

/* Zero-initialise; edit_release() at the end. */
struct edit {
	char *text;   /* owned: of EDIT_TEXT and behind the slash; NULL: none */
	size_t first; /* numbers */
	size_t second;
	bool has_pattern; /* it is compiled */
	struct pattern pattern;
};

/* How long the argument at the start of text is, up to a }; 0: none of that kind. */
size_t edit_measure(enum edit_argument argument, const char *text, size_t len);

/*
 * Make an edit of an argument that was measured; place as for pattern_compile_at(). Returns 0,
 * ENOMEM, or EINVAL with the reason in *why. Release it in every case.
 */
int edit_prepare(struct edit *e, enum edit_argument argument, unsigned place, const char *text,
    size_t len, struct buf *why);
void edit_release(struct edit *e);

/* Each appends to out what the value becomes, and returns 0 or ENOMEM. */
int edit_default(const struct edit *e, const char *value, struct buf *out); /* text for nothing */
int edit_from(const struct edit *e, const char *value, struct buf *out);    /* from byte first */
/* second bytes of it */
int edit_slice(const struct edit *e, const char *value, struct buf *out);
/* without the shortest match at the start or at the end (PATTERN_AT_END) */
int edit_short_start(const struct edit *e, const char *value, struct buf *out);
int edit_short_end(const struct edit *e, const char *value, struct buf *out);
/* the text, or nothing, for the first match or for all */
int edit_replace(const struct edit *e, const char *value, struct buf *out);
int edit_replace_all(const struct edit *e, const char *value, struct buf *out);
/* the first match or all of them in upper or lower case */
int edit_upper(const struct edit *e, const char *value, struct buf *out);
int edit_upper_all(const struct edit *e, const char *value, struct buf *out);
int edit_lower(const struct edit *e, const char *value, struct buf *out);
int edit_lower_all(const struct edit *e, const char *value, struct buf *out);

#endif
