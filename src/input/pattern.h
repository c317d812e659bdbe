/*
 * Regular expressions: POSIX extended ones, and \t \n \r \f \v \s \S \d \D \w \W. The same on every
 * system, and no expression takes more time than the length of the text times its own. Bytes, not
 * characters of the locale. Pure after compiling; any thread may match.
 *
 * Where POSIX leaves it open: a backslash before punctuation makes it plain, in brackets too; a {
 * that starts no interval is plain; {,n} is {0,n}; a branch may be empty; (?:x) is (x). Refused:
 * back-references, other escapes of letters and digits, lazy and repeated repetitions, repetitions
 * of nothing or of an anchor, more than 255 of one, or of 4096 atoms in all.
 */
#ifndef SPOOL_PATTERN_H
#define SPOOL_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "input/automaton.h"

struct pattern {
	struct automaton automaton;
};

/* Compile text (len bytes). Returns 0, ENOMEM, or EINVAL with the reason in *why (a phrase). */
int pattern_compile(struct pattern *p, const char *text, size_t len, struct buf *why);
void pattern_release(struct pattern *p);

/* Where the whole of a pattern has to stand. */
enum pattern_place {
	PATTERN_AT_START = 1, /* the match begins where ^ matches */
	PATTERN_AT_END = 2,   /* the match ends at the end of the text */
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

/* The shortest match of a pattern that has PATTERN_AT_START: *end. False: none. */
bool pattern_find_shortest(const struct pattern *p, const char *text, size_t len, size_t *end);

#endif
