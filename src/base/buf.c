/*
 * A growing byte buffer. Knows nothing of what it holds; owns its memory; has no lock.
 */
#include "base/buf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	FIRST_CAP = 64,
};

int
buf_reserve(struct buf *b, size_t n)
{
	size_t cap = b->cap ? b->cap : FIRST_CAP;
	char *data;

	if (n <= b->cap - b->len)
		return 0;
	if (n > SIZE_MAX / 2 - b->len)
		return ENOMEM;
	while (cap - b->len < n)
		cap *= 2;
	data = realloc(b->data, cap);
	if (!data)
		return ENOMEM;
	b->data = data;
	b->cap = cap;
	return 0;
}

int
buf_add(struct buf *b, const void *data, size_t n)
{
	if (n == 0)
		return 0;
	if (b->cap - b->len < n && buf_reserve(b, n) != 0)
		return ENOMEM;
	/* Not memcpy(), which -Os makes one instruction that is slow for a few bytes. */
	memmove(b->data + b->len, data, n);
	b->len += n;
	return 0;
}

int
buf_puts(struct buf *b, const char *s)
{
	return buf_add(b, s, strlen(s));
}

int
buf_putc(struct buf *b, char c)
{
	if (b->len == b->cap && buf_reserve(b, 1) != 0)
		return ENOMEM;
	b->data[b->len++] = c;
	return 0;
}

int
buf_uint(struct buf *b, uint64_t value)
{
	char digits[21];

	format_uint(digits, value);
	return buf_puts(b, digits);
}

int
buf_printf(struct buf *b, const char *format, ...)
{
	size_t room;
	va_list args;
	int n;

	/* Mostly it fits at once; else vsnprintf has said how much it takes. */
	if (buf_reserve(b, 1) != 0)
		return ENOMEM;
	room = b->cap - b->len;
	va_start(args, format);
	n = vsnprintf(b->data + b->len, room, format, args);
	va_end(args);
	if (n >= 0 && (size_t)n >= room) {
		if (buf_reserve(b, (size_t)n + 1) != 0)
			return ENOMEM;
		va_start(args, format);
		n = vsnprintf(b->data + b->len, (size_t)n + 1, format, args);
		va_end(args);
	}
	if (n < 0)
		return ENOMEM; /* the formats used here fail in no other way */
	b->len += (size_t)n;
	return 0;
}

char *
buf_string(struct buf *b)
{
	if (buf_reserve(b, 1) != 0)
		return NULL;
	b->data[b->len] = '\0';
	return b->data;
}

void
buf_reset(struct buf *b)
{
	b->len = 0;
}

void
buf_free(struct buf *b)
{
	free(b->data);
	*b = (struct buf){0};
}
