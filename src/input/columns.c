/*
 * Columns: where to split, and what to trim. A separator that is plain text, as most are, is
 * searched for as that; only a true regular expression goes through pattern.h. Knows nothing of
 * where items come from. No lock.
 */
#include "input/columns.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "input/csv.h"
#include "input/pattern.h"

enum method {
	SPLIT_NOT,
	SPLIT_AT_TEXT,
	SPLIT_AT_PATTERN,
	SPLIT_AS_CSV,
};

struct columns {
	/* set by columns_new(), then read-only */
	enum method method;
	bool trim_left;
	bool trim_right;
	struct buf separator; /* as plain text, for SPLIT_AT_TEXT and SPLIT_AS_CSV */
	struct pattern pattern;

	struct buf
	    text; /* of the item: a copy that ends in a NUL, or fields without their quotes */
	struct item *items;
	size_t n;
	size_t cap;
};

/* As perl's \s. */
static bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static int
add(struct columns *c, const char *text, size_t len)
{
	if (c->n == c->cap) {
		const size_t cap = c->cap ? c->cap * 2 : 8;
		struct item *items = realloc(c->items, cap * sizeof(*items));

		if (!items)
			return ENOMEM;
		c->items = items;
		c->cap = cap;
	}
	while (c->trim_left && len > 0 && is_space(*text)) {
		text++;
		len--;
	}
	while (c->trim_right && len > 0 && is_space(text[len - 1]))
		len--;
	c->items[c->n++] = (struct item){.text = text, .len = len};
	return 0;
}

static int
split_at_text(struct columns *c, const char *text, size_t len)
{
	const char *end = text + len;
	const struct buf *separator = &c->separator;

	for (;;) {
		const char *found;

		len = (size_t)(end - text);
		if (separator->len == 1)
			found = memchr(text, *separator->data, len);
		else
			found = memmem(text, len, separator->data, separator->len);
		if (!found)
			return add(c, text, len);
		if (add(c, text, (size_t)(found - text)) != 0)
			return ENOMEM;
		text = found + separator->len;
	}
}

/*
 * As perl's split with the limit -1: empty columns count everywhere, but a match of no bytes does
 * not make one at its left: x* splits axb into a, b and an empty one.
 */
static int
split_at_pattern(struct columns *c, const char *item, size_t len)
{
	size_t column = 0;
	size_t from = 0;
	size_t start;
	size_t end;
	const char *text;

	buf_reset(&c->text);
	if (buf_add(&c->text, item, len) != 0 || !buf_string(&c->text))
		return ENOMEM;
	text = c->text.data;
	while (from <= len && pattern_find(&c->pattern, text, len, from, from == 0, &start, &end)) {
		if (end == column) {
			from = column + 1;
			continue;
		}
		if (add(c, text + column, start - column) != 0)
			return ENOMEM;
		column = from = end;
	}
	return add(c, text + column, len - column);
}

static int
split_as_csv(struct columns *c, const char *item, size_t len)
{
	struct csv csv = {
	    .at = item, .end = item + len, .separator = *c->separator.data, .more = true};
	const char *field;

	buf_reset(&c->text);
	if (buf_reserve(&c->text, len + 1) != 0)
		return ENOMEM;
	csv.room = c->text.data;
	while (csv_next(&csv, &field, &len))
		if (add(c, field, len) != 0)
			return ENOMEM;
	return 0;
}

static int
split(struct columns *c, const char *text, size_t len)
{
	switch (c->method) {
	case SPLIT_AT_TEXT:
		return split_at_text(c, text, len);
	case SPLIT_AT_PATTERN:
		return split_at_pattern(c, text, len);
	case SPLIT_AS_CSV:
		return split_as_csv(c, text, len);
	case SPLIT_NOT:
		break;
	}
	return add(c, text, len);
}

/* Is the expression nothing but text, escapes included? Appends it; *plain tells. */
static int
read_plain(const char *expression, struct buf *text, bool *plain)
{
	static const char letters[] = "tnrfv";
	static const char bytes[] = "\t\n\r\f\v";
	const char *p;

	*plain = *expression != '\0';
	for (p = expression; *p && *plain; p++) {
		char byte = *p;

		if (byte == '\\' && p[1] && strchr(letters, p[1]))
			byte = bytes[strchr(letters, *++p) - letters];
		else if (byte == '\\' && ispunct((unsigned char)p[1]))
			byte = *++p;
		else if (strchr(".[]{}()*+?^$|\\", byte))
			*plain = false;
		if (buf_putc(text, byte) != 0)
			return ENOMEM;
	}
	return 0;
}

static int
refuse(const char *separator, const char *reason, struct buf *why)
{
	return buf_printf(why, "-C %s: %s", separator, reason) == 0 ? EINVAL : ENOMEM;
}

static int
set_separator(struct columns *c, const char *separator, struct buf *why)
{
	struct buf reason = {0};
	bool plain;
	int err = read_plain(separator, &c->separator, &plain);

	if (err != 0)
		return err;
	if (plain) {
		c->method = SPLIT_AT_TEXT;
		return 0;
	}
	err = pattern_compile(&c->pattern, separator, strlen(separator), &reason);
	if (err == 0)
		c->method = SPLIT_AT_PATTERN;
	else if (err == EINVAL)
		err = buf_string(&reason) ? refuse(separator, reason.data, why) : ENOMEM;
	buf_free(&reason);
	return err;
}

/* A byte as it is, whatever it would mean in an expression, or an escape: \t. */
static int
set_csv_separator(struct columns *c, const char *separator, struct buf *why)
{
	bool plain;

	c->method = SPLIT_AS_CSV;
	if (separator[0] != '\0' && separator[1] == '\0')
		return *separator == '"' ? refuse(separator, "quotes are for the values", why)
		                         : buf_putc(&c->separator, *separator);
	if (read_plain(separator, &c->separator, &plain) != 0)
		return ENOMEM;
	return plain && c->separator.len == 1 ? 0
	                                      : refuse(separator, "with --csv it is one byte", why);
}

int
columns_new(struct columns **c, const struct columns_spec *spec, struct buf *why)
{
	struct columns *new = calloc(1, sizeof(*new));
	enum trim trim = spec->trim;
	int err = 0;

	*c = NULL;
	if (!new)
		return ENOMEM;
	if (trim == TRIM_DEFAULT)
		trim = spec->separator ? TRIM_BOTH : TRIM_NONE;
	new->trim_left = trim == TRIM_LEFT || trim == TRIM_BOTH;
	new->trim_right = trim == TRIM_RIGHT || trim == TRIM_BOTH;
	if (spec->csv)
		err = set_csv_separator(new, spec->separator ? spec->separator : ",", why);
	else if (spec->separator)
		err = set_separator(new, spec->separator, why);
	if (err == 0)
		*c = new;
	else
		columns_free(new);
	return err;
}

int
columns_split(struct columns *c, const struct item *item, struct row *out)
{
	int err;

	c->n = 0;
	err = item->too_long ? add(c, item->text, 0) : split(c, item->text, item->len);
	if (err != 0)
		return err;
	c->items[c->n - 1].too_long = item->too_long;
	c->items[c->n - 1].ends_line = item->ends_line;
	*out = (struct row){.items = c->items, .n = c->n};
	return 0;
}

void
columns_free(struct columns *c)
{
	if (!c)
		return;
	if (c->method == SPLIT_AT_PATTERN)
		pattern_release(&c->pattern);
	buf_free(&c->separator);
	buf_free(&c->text);
	free(c->items);
	free(c);
}
