/*
 * How bytes become items by the plainest means there are: all of the input at once, byte by byte,
 * and the values copied. For comparing with input/source.h. The texts that are compared are
 * "3:abc|7 " for each item: its length and bytes, a | where it ends a line, and where the input
 * stood behind it; then how it ended.
 */
#ifndef SPOOL_TEST_SPLITTING_H
#define SPOOL_TEST_SPLITTING_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "input/source.h"

enum {
	BY_WORDS_SPACE = 0x2000, /* a blank that no quote protects */
	BY_WORDS_END,            /* a newline likewise */
};

static inline void
show_item(struct buf *out, const char *text, size_t len, bool ends_line, long long offset)
{
	buf_printf(out, "%zu:", len);
	buf_add(out, text, len);
	buf_printf(out, "%s%lld ", ends_line ? "|" : "", offset);
}

static inline bool
is_space_by_hand(char c)
{
	return c && strchr(" \t\n\v\f\r", c);
}

static inline bool
is_all_space(const char *text, size_t len)
{
	while (len > 0 && is_space_by_hand(text[len - 1]))
		len--;
	return len == 0;
}

static inline bool
is_equal(const char *text, size_t len, const char *string)
{
	return string && strlen(string) == len && memcmp(text, string, len) == 0;
}

/* The length of the item at data, and of the delimiter behind it. */
static inline size_t
line_length(const struct source_spec *spec, const char *data, size_t len, size_t *delimiter)
{
	bool quoted = false;
	size_t i;

	*delimiter = spec->delimiter_len;
	for (i = 0; i + *delimiter <= len; i++) {
		if (spec->split == SPLIT_CSV && data[i] == '"')
			quoted = !quoted;
		if (!quoted && memcmp(data + i, spec->delimiter, *delimiter) == 0)
			return i;
	}
	*delimiter = 0;
	return len;
}

static inline bool
leaves_quote_open(const struct source_spec *spec, const char *line, size_t n)
{
	bool open = false;

	for (size_t i = 0; i < n; i++)
		open ^= line[i] == '"';
	return open && spec->split == SPLIT_CSV;
}

/* With SPLIT_DELIMITER and SPLIT_CSV. */
static inline void
split_lines_by_hand(struct buf *out, const struct source_spec *spec, const char *data, size_t len)
{
	const bool nul_ends = spec->delimiter_len == 1 && *spec->delimiter == '\0';
	struct buf all = {0}; /* what goes before, and the line */
	bool first = spec->skip_first;
	size_t pos = 0;
	size_t delimiter;

	while (pos < len) {
		const char *line = data + pos;
		size_t n = line_length(spec, line, len - pos, &delimiter);

		if (!nul_ends && memchr(line, '\0', n)) {
			buf_puts(out, "NUL");
			goto out;
		}
		pos += n + delimiter;
		if (delimiter == 0 && leaves_quote_open(spec, line, n)) {
			n -= line[n - 1] == *spec->delimiter;
			if (memchr(line, *spec->delimiter, n)) {
				buf_puts(out, "UNMATCHED");
				goto out;
			}
		}
		if (spec->split == SPLIT_CSV && *spec->delimiter == '\n' && n > 0 &&
		    line[n - 1] == '\r')
			n--;
		if (first) {
			first = false;
			continue;
		}
		if (is_equal(line, n, spec->end))
			break;
		buf_add(&all, line, n);
		if ((spec->skip_empty && all.len == 0) ||
		    (spec->skip_blank && is_all_space(all.data, all.len))) {
			buf_reset(&all);
			continue;
		}
		if (spec->continued && all.len > 0 && is_space_by_hand(all.data[all.len - 1]))
			continue;
		show_item(out, all.data, all.len, true, (long long)pos);
		buf_reset(&all);
	}
	if (all.len > 0)
		show_item(out, all.data, all.len, true, (long long)pos);
	buf_printf(out, "END %zu", pos);
out:
	buf_free(&all);
}

/*
 * The next byte as it is meant: itself, also when it was quoted, or BY_WORDS_...; -1 at the end of
 * data, -2 for a quote that is not closed, -3 for a NUL, -4 for quotes with nothing between them,
 * which are a word.
 */
static inline int
byte_of_word(const char *data, size_t len, size_t *pos, char *quote)
{
	bool just_opened = false;

	while (*pos < len) {
		const char c = data[(*pos)++];

		if (c == '\0')
			return -3;
		if (*quote && c == '\n')
			return -2;
		if (*quote && c == *quote) {
			*quote = '\0';
			if (just_opened)
				return -4;
		} else if (*quote) {
			return (unsigned char)c;
		} else if (c == '"' || c == '\'') {
			*quote = c;
			just_opened = true;
		} else if (c == '\\') {
			if (*pos == len)
				return -1;
			return data[*pos] == '\0' ? -3 : (unsigned char)data[(*pos)++];
		} else if (c == '\n') {
			return BY_WORDS_END;
		} else if (c == ' ' || c == '\t') {
			return BY_WORDS_SPACE + (c == '\t' ? 0x100 : 0);
		} else {
			return (unsigned char)c;
		}
	}
	return *quote ? -2 : -1;
}

/* With SPLIT_WORDS and SPLIT_QUOTED_LINES. */
static inline void
split_words_by_hand(struct buf *out, const struct source_spec *spec, const char *data, size_t len)
{
	const bool lines = spec->split == SPLIT_QUOTED_LINES;
	struct buf word = {0};
	size_t pos = 0;
	int c = 0;

	while (c != -1) {
		bool some = false, goes_on;
		char quote = '\0';

		buf_reset(&word);
		while (pos < len && is_space_by_hand(data[pos]))
			pos++;
		for (;;) {
			const bool blank =
			    (c = byte_of_word(data, len, &pos, &quote)) == BY_WORDS_SPACE ||
			    c == BY_WORDS_SPACE + 0x100;

			if (c == -2 || c == -3) {
				buf_puts(out, c == -2 ? "UNMATCHED" : "NUL");
				goto out;
			}
			if (c == -1 || c == BY_WORDS_END || (blank && !lines))
				break;
			some = true;
			if (blank)
				c = c == BY_WORDS_SPACE ? ' ' : '\t';
			if (c != -4)
				buf_putc(&word, (char)c);
		}
		if (!some)
			continue;
		if (is_equal(word.data ? word.data : "", word.len, spec->end))
			break;
		/* As GNU's xargs: the line goes on even if the blank at its end was escaped. */
		goes_on = c == BY_WORDS_END && !lines && pos >= 2 &&
		          (data[pos - 2] == ' ' || data[pos - 2] == '\t');
		show_item(out, word.data, word.len, (c == -1 || c == BY_WORDS_END) && !goes_on,
		    (long long)pos);
	}
	buf_printf(out, "END %zu", pos);
out:
	buf_free(&word);
}

static inline void
split_by_hand(struct buf *out, const struct source_spec *spec, const char *data, size_t len)
{
	buf_reset(out);
	if (spec->split == SPLIT_WORDS || spec->split == SPLIT_QUOTED_LINES)
		split_words_by_hand(out, spec, data, len);
	else
		split_lines_by_hand(out, spec, data, len);
	buf_string(out);
}

/*
 * The same from source.h, of the file that is standard input. Returns a sentence if something else
 * is wrong, or NULL.
 */
static inline const char *
split_standard_input(struct buf *out, const struct source_spec *spec)
{
	const off_t size = lseek(STDIN_FILENO, 0, SEEK_END);
	enum source_status status;
	const char *wrong = NULL;
	struct source *s;
	struct item item;
	unsigned n = 0;
	bool one;

	lseek(STDIN_FILENO, 0, SEEK_SET);
	buf_reset(out);
	if (source_open(&s, spec, -1) != 0)
		return "it can't be opened";
	one = size % 2 != 0 && source_holds_one(s); /* looking ahead changes nothing */
	for (;;) {
		const bool ready = source_ready(s);
		const off_t before = lseek(STDIN_FILENO, 0, SEEK_CUR);
		off_t after;

		status = source_next(s, &item);
		after = lseek(STDIN_FILENO, 0, SEEK_CUR);
		if (ready && after != before)
			wrong = "what was ready had to be read";
		if (!ready && after == before && before < size && status == SOURCE_ITEM)
			wrong = "what was in memory was not ready";
		if (status != SOURCE_ITEM)
			break;
		if (++n > 1 && one)
			wrong = "it holds more than one";
		show_item(out, item.text, item.len, item.ends_line, source_offset(s));
	}
	if (status == SOURCE_END) {
		source_give_back(s);
		buf_printf(out, "END %lld", (long long)lseek(STDIN_FILENO, 0, SEEK_CUR));
	} else {
		buf_puts(out, strstr(source_error(s), "NUL") ? "NUL" : "UNMATCHED");
	}
	if (source_next(s, &item) != status)
		wrong = "the end is not final";
	source_free(s);
	buf_string(out);
	return wrong;
}

#endif
