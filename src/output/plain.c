/*
 * Cuts text that has been cleaned: whole characters, whole lines. No lock.
 */
#include "output/plain.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/clean.h"

#define LINES 3

int
plain_text(struct buf *out, const char *text, size_t n)
{
	return clean_add(out, text, n, (clean_escapes){NULL});
}

int
plain_line(struct buf *out, const char *text, size_t max)
{
	const size_t start = out->len;
	int err = plain_text(out, text, strlen(text));

	if (err != 0)
		return err;
	while (out->len > start && out->data[out->len - 1] == '\n')
		out->len--;
	for (size_t i = start; i < out->len; i++)
		if (out->data[i] == '\n')
			out->data[i] = ' ';
	if (out->len - start <= max)
		return 0;
	out->len = start + max - 3;
	while (out->len > start && (out->data[out->len] & 0xc0) == 0x80) /* whole characters */
		out->len--;
	return buf_puts(out, "...");
}

/* The beginnings of the last lines, the last one first; returns how many. */
static size_t
find_lines(const char *text, size_t n, const char *first[LINES], size_t len[LINES])
{
	size_t found = 0;

	while (n > 0 && found < LINES) {
		const size_t end = n;

		while (n > 0 && text[n - 1] != '\n')
			n--;
		if (strspn(text + n, " \t") < end - n) {
			first[found] = text + n;
			len[found++] = end - n;
		}
		n -= n > 0;
	}
	return found;
}

int
plain_tail(struct buf *out, const char *text, size_t n, const char *prefix)
{
	const bool cut = n > PLAIN_TAIL_BYTES;
	const char *first[LINES];
	struct buf plain = {0};
	size_t len[LINES], i = 0;
	int err;

	if (cut) {
		text += n - PLAIN_TAIL_BYTES;
		n = PLAIN_TAIL_BYTES;
		while (n > 0 && (*text & 0xc0) == 0x80) { /* of a character that was cut */
			text++;
			n--;
		}
	}
	err = plain_text(&plain, text, n);
	if (err == 0 && buf_string(&plain) == NULL)
		err = ENOMEM;
	if (err == 0)
		i = find_lines(plain.data, plain.len, first, len);
	while (i-- > 0 && err == 0)
		err = buf_printf(out, "%s%s%.*s\n", prefix,
		    cut && first[i] == plain.data ? "..." : "", (int)len[i], first[i]);
	buf_free(&plain);
	return err;
}
