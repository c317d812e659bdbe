/*
 * Which bytes are UTF-8. Pure.
 */
#ifndef SPOOL_UTF8_H
#define SPOOL_UTF8_H

#include <stddef.h>
#include <stdint.h>

#define UTF8_BAD UINT32_MAX

/*
 * The character that text begins with, of n bytes at most (n > 0), in *c. Returns how many bytes it
 * has. What is no UTF-8 is UTF8_BAD, and one U+FFFD is to stand for the bytes returned: they are
 * all that might have begun a character, as Unicode recommends.
 */
size_t utf8_next(const char *text, size_t n, uint32_t *c);

/* How many of the n bytes, from the first on, are ASCII letters, digits, blanks or slashes. */
size_t utf8_plain(const char *text, size_t n);

#endif
