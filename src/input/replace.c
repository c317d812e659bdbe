/*
 * The table of replacement strings. A new one is a row and a function that appends its value.
 * Knows nothing of words, shells or quoting. No state, no lock.
 *
 * The path rows cut as GNU parallel does: {/} of "a/b/" is empty, {.} of ".rc" too;
 * {//} is dirname(3).
 */
#include "input/replace.h"

#include <errno.h>
#include <string.h>

#include "base/util.h"

/* What a row may look at. */
struct source_values {
	const char *value;
	uint64_t seq;
	unsigned slot;
};

struct replace_row {
	const char *name;
	bool per_value; /* made from a value, so several values make several */
	int (*add)(const struct source_values *from, struct buf *out);
};

static const char *
base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int
add_stem(const char *name, const char *base, struct buf *out)
{
	const char *dot = strrchr(base, '.');

	return dot ? buf_add(out, name, (size_t)(dot - name)) : buf_puts(out, name);
}

static int
add_value(const struct source_values *from, struct buf *out)
{
	return buf_puts(out, from->value);
}

static int
add_no_extension(const struct source_values *from, struct buf *out)
{
	return add_stem(from->value, base_of(from->value), out);
}

static int
add_base(const struct source_values *from, struct buf *out)
{
	return buf_puts(out, base_of(from->value));
}

static int
add_base_no_extension(const struct source_values *from, struct buf *out)
{
	const char *base = base_of(from->value);

	return add_stem(base, base, out);
}

static size_t
without_slashes(const char *path, size_t n)
{
	while (n > 0 && path[n - 1] == '/')
		n--;
	return n;
}

static int
add_directory(const struct source_values *from, struct buf *out)
{
	const char *path = from->value;
	size_t n = without_slashes(path, strlen(path));

	if (n == 0)
		return buf_putc(out, *path == '/' ? '/' : '.');
	while (n > 0 && path[n - 1] != '/')
		n--;
	if (n == 0)
		return buf_putc(out, '.');
	n = without_slashes(path, n);
	return n == 0 ? buf_putc(out, '/') : buf_add(out, path, n);
}

static int
add_seq(const struct source_values *from, struct buf *out)
{
	char digits[21];

	format_uint(digits, from->seq);
	return buf_puts(out, digits);
}

static int
add_slot(const struct source_values *from, struct buf *out)
{
	return buf_printf(out, "%u", from->slot);
}

/* The first row is the plain value; its name is the one that -I changes. */
static const struct replace_row rows[] = {
    {"{}", true, add_value},
    {"{.}", true, add_no_extension},
    {"{/}", true, add_base},
    {"{//}", true, add_directory},
    {"{/.}", true, add_base_no_extension},
    {"{#}", false, add_seq},
    {"{%}", false, add_slot},
};

static const char *
row_name(const struct replace_names *names, const struct replace_row *row)
{
	return row == rows ? names->value : row->name;
}

size_t
replace_match(
    const struct replace_names *names, const char *text, size_t len, struct replacement *found)
{
	size_t longest = 0;
	size_t i;

	if (len == 0 || (*text != '{' && *text != *names->value))
		return 0;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *name = row_name(names, &rows[i]);
		const size_t n = strlen(name);

		if (n > longest && n <= len && memcmp(text, name, n) == 0) {
			longest = n;
			found->row = &rows[i];
		}
	}
	return longest;
}

struct replacement
replace_plain(void)
{
	return (struct replacement){rows};
}

bool
replace_same(struct replacement a, struct replacement b)
{
	return a.row == b.row;
}

int
replace_value(struct replacement what, const struct record *record, uint64_t seq, unsigned slot,
    struct buf *out)
{
	struct source_values from = {.value = record->data, .seq = seq, .slot = slot};
	size_t i;

	if (!what.row->per_value)
		return what.row->add(&from, out);
	for (i = 0; i < record->n; i++) {
		if (i > 0 && buf_putc(out, ' ') != 0)
			return ENOMEM;
		if (what.row->add(&from, out) != 0)
			return ENOMEM;
		from.value += strlen(from.value) + 1;
	}
	return 0;
}
