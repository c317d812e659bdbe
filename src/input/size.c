/*
 * How large a command gets with one more row of values, without making it. What is exact, chars, is
 * for -s; bytes and longest are for the kernel's limits and never too low. Knows nothing of how a
 * value is measured.
 */
#include <errno.h>
#include <string.h>

#include "input/compiled.h"
#include "input/measure.h"

enum {
	UNMEASURED_BYTES = 64, /* a number, or what --plus makes of no value */
};

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
			len += measure_fixed(t->plan.scratch, &word->list[i]);
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
	/* Where all words vanish an empty one is left. */
	size->bytes = size->chars + t->plan.unmeasured + (size->strings == 0);
	size->strings += size->strings == 0;
	size->longest = t->plan.longest + t->plan.unmeasured + 1;
	if (t->kind != TEMPLATE_FUNCTION)
		return;
	size->strings += 4;
	size->bytes += 2 * strlen(t->bash) + t->call.len + sizeof("-c") + 3;
	size->longest += strlen(t->bash) + t->call.len;
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
			m = measure_row(t->plan.scratch, piece, row, MEASURE_RAW);
			sum += m.sum;
			if (m.longest > *longest)
				*longest = m.longest;
			continue;
		}
		m = measure_position(t->plan.scratch, piece, row, size->values, MEASURE_RAW);
		/* It comes into a word that earlier values may have made long. */
		size->placed += m.sum;
		size->longest += m.sum;
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
			sum += measure_row(t->plan.scratch, &t->paste.list[i].piece, row, how).sum;
	size->chars += t->paste.quote_words ? 3 * sum : sum;
}

/* What is put once more for a value, quoted as badly as can be. */
static uint64_t
surroundings(const struct template *t)
{
	return 5 * (t->paste.lengths.repeated + t->paste.lengths.contexts) + t->plan.unmeasured;
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
			sum += measure_row(t->plan.scratch, piece, row, MEASURE_WORST).sum;
			continue;
		}
		m = measure_position(t->plan.scratch, piece, row, before, MEASURE_WORST);
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
	/* Where there is no value, a pair of quotes may be left. */
	const uint64_t pasted =
	    5 * (lengths->rest + lengths->context) + t->plan.unmeasured + 8 * (lengths->values + 1);

	size->chars = lengths->rest + (t->paste.repeat ? 0 : lengths->context);
	if (t->paste.quote_words)
		size->chars *= 3;
	/* What GNU parallel allows is one less than -s says. */
	size->chars++;
	size->placed = pasted;
	if (script->text.len > size->placed)
		size->placed = script->text.len + 1;
	if (script->at_text.len > size->placed)
		size->placed = script->at_text.len + 1;
	size->longest = size->placed + strlen(shell);
	size->bytes = size->placed + 2 * strlen(shell) + 8;
	/* They are arguments beside the script. */
	if (script->n_derived > 0)
		size->bytes += pasted + script->n_derived;
	size->strings = 4 + script->n_derived;
}

bool
template_size_is_estimate(const struct template *t)
{
	return t->kind != TEMPLATE_WORDS && t->kind != TEMPLATE_FUNCTION;
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

bool
template_takes_arguments(const struct template *t)
{
	return t->plan.plain_word;
}

void
template_size_add_block(const struct block *block, struct command_size *size)
{
	size->chars += block->bytes;
	size->bytes += block->bytes;
	size->strings += block->n;
	size->values += block->n;
	if (block->longest > size->longest)
		size->longest = block->longest;
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

	t->plan.scratch = measure_new();
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
	measure_free(t->plan.scratch);
}
