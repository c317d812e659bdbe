/*
 * A growing byte buffer. Zero-initialise (struct buf b = {0}), buf_free() at the end.
 * The adders return 0 or ENOMEM and leave the buffer as it was when they fail.
 * Not for sharing between threads.
 */
#ifndef SPOOL_BUF_H
#define SPOOL_BUF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/util.h"

struct buf {
	char *data; /* owned; NULL while cap is 0; a string only after buf_string() */
	size_t len;
	size_t cap;
};

/* Room for at least n more bytes after len. */
int buf_reserve(struct buf *b, size_t n);
int buf_add(struct buf *b, const void *data, size_t n);
int buf_puts(struct buf *b, const char *s);
int buf_putc(struct buf *b, char c);
int buf_uint(struct buf *b, uint64_t value); /* in decimal, without what printf costs */
int buf_printf(struct buf *b, const char *format, ...) PRINTF_LIKE(2, 3);

/* The content as a string; len does not count the NUL. NULL when out of memory. */
char *buf_string(struct buf *b);

/* Forget the content, keep the memory. */
void buf_reset(struct buf *b);
void buf_free(struct buf *b);

#endif
