/*
 * How long the values of a row get in a command. What is not the value itself is made in a scratch
 * and measured, so nothing is allocated once that has its size. Where memory is short a value
 * counts for nothing: making the command will fail too. Knows nothing of commands.
 */
#include "input/measure.h"

#include <stdlib.h>
#include <string.h>

#include "input/quote.h"

enum {
	FAR_POSITION = 4096, /* from the end; beyond it a position is measured as if plain */
};

/* What the values of a row become before they are measured. */
struct size_scratch {
	struct record *record;
	size_t cap;
	struct buf value;
};

static void
measure(struct measured *m, enum measure how, const char *text, size_t len)
{
	uint64_t size = len;
	size_t i;

	if (how == MEASURE_PASTED) {
		size = quote_pasted_len(text, len);
	} else if (how == MEASURE_WORST) {
		for (i = 0; i < len; i++)
			size += text[i] == '\'' ? 4 : 0;
		size += 5;
	}
	m->sum += size;
	if (size > m->longest)
		m->longest = size;
}

/* The scratch record: before empty values, then n items, then behind empty values. */
static struct record *
fill_record(
    struct size_scratch *scratch, size_t before, const struct item *items, size_t n, size_t behind)
{
	size_t bytes = before + n + behind;
	size_t i;
	char *p;

	for (i = 0; i < n; i++)
		bytes += items[i].len;
	if (bytes > scratch->cap || !scratch->record) {
		struct record *r = realloc(scratch->record, sizeof(*r) + 2 * bytes);

		if (!r)
			return NULL;
		scratch->record = r;
		scratch->cap = 2 * bytes;
	}
	*scratch->record = (struct record){.n = before + n + behind, .bytes = bytes};
	p = scratch->record->data;
	memset(p, '\0', before);
	p += before;
	for (i = 0; i < n; i++) {
		if (items[i].len > 0)
			memcpy(p, items[i].text, items[i].len);
		p += items[i].len;
		*p++ = '\0';
	}
	memset(p, '\0', behind);
	return scratch->record;
}

/* A string that asks for a position or for none, made from the scratch record. */
static void
measure_one(struct measured *m, enum measure how, struct size_scratch *scratch,
    const struct replacement *what)
{
	const struct replace_input in = {
	    .record = scratch->record, .seq = 1, .slot = 1, .slots = 1};

	buf_reset(&scratch->value);
	if (replace_value(what, &in, 0, &scratch->value) == 0)
		measure(m, how, scratch->value.data, scratch->value.len);
}

static void
measure_derived(struct measured *m, enum measure how, struct size_scratch *scratch,
    const struct replacement *what, const struct item *item)
{
	const struct record *r = fill_record(scratch, 0, item, 1, 0);

	buf_reset(&scratch->value);
	if (r && replace_value_of(what, r->data, &scratch->value) == 0)
		measure(m, how, scratch->value.data, scratch->value.len);
}

struct measured
measure_row(struct size_scratch *scratch, const struct piece *piece, const struct row *row,
    enum measure how)
{
	struct measured m = {0};
	size_t i;

	if (!piece->each && (size_t)abs(replace_position(piece->what)) <= row->n &&
	    fill_record(scratch, 0, row->items, row->n, 0))
		measure_one(&m, how, scratch, piece->what);
	for (i = 0; piece->each && i < row->n; i++)
		if (piece->plain)
			measure(&m, how, row->items[i].text, row->items[i].len);
		else
			measure_derived(&m, how, scratch, piece->what, &row->items[i]);
	return m;
}

struct measured
measure_position(struct size_scratch *scratch, const struct piece *piece, const struct row *row,
    size_t before, enum measure how)
{
	const int position = replace_position(piece->what);
	struct measured m = {0};
	size_t i;

	if (position > 0 && (size_t)position > before && (size_t)position <= before + row->n) {
		i = (size_t)position - 1;
		if (fill_record(scratch, i, &row->items[i - before], 1, 0))
			measure_one(&m, how, scratch, piece->what);
	}
	for (i = 0; position < 0 && i < row->n; i++)
		if (position < -FAR_POSITION)
			measure(&m, how, row->items[i].text, row->items[i].len);
		else if (fill_record(scratch, 0, &row->items[i], 1, (size_t)-position - 1))
			measure_one(&m, how, scratch, piece->what);
	return m;
}

uint64_t
measure_fixed(struct size_scratch *scratch, const struct piece *piece)
{
	struct measured m = {0};

	if (replace_position(piece->what) == 0 && fill_record(scratch, 0, NULL, 0, 0))
		measure_one(&m, MEASURE_RAW, scratch, piece->what);
	return m.sum;
}

struct size_scratch *
measure_new(void)
{
	return calloc(1, sizeof(struct size_scratch));
}

void
measure_free(struct size_scratch *scratch)
{
	if (!scratch)
		return;
	free(scratch->record);
	buf_free(&scratch->value);
	free(scratch);
}
