/*
 * The words of xargs, by POSIX and as GNU reads what POSIX leaves open. Knows nothing of files.
 *
 * A word without quotes that is all in memory is found in one loop and is a slice of what was read.
 * All others go byte by byte, or run by run: their text moves down over the quotes, so the state is
 * in struct words and in start, text and scan of the stream, and reading may stop anywhere.
 */
#include "input/words.h"

#include <string.h>

enum {
	BLANK = 1, /* separates words */
	NEWLINE = 2,
	MARK = 4,  /* a quote or a backslash */
	NUL = 8,   /* also what stands at the end of what was read */
	SPACE = 16 /* is dropped before a word: more than separates two, as in GNU xargs */
};

static const unsigned char classes[256] = {
    ['\0'] = NUL,
    ['\t'] = BLANK | SPACE,
    ['\n'] = NEWLINE | SPACE,
    ['\v'] = SPACE,
    ['\f'] = SPACE,
    ['\r'] = SPACE,
    [' '] = BLANK | SPACE,
    ['"'] = MARK,
    ['\''] = MARK,
    ['\\'] = MARK,
};

static inline unsigned
class_of(char c)
{
	return classes[(unsigned char)c];
}

/* What a word without quotes can't go on over. */
static inline unsigned
ends_of(const struct words *w)
{
	return NEWLINE | MARK | NUL | (w->whole_lines ? 0 : BLANK);
}

static void
give(struct stream *in, size_t end, struct item *out)
{
	const size_t len = end - in->start;
	const bool too_long = in->dropped > 0 || len > in->max_bytes;

	out->text = in->data + in->start;
	out->len = too_long ? 0 : len;
	out->too_long = too_long ? in->dropped + len : 0;
}

/* The bytes before the next that means something, or before the end of what was read. */
static void
copy_plain(struct words *w, struct stream *in)
{
	const char *const from = in->data + in->scan;
	const unsigned ends = ends_of(w);
	const char *p = from;
	size_t n;

	if (w->quote)
		while (*p != w->quote && *p != '\n' && *p != '\0')
			p++;
	else
		while ((class_of(*p) & ends) == 0)
			p++;
	n = (size_t)(p - from);
	if (n > 0)
		w->kept_blank = false;
	if (in->text != in->scan)
		memmove(in->data + in->text, from, n);
	in->text += n;
	in->scan += n;
}

/* The end of the input, which ends a line as well. */
static enum take
finish(struct words *w, struct stream *in, struct item *out)
{
	const bool some = w->some || in->text > in->start || in->dropped > 0;

	if (w->quote)
		return TAKE_UNMATCHED;
	give(in, in->text, out);
	out->ends_line = true;
	w->begun = w->some = w->escaped = w->kept_blank = false;
	stream_advance(in, in->end);
	return some ? TAKE_ITEM : TAKE_END;
}

/* One byte that copy_plain() stopped at. TAKE_MORE: the word goes on. */
static enum take
step(struct words *w, struct stream *in, struct item *out)
{
	const char c = in->data[in->scan];

	if (c == '\0')
		return TAKE_NUL;
	in->number += c == '\n';
	if (w->quote) {
		if (c == '\n')
			return TAKE_UNMATCHED;
		in->scan++;
		w->quote = 0;
		w->some = true;
		return TAKE_MORE;
	}
	in->scan++;
	if (w->escaped) {
		in->data[in->text++] = c;
		w->escaped = false;
		w->kept_blank = (class_of(c) & BLANK) != 0;
	} else if (c == '\\') {
		w->escaped = true;
	} else if (class_of(c) & MARK) {
		w->quote = c;
		w->kept_blank = false;
	} else {
		give(in, in->text, out);
		out->ends_line = c == '\n' && (w->whole_lines || !w->kept_blank);
		w->begun = w->some = w->kept_blank = false;
		stream_advance(in, in->scan);
		return TAKE_ITEM;
	}
	return TAKE_MORE;
}

static enum take
go_on(struct words *w, struct stream *in, struct item *out)
{
	enum take taken;

	do {
		if (!w->escaped)
			copy_plain(w, in);
		if (in->scan == in->end)
			return in->ended ? finish(w, in, out) : TAKE_MORE;
		taken = step(w, in, out);
	} while (taken == TAKE_MORE);
	return taken;
}

enum take
words_take(struct words *w, struct stream *in, struct item *out)
{
	const unsigned ends = ends_of(w);
	const char *p = in->data + in->scan;
	const char *start;

	if (w->begun)
		return go_on(w, in, out);
	for (; class_of(*p) & SPACE; p++)
		in->number += *p == '\n';
	start = p;
	while ((class_of(*p) & ends) == 0)
		p++;
	in->start = (size_t)(start - in->data);
	in->text = in->scan = (size_t)(p - in->data);
	if (class_of(*p) & (MARK | NUL)) {
		if (in->start == in->end) {
			stream_advance(in, in->end);
			return in->ended ? TAKE_END : TAKE_MORE;
		}
		w->begun = true;
		return go_on(w, in, out);
	}
	give(in, in->scan, out);
	out->ends_line = *p == '\n';
	in->number += *p == '\n';
	stream_advance(in, in->scan + 1);
	return TAKE_ITEM;
}

bool
words_ready(const struct words *w, const struct stream *in)
{
	const unsigned ends = ends_of(w) & (BLANK | NEWLINE);
	bool begun = w->begun;
	bool escaped = w->escaped;
	char quote = w->quote;
	size_t i;

	for (i = in->scan; i < in->end; i++) {
		const char c = in->data[i];

		if (!begun && (class_of(c) & SPACE))
			continue;
		begun = true;
		if (c == '\0' || (!escaped && (class_of(c) & (quote ? NEWLINE : ends))))
			return true;
		if (escaped)
			escaped = false;
		else if (quote)
			quote = c == quote ? '\0' : quote;
		else if (c == '\\')
			escaped = true;
		else if (class_of(c) & MARK)
			quote = c;
	}
	return false;
}
