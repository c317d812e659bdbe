/*
 * Regular expressions: POSIX extended ones, and \t \n \r \f \v \s \S \d \D \w \W, translated so
 * that every libc agrees. Bytes, not characters of the locale. Pure after compiling; any thread
 * may match.
 *
 * Where POSIX leaves it open: a backslash before punctuation makes it plain, in brackets too; a {
 * that starts no interval is plain; {,n} is {0,n}; a branch may be empty; (?:x) is (x). Refused:
 * back-references, other escapes of letters and digits, lazy and repeated repetitions, repetitions
 * of nothing or of an anchor, more than 255. Not evened out: an anchor with an empty branch behind
 * it ("$|"), which musl takes for the anchor alone.
 */
#ifndef SPOOL_PATTERN_H
#define SPOOL_PATTERN_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct pattern {
	regex_t regex;
};

/* Compile text (len bytes). Returns 0, ENOMEM, or EINVAL with the reason in *why (a phrase). */
int pattern_compile(struct pattern *p, const char *text, size_t len, struct buf *why);
void pattern_release(struct pattern *p);

/* Where the whole of a pattern has to stand. */
enum pattern_place {
	PATTERN_AT_START = 1, /* the match begins where ^ matches */
	PATTERN_AT_END = 2,   /* the match ends at the end of the text */
	/* its own $ match nowhere: for a text that is the start of a longer one */
	PATTERN_CUT_OFF = 4,
};

/* The same for a pattern in its place: enum pattern_place, or-ed. */
int pattern_compile_at(
    struct pattern *p, const char *text, size_t len, unsigned place, struct buf *why);

/*
 * The leftmost-longest match at or after from in text (a string of len bytes; text[len] is NUL):
 * *start, *end. bol: from is where a ^ may match. False: none.
 */
bool pattern_find(const struct pattern *p, const char *text, size_t len, size_t from, bool bol,
    size_t *start, size_t *end);

#endif
