/*
 * How large a command gets with one more row of values, without making it. What is exact, chars, is
 * for -s; bytes and longest are for the kernel's limits and never too low. Nothing is allocated for
 * a row once the scratch has its size.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "input/compiled.h"
#include "input/quote.h"

enum {
	UNMEASURED_BYTES = 64, /* a number, or what --plus makes of no value */
	FAR_POSITION = 4096,   /* from the end; beyond it a position is measured as if plain */
};

/* What the values of a row become before they are measured. */
struct size_scratch {
	struct record *record;
	size_t cap;
	struct buf value;
};

enum measure {
	MEASURE_RAW,
	MEASURE_PASTED, /* quoted as GNU parallel does */
	MEASURE_WORST,  /* quoted in any way, with a blank */
};

/* Of all that a row makes of a replacement string. */
struct measured {
	uint64_t sum;
	uint64_t longest;
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

/* An each-value replacement string, or another that is counted for each row. */
static struct measured
measure_row(
    const struct template *t, const struct piece *piece, const struct row *row, enum measure how)
{
	struct size_scratch *scratch = t->plan.scratch;
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

/*
 * A position counts when its value comes; one from the end may be any value. before: how many
 * values there were before this row.
 */
static struct measured
measure_position(const struct template *t, const struct piece *piece, const struct row *row,
    size_t before, enum measure how)
{
	struct size_scratch *scratch = t->plan.scratch;
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

/* {#} and its like, as long as they are in a short run. */
static uint64_t
measure_fixed(const struct template *t, const struct piece *piece, enum measure how)
{
	struct measured m = {0};

	if (replace_position(piece->what) == 0 && fill_record(t->plan.scratch, 0, NULL, 0, 0))
		measure_one(&m, how, t->plan.scratch, piece->what);
	return m.sum;
}

/* Words. */

static bool
is_repeated(const struct template *t, const struct pieces *word)
{
	return t->repeat && word->each > 0;
}

static uint64_t
word_length(const struct template *t, const struct pieces *word)
{
	uint64_t len = 0;
	size_t i;

	for (i = 0; i < word->n; i++)
		if (word->list[i].literal)
			len += word->list[i].len;
		else if (!word->list[i].each)
			len += measure_fixed(t, &word->list[i], MEASURE_RAW);
	return len;
}

static void
start_words(const struct template *t, struct command_size *size)
{
	size_t i;

	for (i = 0; i < t->n_words; i++) {
		const struct pieces *word = &t->words[i];
		const uint64_t len = word_length(t, word);

		if (is_repeated(t, word))
			size->further += len + 1;
		else
			size->further += word->each;
		if (word->each > 0 && word->each == word->n)
			continue;
		size->chars += len + 1;
		size->strings++;
	}
	size->bytes = size->chars + t->plan.unmeasured;
	size->longest = t->plan.longest + t->plan.unmeasured + 1;
	if (t->kind != TEMPLATE_FUNCTION)
		return;
	size->strings += 4;
	size->bytes += 2 * strlen(t->bash) + t->call.len + sizeof("-c") + 3;
}

/* What the row puts into one word. */
static uint64_t
measure_word(const struct template *t, const struct pieces *word, const struct row *row,
    struct command_size *size, uint64_t *longest)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < word->n; i++) {
		const struct piece *piece = &word->list[i];
		struct measured m;

		if (piece->literal)
			continue;
		if (piece->each) {
			m = measure_row(t, piece, row, MEASURE_RAW);
			sum += m.sum;
			if (m.longest > *longest)
				*longest = m.longest;
			continue;
		}
		m = measure_position(t, piece, row, size->values, MEASURE_RAW);
		size->placed += m.sum;
		if (is_repeated(t, word)) {
			size->further += m.sum;
			m.sum *= size->values + row->n;
		}
		sum += m.sum;
	}
	return sum;
}

static void
add_words(const struct template *t, const struct row *row, struct command_size *size)
{
	const size_t more = row->n - (size->values == 0);
	const uint64_t further = size->further;
	uint64_t longest = 0;
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < t->n_words; i++)
		sum += measure_word(t, &t->words[i], row, size, &longest);
	if (size->values == 0) {
		sum += t->plan.vanishing;
		size->strings += t->plan.vanishing;
	}
	sum += more * further;
	size->strings += more * t->plan.more_words;
	size->chars += sum;
	size->bytes += sum + row->n * t->plan.unmeasured;
	longest = t->plan.longest + t->plan.unmeasured + size->placed + t->plan.most * longest + 1;
	if (longest > size->longest)
		size->longest = longest;
}

/* Each value is an argument: by far the most common command. */
static void
add_arguments(const struct row *row, struct command_size *size)
{
	uint64_t bytes = 0;
	size_t i;

	for (i = 0; i < row->n; i++) {
		const uint64_t len = row->items[i].len + 1;

		bytes += len;
		if (len > size->longest)
			size->longest = len;
	}
	size->bytes += bytes;
	size->strings += row->n;
}

/* Texts. */

/* As GNU parallel computes it, which is not always what it makes. */
static void
add_line_chars(const struct template *t, const struct row *row, struct command_size *size)
{
	const struct paste_lengths *lengths = &t->paste.lengths;
	const enum measure how = t->paste.quote_values ? MEASURE_PASTED : MEASURE_RAW;
	const size_t blanks = t->paste.repeat ? lengths->contexts : lengths->values;
	const size_t each = blanks + (t->paste.repeat ? lengths->context : 0);
	uint64_t sum = row->n * each - (size->values == 0 ? blanks : 0);
	size_t i;

	for (i = 0; i < t->paste.n; i++)
		if (t->paste.list[i].kind == PASTE_VALUE)
			sum += measure_row(t, &t->paste.list[i].piece, row, how).sum;
	size->chars += t->paste.quote_words ? 3 * sum : sum;
}

/* What one round of the text takes without values, quoted as badly as can be. */
static uint64_t
surroundings(const struct template *t)
{
	return 5 * (t->paste.lengths.context + t->paste.lengths.contexts) + t->plan.unmeasured;
}

/* Bytes that the row adds to the text; derived_only: where plain values are arguments. */
static uint64_t
measure_text(
    const struct template *t, const struct row *row, struct command_size *size, bool derived_only)
{
	const size_t before = size->values;
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < t->paste.n; i++) {
		const struct piece *piece = &t->paste.list[i].piece;
		struct measured m;

		if (t->paste.list[i].kind != PASTE_VALUE || (derived_only && piece->plain))
			continue;
		if (piece->each) {
			sum += measure_row(t, piece, row, MEASURE_WORST).sum;
			continue;
		}
		m = measure_position(t, piece, row, before, MEASURE_WORST);
		sum += m.sum;
		/* It is repeated with each value, those before this row and those behind it. */
		sum += t->repeat ? m.sum * (before + row->n) : 0;
		size->further += t->repeat ? m.sum : 0;
	}
	return sum + row->n * (surroundings(t) + size->further);
}

static void
add_text(const struct template *t, const struct row *row, struct command_size *size)
{
	const bool arguments = t->kind == TEMPLATE_SCRIPT;
	const bool in_place = arguments && t->script.several == SCRIPT_IN_PLACE;
	const uint64_t text = measure_text(t, row, size, arguments && !in_place);

	size->placed += text;
	size->bytes += text;
	/* A line may be split at its blanks and run without a shell. */
	if (t->kind == TEMPLATE_LINES)
		size->strings += text / 2;
	if (arguments)
		add_arguments(row, size);
	if (size->placed > size->longest)
		size->longest = size->placed;
}

static void
start_text(const struct template *t, struct command_size *size)
{
	const struct paste_lengths *lengths = &t->paste.lengths;
	const struct script *script = &t->script;
	const char *shell = t->kind == TEMPLATE_SCRIPT ? t->interpreter : t->shell;

	size->chars = lengths->rest + (t->paste.repeat ? 0 : lengths->context);
	if (t->paste.quote_words)
		size->chars *= 3;
	/* What GNU parallel allows is one less than -s says. */
	size->chars++;
	size->placed = 5 * lengths->rest + surroundings(t) + 8;
	if (script->text.len > size->placed)
		size->placed = script->text.len + 1;
	if (script->at_text.len > size->placed)
		size->placed = script->at_text.len + 1;
	size->longest = size->placed;
	size->bytes = size->placed + 2 * strlen(shell) + 8 + script->n_derived;
	size->strings = 4 + script->n_derived;
}

void
template_size_start(const struct template *t, struct command_size *size)
{
	*size = (struct command_size){0};
	if (t->kind == TEMPLATE_WORDS || t->kind == TEMPLATE_FUNCTION)
		start_words(t, size);
	else
		start_text(t, size);
}

void
template_size_add(const struct template *t, const struct row *row, struct command_size *size)
{
	const uint64_t bytes = size->bytes;

	if (row->n == 0)
		return;
	if (t->plan.plain_word) {
		add_arguments(row, size);
		size->chars += size->bytes - bytes;
	} else if (t->kind == TEMPLATE_WORDS || t->kind == TEMPLATE_FUNCTION) {
		add_words(t, row, size);
	} else {
		add_text(t, row, size);
		add_line_chars(t, row, size);
	}
	size->values += row->n;
}

/* The plan. */

static void
plan_piece(struct template *t, const struct piece *piece)
{
	if (!piece->literal && !piece->each && replace_position(piece->what) == 0)
		t->plan.unmeasured += UNMEASURED_BYTES;
}

static void
plan_word(struct template *t, const struct pieces *word)
{
	const size_t len = (size_t)word_length(t, word);
	size_t i;

	if (len > t->plan.longest)
		t->plan.longest = len;
	if (word->each > t->plan.most)
		t->plan.most = word->each;
	t->plan.vanishing += word->each > 0 && word->each == word->n;
	t->plan.more_words += is_repeated(t, word) ? 1 : word->each;
	for (i = 0; i < word->n; i++)
		plan_piece(t, &word->list[i]);
}

int
compiled_plan_size(struct template *t)
{
	size_t replacements = 0;
	size_t i;

	t->plan.scratch = calloc(1, sizeof(*t->plan.scratch));
	if (!t->plan.scratch)
		return ENOMEM;
	for (i = 0; i < t->n_words; i++) {
		plan_word(t, &t->words[i]);
		replacements += t->words[i].replacements;
	}
	for (i = 0; i < t->paste.n; i++)
		if (t->paste.list[i].kind == PASTE_VALUE)
			plan_piece(t, &t->paste.list[i].piece);
	for (i = 0; i < t->n_words && replacements == 1; i++)
		t->plan.plain_word |= t->words[i].n == 1 && t->words[i].list[0].plain;
	return 0;
}

void
compiled_plan_release(struct template *t)
{
	if (!t->plan.scratch)
		return;
	free(t->plan.scratch->record);
	buf_free(&t->plan.scratch->value);
	free(t->plan.scratch);
}
