/*
 * Which replacement string a text begins with: the longest that is in the table, by the names that
 * the user gave. Knows nothing of values. No state, no lock.
 */
#include "input/recognise.h"

#include <ctype.h>
#include <limits.h>
#include <string.h>

/* One named name at the start of text; its length with its argument, or 0. */
static size_t
match_name(const struct replace_row *row, const char *name, const char *text, size_t len,
    struct recognised *c)
{
	const size_t n = strlen(name);

	if (n > len || memcmp(text, name, n) != 0)
		return 0;
	c->argument = NULL;
	c->argument_len = 0;
	if (row->argument == EDIT_NONE)
		return n;
	c->argument = text + n;
	c->argument_len = edit_measure(row->argument, text + n, len - n);
	if (c->argument_len == 0 || text[n + c->argument_len] != '}')
		return 0;
	return n + c->argument_len + 1;
}

/* The {2 or {-1 of a positional string, blanks behind it too: its length, or 0. */
static size_t
read_position(const char *text, size_t len, int *position)
{
	size_t i = 1;
	bool negative = false;
	size_t digits;

	if (len < 2 || *text != '{')
		return 0;
	if (text[i] == '-') {
		negative = true;
		i++;
	}
	digits = i;
	for (*position = 0; i < len && isdigit((unsigned char)text[i]); i++) {
		if (*position < INT_MAX / 10)
			*position = *position * 10 + (text[i] - '0');
	}
	if (i == digits)
		return 0;
	if (negative)
		*position = -*position;
	while (i < len && isspace((unsigned char)text[i]))
		i++;
	return i;
}

/*
 * All rows: by their names, and behind a position by what follows the { of their names. Of the
 * same length, one that was named by the user counts.
 */
static void
match_rows(const struct row_names *names, const char *text, size_t len, struct recognised *best)
{
	int position = 0;
	const size_t prefix = names->positions ? read_position(text, len, &position) : 0;
	size_t i;

	for (i = 0; i < REPLACE_ROWS; i++) {
		const char *name = names->of[i];
		struct recognised c = {.row = &replace_rows[i]};

		if (!name)
			continue;
		c.len = match_name(&replace_rows[i], name, text, len, &c);
		if (c.len == 0 && prefix > 0 && *name == '{' && !replace_rows[i].count) {
			c.position = position;
			c.len =
			    match_name(&replace_rows[i], name + 1, text + prefix, len - prefix, &c);
			c.len += c.len > 0 ? prefix : 0;
		}
		if (c.len > best->len ||
		    (c.len > 0 && c.len == best->len && name != replace_rows[i].name))
			*best = c;
	}
}

/* {name} and its four modifiers. The first column whose name fits is meant, as in GNU parallel. */
static void
match_columns(const struct row_names *names, const char *text, size_t len, struct recognised *best)
{
	size_t column;
	size_t i;

	for (column = 0; column < names->n_columns; column++) {
		const char *name = names->columns[column];
		const size_t n = strlen(name) + 1;

		/* A number is a position, whatever the columns are called. */
		if (name[strspn(name, "0123456789")] == '\0')
			continue;
		if (n > len || *text != '{' || memcmp(text + 1, name, n - 1) != 0)
			continue;
		for (i = 0; i < REPLACE_NAME_ROWS; i++) {
			struct recognised c = {
			    .row = &replace_rows[i], .position = (int)column + 1};

			c.len = match_name(
			    &replace_rows[i], replace_rows[i].name + 1, text + n, len - n, &c);
			if (c.len == 0)
				continue;
			c.len += n;
			*best = c;
			return;
		}
	}
}

void
row_names_put(struct row_names *names, size_t row, const char *name)
{
	if (!name || !*name)
		return;
	names->of[row] = name;
	names->is_first[(unsigned char)*name] = true;
}

void
row_names_put_columns(struct row_names *names, const char *const *columns, size_t n)
{
	names->columns = columns;
	names->n_columns = n;
	if (n > 0)
		names->is_first['{'] = true;
}

bool
recognise(const struct row_names *names, const char *text, size_t len, struct recognised *found)
{
	*found = (struct recognised){0};
	if (!names->is_first[(unsigned char)*text])
		return false;
	match_columns(names, text, len, found);
	if (found->len == 0)
		match_rows(names, text, len, found);
	return found->len > 0;
}
