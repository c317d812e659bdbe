/*
 * Replacement strings with an argument: {:2:3}, {%.gz}, {//a/b} and their like. All of it goes by
 * bytes and ASCII. Knows nothing of positions, records or how such a string is found. No state, no
 * lock.
 */
#include "input/edit.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Digits at the start of text; a number that is too large is the largest. */
static size_t
read_number(const char *text, size_t len, size_t *number)
{
	size_t i;

	*number = 0;
	for (i = 0; i < len && isdigit((unsigned char)text[i]); i++) {
		const size_t digit = (size_t)(text[i] - '0');

		*number = *number > (SIZE_MAX - digit) / 10 ? SIZE_MAX : *number * 10 + digit;
	}
	return i;
}

static size_t
measure_numbers(const char *text, size_t len, bool two)
{
	size_t number;
	size_t n = read_number(text, len, &number);
	size_t more;

	if (n == 0 || !two)
		return n;
	if (n == len || text[n] != ':')
		return 0;
	n++;
	more = read_number(text + n, len - n, &number);
	return more > 0 ? n + more : 0;
}

/* The slash between an expression and a text. The expression has a byte at least, even a slash. */
static const char *
find_slash(const char *text, size_t len)
{
	return len > 1 ? memchr(text + 1, '/', len - 1) : NULL;
}

static size_t
measure_regex_text(const char *text, size_t len, bool word)
{
	const char *slash = find_slash(text, len);
	size_t i;

	if (!slash)
		return 0;
	for (i = 0; word && i < (size_t)(slash - text); i++) {
		if (strchr("#%/", text[i]))
			return 0;
	}
	return len;
}

size_t
edit_measure(enum edit_argument argument, const char *text, size_t len)
{
	const char *brace = memchr(text, '}', len);

	if (!brace || brace == text)
		return 0;
	len = (size_t)(brace - text);
	switch (argument) {
	case EDIT_NUMBER:
		return measure_numbers(text, len, false);
	case EDIT_NUMBERS:
		return measure_numbers(text, len, true);
	case EDIT_TEXT:
	case EDIT_REGEX:
		return len;
	case EDIT_REGEX_NO_HASH:
		return *text == '#' ? 0 : len;
	case EDIT_REGEX_TEXT:
		return measure_regex_text(text, len, false);
	case EDIT_WORD_TEXT:
		return measure_regex_text(text, len, true);
	case EDIT_NONE:
		break;
	}
	return 0;
}

int
edit_prepare(struct edit *e, enum edit_argument argument, unsigned place, const char *text,
    size_t len, struct buf *why)
{
	const char *end = text + len;
	const char *slash = NULL;
	int err;

	switch (argument) {
	case EDIT_NONE:
		return 0;
	case EDIT_NUMBER:
	case EDIT_NUMBERS:
		text += read_number(text, len, &e->first);
		if (text < end)
			read_number(text + 1, (size_t)(end - text) - 1, &e->second);
		return 0;
	case EDIT_TEXT:
		e->text = strndup(text, len);
		return e->text ? 0 : ENOMEM;
	case EDIT_REGEX:
	case EDIT_REGEX_NO_HASH:
		break;
	case EDIT_REGEX_TEXT:
	case EDIT_WORD_TEXT:
		slash = find_slash(text, len);
		e->text = strndup(slash + 1, (size_t)(end - slash) - 1);
		if (!e->text)
			return ENOMEM;
		end = slash;
		break;
	}
	e->has_pattern =
	    (err = pattern_compile_at(&e->pattern, text, (size_t)(end - text), place, why)) == 0;
	return err;
}

void
edit_release(struct edit *e)
{
	if (e->has_pattern)
		pattern_release(&e->pattern);
	free(e->text);
	*e = (struct edit){0};
}

int
edit_default(const struct edit *e, const char *value, struct buf *out)
{
	return buf_puts(out, *value ? value : e->text);
}

int
edit_from(const struct edit *e, const char *value, struct buf *out)
{
	const size_t len = strlen(value);

	return e->first < len ? buf_puts(out, value + e->first) : 0;
}

int
edit_slice(const struct edit *e, const char *value, struct buf *out)
{
	const size_t len = strlen(value);
	const size_t rest = e->first < len ? len - e->first : 0;

	return rest > 0 ? buf_add(out, value + e->first, rest < e->second ? rest : e->second) : 0;
}

int
edit_short_start(const struct edit *e, const char *value, struct buf *out)
{
	const size_t len = strlen(value);
	size_t cut = 0;

	if (!pattern_find_shortest(&e->pattern, value, len, &cut))
		cut = 0;
	return buf_add(out, value + cut, len - cut);
}

/* The pattern ends at the end, so the match that starts last is the shortest. */
int
edit_short_end(const struct edit *e, const char *value, struct buf *out)
{
	const size_t len = strlen(value);
	size_t least = 0;
	size_t most = len + 1;
	size_t cut = len;

	while (least < most) {
		const size_t middle = least + (most - least) / 2;
		size_t start;
		size_t end;

		if (pattern_find(&e->pattern, value, len, middle, middle == 0, &start, &end)) {
			cut = start;
			least = start + 1;
		} else {
			most = middle;
		}
	}
	return buf_add(out, value, cut);
}

/* A match as it becomes: its bytes changed, or the text of the edit, if it has one. */
static int
add_match(
    const struct edit *e, int (*change)(int byte), const char *match, size_t len, struct buf *out)
{
	size_t i;

	if (!change)
		return e->text ? buf_puts(out, e->text) : 0;
	for (i = 0; i < len; i++) {
		if (buf_putc(out, (char)change((unsigned char)match[i])) != 0)
			return ENOMEM;
	}
	return 0;
}

/*
 * The first match, or all: as in perl, an empty one may follow another match at once, but not an
 * empty one.
 */
static int
change_matches(
    const struct edit *e, int (*change)(int byte), bool all, const char *value, struct buf *out)
{
	const size_t len = strlen(value);
	size_t from = 0;
	size_t start;
	size_t end;

	while (pattern_find(&e->pattern, value, len, from, from == 0, &start, &end)) {
		if (buf_add(out, value + from, start - from) != 0 ||
		    add_match(e, change, value + start, end - start, out) != 0)
			return ENOMEM;
		from = end;
		if (!all)
			break;
		if (start < end)
			continue;
		if (end == len)
			break;
		if (buf_putc(out, value[from++]) != 0)
			return ENOMEM;
	}
	return buf_add(out, value + from, len - from);
}

int
edit_replace(const struct edit *e, const char *value, struct buf *out)
{
	return change_matches(e, NULL, false, value, out);
}

int
edit_replace_all(const struct edit *e, const char *value, struct buf *out)
{
	return change_matches(e, NULL, true, value, out);
}

int
edit_upper(const struct edit *e, const char *value, struct buf *out)
{
	return change_matches(e, toupper, false, value, out);
}

int
edit_upper_all(const struct edit *e, const char *value, struct buf *out)
{
	return change_matches(e, toupper, true, value, out);
}

int
edit_lower(const struct edit *e, const char *value, struct buf *out)
{
	return change_matches(e, tolower, false, value, out);
}

int
edit_lower_all(const struct edit *e, const char *value, struct buf *out)
{
	return change_matches(e, tolower, true, value, out);
}
