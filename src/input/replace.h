/*
 * Replacement strings: one table, a row per string. Recognises one where it starts and makes its
 * value. Expansion is pure and may run in any thread.
 */
#ifndef SPOOL_REPLACE_H
#define SPOOL_REPLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "input/record.h"
#include "input/replace_input.h"

/* What the user calls them. Set by the options, then read-only; strings are not copied. */
struct replace_spec {
	const char *value; /* "{}", or what -I says; NULL: there is none (xargs without -I) */
	bool only_value;   /* xargs -I: there are no others */
	/* renamed by --er, --bnr, --dnr, --bner, --seqreplace, --slotreplace; NULL: {.} {/} ... */
	const char *no_extension;
	const char *base;
	const char *directory;
	const char *base_no_extension;
	const char *seq;
	const char *slot;
	bool plus;                  /* --plus: the strings of GNU parallel's --plus too */
	const char *const *columns; /* --header: the names of the values; {name}, {name.} ... */
	size_t n_columns;
};

/* The compiled table: the names, and the regular expressions that were found in texts. */
struct replace_set;

/* Returns 0, ENOMEM, or EINVAL with a sentence in *why. */
int replace_set_new(struct replace_set **set, const struct replace_spec *spec, struct buf *why);
void replace_set_free(struct replace_set *set);

/* One recognised replacement string; owned by its set. Two that mean the same are the same. */
struct replacement;

/*
 * The replacement string at the start of text (len bytes): its length, and *found set; 0: there is
 * none. Not for two threads at once: it may compile. *found NULL with a length: out of memory.
 * A regular expression that does not compile is no replacement string, and is remembered:
 */
size_t replace_match(
    struct replace_set *set, const char *text, size_t len, const struct replacement **found);

/* "{%(}: parentheses not balanced": the first that was no regular expression; NULL: none. */
const char *replace_fault(const struct replace_set *set);

/* The plain value, as {} asks for it (even if it has no name). */
const struct replacement *replace_plain(const struct replace_set *set);

/* Is it made once from each value of the record ({}, {.} ...; not {2}, {#})? */
bool replace_is_each(const struct replacement *what);

/* The k of {k} and its like, -k of {-k}; 0: it asks for no position ({}, {.}, {#}). */
int replace_position(const struct replacement *what);

/* How many values it makes: record->n if replace_is_each(), else 1. */
size_t replace_count(const struct replacement *what, const struct record *record);

/*
 * Append value i of what it stands for, i < replace_count(). A position that the record does not
 * have is empty. Returns 0 or ENOMEM.
 */
int replace_value(
    const struct replacement *what, const struct replace_input *in, size_t i, struct buf *out);

/*
 * The same for a value at hand, of a string that replace_is_each(). For who walks the record:
 * replace_value() has to find value i from the start.
 */
int replace_value_of(const struct replacement *what, const char *value, struct buf *out);

/* All of them, joined with blanks. */
int replace_values(const struct replacement *what, const struct replace_input *in, struct buf *out);

/* What those found so far need: enum need, added up. */
unsigned replace_needs(const struct replace_set *set);

/* Does one of those found so far stand for a number of the job ({#}, {%}, {##} ...)? */
bool replace_counts(const struct replace_set *set);

/* {uniq} and {choose_k} drop some jobs: is this record's job wanted? True if neither was found. */
bool replace_wants(const struct replace_set *set, const struct record *record);

#endif
