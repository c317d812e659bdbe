/*
 * May a script be exec'ed without a shell, with the same result? Pure.
 */
#ifndef SPOOL_DIRECT_H
#define SPOOL_DIRECT_H

#include <stdbool.h>
#include <stddef.h>

#include "input/replace.h"

/*
 * Does text hold blanks or anything that some shell gives a meaning to? names: replacement strings
 * do not count; NULL: there are none.
 */
bool direct_has_syntax(const char *text, size_t len, struct replace_set *names);

/*
 * Words between blanks are all that text is, and the first is the name of a program: no builtin,
 * reserved word or assignment of any shell in use, no replacement string. Blank text is not.
 */
bool direct_possible(const char *text, size_t len, struct replace_set *names);

/* A builtin or reserved word of dash, bash, busybox, ksh or zsh. */
bool direct_is_builtin(const char *word, size_t len);

/*
 * The next word at or after *at, blanks and newlines around it skipped: its length, *at moved to
 * its start; 0: no more.
 */
size_t direct_next_word(const char *text, size_t len, size_t *at);

#endif
