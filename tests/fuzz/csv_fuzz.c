/*
 * Any bytes as a record of CSV have the columns that reading them byte by byte gives.
 */
#include "input/columns.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Is the column this text, less what is trimmed? */
static void
check_column(const struct item *column, const char *text, size_t len, enum trim trim)
{
	static const char spaces[] = " \t\n\v\f\r";

	while (trim == TRIM_LEFT || trim == TRIM_BOTH) {
		if (len == 0 || !memchr(spaces, *text, 6))
			break;
		text++;
		len--;
	}
	while (trim == TRIM_RIGHT || trim == TRIM_BOTH) {
		if (len == 0 || !memchr(spaces, text[len - 1], 6))
			break;
		len--;
	}
	if (column->len != len || (len > 0 && memcmp(column->text, text, len) != 0))
		abort();
	if (column->too_long > 0)
		abort();
}

/* The same by hand: one byte after the other. */
static void
check(const struct row *row, const char *text, size_t size, char separator, enum trim trim)
{
	char *column = malloc(size + 1);
	enum { AT_START, PLAIN, QUOTED, QUOTE } state = AT_START;
	size_t len = 0;
	size_t n = 0;
	size_t i;

	if (!column)
		return;
	for (i = 0; i <= size; i++) {
		const bool ends = i == size || (text[i] == separator && state != QUOTED);

		if (ends) {
			if (n == row->n || row->items[n].ends_line != (i == size))
				abort();
			check_column(&row->items[n++], column, len, trim);
			len = 0;
			state = AT_START;
		} else if (text[i] == '"' && state != PLAIN) {
			if (state == QUOTE)
				column[len++] = '"';
			state = state == QUOTED ? QUOTE : QUOTED;
		} else {
			if (state != QUOTED)
				state = PLAIN;
			column[len++] = text[i];
		}
	}
	if (n != row->n)
		abort();
	free(column);
}

/* The first byte chooses the separator, the second what is trimmed; then the record. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const separators[] = {NULL, ";", "\\t", "|", " ", "\\|", "a", "\n"};
	static const char bytes[] = ",;\t| |a\n";
	struct columns_spec spec = {.csv = true};
	struct columns *c;
	struct buf why = {0};
	struct row row;
	char *text;

	if (size < 2)
		return 0;
	spec.separator = separators[data[0] % 8];
	spec.trim = TRIM_NONE + data[1] % 4;
	/* A piece of its own, so that a byte behind it is noticed. */
	size -= 2;
	text = malloc(size > 0 ? size : 1);
	if (!text)
		return 0;
	memcpy(text, data + 2, size);
	if (columns_new(&c, &spec, &why) == 0) {
		const struct item item = {.text = text, .len = size, .ends_line = true};

		if (columns_split(c, &item, &row) == 0)
			check(&row, text, size, bytes[data[0] % 8], spec.trim);
		columns_free(c);
	}
	buf_free(&why);
	free(text);
	return 0;
}
