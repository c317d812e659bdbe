/*
 * Text of unknown origin for reports that other programs read: in UTF-8, without what only a
 * terminal understands. Pure.
 */
#ifndef SPOOL_CLEAN_H
#define SPOOL_CLEAN_H

#include <stddef.h>

#include "base/buf.h"

/*
 * How some characters are written: each string is the character and what stands for it; NULL ends
 * the list.
 */
typedef const char *const clean_escapes[];

extern clean_escapes clean_xml, clean_xml_attribute, clean_tap, clean_yaml;

/*
 * Append text without escape sequences and control characters; ends of lines become newlines, and
 * what is no UTF-8, or no character of XML, becomes U+FFFD. Returns 0 or ENOMEM.
 */
int clean_add(struct buf *out, const char *text, size_t n, clean_escapes escapes);

#endif
