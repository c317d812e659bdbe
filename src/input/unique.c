/*
 * A hash table with open addressing over rows that lie one behind the other in one piece of memory:
 * two bytes and the text for most, and some eleven in the table. A hash only says where to look:
 * rows are compared. Knows nothing of what they are for. No lock.
 *
 * A row is the number of its values, then each with its length before it. So none is the beginning
 * of another, and to compare the bytes of one is enough.
 */
#include "input/unique.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	FIRST_SIZE = 1024,
	TAG_SHIFT = 48,
};

/* An entry: where its row begins, from 1 (0: free), and the top of its hash, to save comparing. */
#define PLACE ((UINT64_C(1) << TAG_SHIFT) - 1)

static uint64_t
hash_bytes(const char *data, size_t len)
{
	uint64_t hash = len;
	uint64_t word;

	while (len > 0) {
		const size_t n = len < sizeof(word) ? len : sizeof(word);

		word = 0;
		memcpy(&word, data, n);
		hash = (hash ^ word) * UINT64_C(0x9fb21c651e98df25);
		hash ^= hash >> 32;
		data += n;
		len -= n;
	}
	return hash;
}

/* Seven bits a byte, the lowest first; all but the last have the eighth set. */
static int
put_number(struct buf *out, size_t number)
{
	for (; number >= 0x80; number >>= 7)
		if (buf_putc(out, (char)(0x80 | (number & 0x7f))) != 0)
			return ENOMEM;
	return buf_putc(out, (char)number);
}

static size_t
get_number(const char **at)
{
	size_t number = 0;
	unsigned shift = 0;
	unsigned char byte;

	do {
		byte = (unsigned char)*(*at)++;
		number |= (size_t)(byte & 0x7f) << shift;
		shift += 7;
	} while (byte & 0x80);
	return number;
}

static int
put_row(struct buf *rows, const struct row *row)
{
	size_t i;

	if (put_number(rows, row->n) != 0)
		return ENOMEM;
	for (i = 0; i < row->n; i++)
		if (put_number(rows, row->items[i].len) != 0 ||
		    buf_add(rows, row->items[i].text, row->items[i].len) != 0)
			return ENOMEM;
	return 0;
}

static size_t
row_length(const char *row)
{
	const char *end = row;
	size_t n;

	for (n = get_number(&end); n > 0; n--) {
		const size_t len = get_number(&end);

		end += len;
	}
	return (size_t)(end - row);
}

/* The entry of the row of len bytes at place, or the free one where it belongs. */
static uint64_t *
find(const struct unique *u, uint64_t hash, size_t place, size_t len)
{
	const char *rows = u->rows.data;
	size_t i = (size_t)hash & (u->size - 1);

	for (; u->table[i] != 0; i = (i + 1) & (u->size - 1)) {
		if (u->table[i] >> TAG_SHIFT != hash >> TAG_SHIFT)
			continue;
		if (memcmp(rows + (u->table[i] & PLACE) - 1, rows + place, len) == 0)
			break;
	}
	return &u->table[i];
}

static int
grow(struct unique *u)
{
	const size_t size = u->size > 0 ? u->size * 2 : FIRST_SIZE;
	uint64_t *table = calloc(size, sizeof(*table));
	size_t i;

	if (!table)
		return ENOMEM;
	for (i = 0; i < u->size; i++) {
		const char *row;
		size_t to;

		if (u->table[i] == 0)
			continue;
		row = u->rows.data + (u->table[i] & PLACE) - 1;
		to = (size_t)hash_bytes(row, row_length(row)) & (size - 1);
		while (table[to] != 0)
			to = (to + 1) & (size - 1);
		table[to] = u->table[i];
	}
	free(u->table);
	u->table = table;
	u->size = size;
	return 0;
}

static bool
has_too_long(const struct row *row)
{
	size_t i;

	for (i = 0; i < row->n; i++)
		if (row->items[i].too_long > 0)
			return true;
	return false;
}

int
unique_add(struct unique *u, const struct row *row, bool *first)
{
	const size_t place = u->rows.len;
	uint64_t *entry;
	uint64_t hash;

	*first = true;
	if (has_too_long(row))
		return 0;
	if (u->n >= u->size / 4 * 3 && grow(u) != 0)
		return ENOMEM;
	if (put_row(&u->rows, row) != 0) {
		u->rows.len = place;
		return ENOMEM;
	}
	hash = hash_bytes(u->rows.data + place, u->rows.len - place);
	entry = find(u, hash, place, u->rows.len - place);
	*first = *entry == 0;
	if (*first) {
		*entry = (hash >> TAG_SHIFT << TAG_SHIFT) | (place + 1);
		u->n++;
	} else {
		u->rows.len = place;
	}
	return 0;
}

void
unique_free(struct unique *u)
{
	buf_free(&u->rows);
	free(u->table);
	*u = (struct unique){0};
}
