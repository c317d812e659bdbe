/*
 * Items that end in a delimiter. Knows nothing of files, and of CSV only which newlines are data.
 * Each byte is looked at once: what was searched in vain is not searched again. One thread; no
 * lock.
 */
#include "input/lines.h"

#include <endian.h>
#include <string.h>

enum {
	SHORT_BYTES = 64, /* up to here a search in place is faster than a call */
};

#define NOT_FOUND SIZE_MAX

/*
 * memchr() for lines of a few bytes: eight at a time, and no call. Reads into the slack at end.
 */
static inline const char *
find_byte(const char *p, const char *end, char c)
{
	const uint64_t ones = 0x0101010101010101;
	const uint64_t pattern = ones * (unsigned char)c;
	const char *const near = end - p > SHORT_BYTES ? p + SHORT_BYTES : end;

	for (; p < near; p += sizeof(uint64_t)) {
		uint64_t word;

		memcpy(&word, p, sizeof(word));
		word = le64toh(word) ^ pattern;
		/* The lowest bit set is that of the first zero byte; others may be wrong. */
		word = (word - ones) & ~word & (ones << 7);
		if (word != 0) {
			p += __builtin_ctzll(word) / 8;
			return p < end ? p : NULL;
		}
	}
	return p < end ? memchr(p, c, (size_t)(end - p)) : NULL;
}

static inline size_t
find_delimiter(const struct lines *l, const struct stream *in, size_t from)
{
	const char *const p = in->data + from;
	const char *found;

	if (l->delimiter_len == 1)
		found = find_byte(p, in->data + in->end, *l->delimiter);
	else
		found = memmem(p, in->end - from, l->delimiter, l->delimiter_len);
	return found ? (size_t)(found - in->data) : NOT_FOUND;
}

static size_t
count_byte(const char *p, size_t len, char c)
{
	size_t n = 0;

	for (; len > 0; len--)
		n += *p++ == c;
	return n;
}

/*
 * The delimiter that ends the item, from *scan on; NOT_FOUND with *scan set to where to go on when
 * there is more: the last bytes may be the beginning of a delimiter.
 */
static inline size_t
find_end(const struct lines *l, const struct stream *in, size_t *scan, bool *quoted)
{
	for (;;) {
		const size_t found = find_delimiter(l, in, *scan);
		const size_t overlap = l->delimiter_len - 1;
		size_t next = found;

		if (found == NOT_FOUND)
			next = in->end - *scan > overlap ? in->end - overlap : *scan;
		if (l->csv && count_byte(in->data + *scan, next - *scan, '"') % 2 != 0)
			*quoted = !*quoted;
		if (found == NOT_FOUND || !*quoted) {
			*scan = next;
			return found;
		}
		*scan = found + l->delimiter_len;
	}
}

/* What is said of lines counts the newlines inside "..." as well. */
static void
count_lines(const struct lines *l, struct stream *in, size_t start, size_t end)
{
	if (l->csv)
		in->number += count_byte(in->data + start, end - start, *l->delimiter);
}

static enum take
fail_for_nul(const struct lines *l, struct stream *in)
{
	count_lines(l, in, in->start, in->nul);
	return TAKE_NUL;
}

static inline void
set_item(const struct lines *l, const struct stream *in, size_t start, size_t end, struct item *out)
{
	size_t len = end - start;

	out->too_long = 0;
	out->ends_line = true;
	if (l->csv && len > 0 && in->data[end - 1] == '\r' && *l->delimiter == '\n')
		len--;
	if (in->dropped > 0 || len > in->max_bytes) {
		out->too_long = in->dropped + len;
		len = 0;
	}
	out->text = in->data + start;
	out->len = len;
}

/* The item goes on behind the end of what was read. */
static enum take
ask_for_more(const struct lines *l, struct stream *in)
{
	if (in->nul < in->scan)
		return fail_for_nul(l, in);
	if (in->dropped > 0 || in->scan - in->start > in->max_bytes)
		count_lines(l, in, in->start, in->scan);
	in->text = in->scan;
	return TAKE_MORE;
}

/* The common case in a few instructions: a line that is all in memory, with nothing odd. */
static bool
take_plain(const struct lines *l, struct stream *in, struct item *out)
{
	const char *const start = in->data + in->start;
	const char *const end = find_byte(in->data + in->scan, in->data + in->end, *l->delimiter);
	size_t next;

	if (!end || in->dropped > 0 || (size_t)(end - start) > in->max_bytes)
		return false;
	next = (size_t)(end - in->data) + 1;
	if (in->nul < next)
		return false;
	out->text = start;
	out->len = (size_t)(end - start);
	out->too_long = 0;
	out->ends_line = true;
	in->number++;
	stream_advance(in, next);
	return true;
}

static enum take
take_any(struct lines *l, struct stream *in, struct item *out)
{
	const size_t found = find_end(l, in, &in->scan, &l->quoted);
	size_t end = found, next = end + l->delimiter_len;

	if (found == NOT_FOUND) {
		if (!in->ended)
			return ask_for_more(l, in);
		next = end = in->end;
		if (end == in->start && in->dropped == 0)
			return TAKE_END;
	}
	if (in->nul < end)
		return fail_for_nul(l, in);
	/* A stray quote in the last line is let be; one that has taken lines with it is not. */
	if (found == NOT_FOUND && l->quoted && end > in->start) {
		end -= in->data[end - 1] == *l->delimiter;
		if (memchr(in->data + in->start, *l->delimiter, end - in->start))
			return TAKE_UNMATCHED;
	}
	set_item(l, in, in->start, end, out);
	count_lines(l, in, in->start, end);
	in->number++;
	l->quoted = false;
	stream_advance(in, next);
	if (in->nul < next)
		stream_find_nul(in, next);
	return TAKE_ITEM;
}

const char *
lines_delimiter(const struct lines *l, const char *text, size_t len)
{
	if (l->delimiter_len == 1)
		return memchr(text, *l->delimiter, len);
	return memmem(text, len, l->delimiter, l->delimiter_len);
}

bool
lines_refuse_nul(const struct lines *l)
{
	return l->delimiter_len != 1 || *l->delimiter != '\0';
}

enum take
lines_take(struct lines *l, struct stream *in, struct item *out)
{
	if (l->delimiter_len == 1 && !l->csv && take_plain(l, in, out))
		return TAKE_ITEM;
	return take_any(l, in, out);
}

bool
lines_take_block(
    const struct lines *l, struct stream *in, const struct block_limits *most, struct block *out)
{
	const char *const end = in->data + (in->nul < in->end ? in->nul : in->end);
	uint64_t room = most->bytes;
	size_t next = in->start;

	*out = (struct block){.text = in->data + next};
	if (l->delimiter_len != 1 || l->csv || in->dropped > 0)
		return false;
	while (out->n < most->n) {
		const char *const found = find_byte(in->data + next, end, *l->delimiter);
		const size_t bytes = found ? (size_t)(found - in->data) + 1 - next : 0;

		if (bytes == 0 || bytes > most->longest || bytes - 1 > in->max_bytes ||
		    bytes + most->each > room)
			break;
		room -= bytes + most->each;
		next += bytes;
		in->data[next - 1] = '\0';
		out->longest = bytes > out->longest ? bytes : out->longest;
		out->n++;
	}
	out->bytes = next - in->start;
	in->number += out->n;
	if (out->n > 0)
		stream_advance(in, next);
	return out->n > 0;
}

bool
lines_look(const struct lines *l, const struct stream *in, struct lines_place *at, struct item *out)
{
	const size_t end = find_end(l, in, &at->scan, &at->quoted);

	if (end == NOT_FOUND)
		return false;
	set_item(l, in, at->start, end, out);
	*at = (struct lines_place){
	    .start = end + l->delimiter_len, .scan = end + l->delimiter_len, .quoted = false};
	return true;
}
