/*
 * Command templates from any text, in every mode, with hostile values. The first byte of the input
 * chooses the mode and how values are spread, the second the values, the third the names; the rest
 * is the command, its words ended by newlines (or one word, if the mode byte says so).
 *
 * What must hold: nothing crashes; a value never becomes part of a script (with one value the text
 * is the same whatever that is); words without replacement strings arrive as they are; a command
 * is never larger than it was said to be; it can be shown.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "input/template.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	MAX_WORDS = 16,
	MAX_TEXT = 4096,
};

static const char *const hostile[] = {"a", "", "it's", "$(id)", "`id`; \"", "{}", "{.}{#}", "a/b.c",
    "-x", "\n", " ", "\\", "_spool_0", "a b/c d.e f", "\xff\xfe", "'"};

enum {
	N_HOSTILE = sizeof(hostile) / sizeof(hostile[0]),
};

static const char *const environment[] = {"BASH_FUNC_f%%=() {  :\n}", NULL};

struct trial {
	struct template_spec spec;
	char text[MAX_TEXT + 1];
	char *words[MAX_WORDS + 1];
	const char *values[N_HOSTILE];
	size_t n_values;
	struct template *template;
};

static void
must(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "does not hold: %s\n", what);
	abort();
}

/* No NUL can be in a command. */
static void
cut_words(struct trial *trial, const uint8_t *data, size_t size, bool one_word)
{
	char *word = trial->text;
	size_t i;

	if (size > MAX_TEXT)
		size = MAX_TEXT;
	for (i = 0; i < size; i++)
		trial->text[i] = data[i] ? (char)data[i] : '{';
	trial->text[size] = '\0';
	while (size > 0 && trial->spec.n_words < MAX_WORDS) {
		trial->words[trial->spec.n_words++] = word;
		word = one_word ? NULL : strchr(word, '\n');
		if (!word)
			break;
		*word++ = '\0';
	}
	trial->spec.words = trial->words;
}

static void
choose(struct trial *trial, const uint8_t *data)
{
	static const enum shell_mode modes[] = {SHELL_AUTO, SHELL_AUTO, SHELL_JOIN, SHELL_NEVER,
	    SHELL_NEVER, SHELL_PASTE, SHELL_PASTE, SHELL_PASTE_QUOTED};
	size_t i;

	trial->spec = (struct template_spec){
	    .mode = modes[data[0] % 8],
	    .shell = (data[0] & 8) ? "/bin/bash" : NULL,
	    .append = !(data[0] & 16),
	    .spread = (data[0] & 32) ? SPREAD_REPEAT : SPREAD_SPLIT,
	    .envp = (char *const *)environment,
	    .names = {.value = "{}", .plus = data[2] & 1},
	};
	if (data[2] & 2)
		trial->spec.names.value = "a";
	if ((data[2] & 4) && trial->spec.mode == SHELL_NEVER) {
		trial->spec.names.only_value = true;
		if (data[2] & 8)
			trial->spec.names.value = NULL;
	}
	trial->n_values = data[1] % 5;
	for (i = 0; i < trial->n_values; i++)
		trial->values[i] = hostile[(data[1] / 5 + i * 3) % N_HOSTILE];
}

static struct record *
make_record(const struct trial *trial)
{
	struct record_builder b = {0};
	struct record *r;
	size_t i;

	for (i = 0; i < trial->n_values; i++)
		must(record_builder_add(&b, trial->values[i], strlen(trial->values[i])) == 0,
		    "there is memory");
	r = record_builder_take(&b);
	must(r != NULL, "there is memory");
	return r;
}

static void
expand(const struct trial *trial, struct argv *argv)
{
	struct record *r = make_record(trial);
	const struct replace_input in = {
	    .record = r, .seq = 12345, .slot = 67, .slots = 89, .total = 23456};

	must(template_expand(trial->template, &in, argv) == 0, "it can be expanded");
	must(argv->n > 0 && !argv->v[argv->n], "a command has a name");
	free(r);
}

static void
check_size(const struct trial *trial, const struct argv *argv)
{
	struct command_size size;
	uint64_t bytes = 0;
	size_t i;

	template_size_start(trial->template, &size);
	for (i = 0; i < trial->n_values; i++) {
		struct item item = {.text = trial->values[i], .len = strlen(trial->values[i])};

		template_size_add(trial->template, &(struct row){&item, 1}, &size);
	}
	for (i = 0; i < argv->n; i++) {
		bytes += strlen(argv->v[i]) + 1;
		must(strlen(argv->v[i]) < size.longest, "no string is longer than was said");
	}
	must(bytes <= size.bytes, "it has no more bytes than was said");
	must(argv->n <= size.strings, "it has no more strings than was said");
}

/* No names: the words, then the values. */
static void
check_verbatim(const struct trial *trial, const struct argv *argv)
{
	size_t i;

	if (trial->spec.names.value || trial->spec.n_words == 0)
		return;
	for (i = 0; i < trial->spec.n_words; i++)
		must(strcmp(argv->v[i], trial->words[i]) == 0, "a word is what it was");
	for (i = 0; trial->spec.append && i < trial->n_values; i++)
		must(strcmp(argv->v[trial->spec.n_words + i], trial->values[i]) == 0,
		    "a value is what it was");
}

/* With one value the script does not depend on it. */
static void
check_data(struct trial *trial, const struct argv *argv)
{
	const char *before = trial->values[0];
	struct argv other = {0};

	if (trial->n_values != 1 || trial->spec.n_words == 0 || trial->spec.mode >= SHELL_PASTE ||
	    argv->n < 3 || strcmp(argv->v[1], "-c") != 0)
		return;
	trial->values[0] = "other";
	expand(trial, &other);
	/* Where the words are no script, "-c" was one of them. */
	if (strcmp(argv->v[0], other.v[0]) == 0 && strcmp(trial->words[0], argv->v[0]) != 0)
		must(strcmp(argv->v[2], other.v[2]) == 0, "no value is in the script");
	trial->values[0] = before;
	argv_free(&other);
}

static void
check_display(const struct trial *trial)
{
	struct record *r = make_record(trial);
	const struct replace_input in = {.record = r, .seq = 1, .slot = 1, .slots = 1};
	struct buf out = {0};

	must(template_display(trial->template, &in, &out) == 0, "it can be shown");
	must(!out.data || !memchr(out.data, '\0', out.len), "what is shown has no NUL");
	buf_free(&out);
	free(r);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct trial trial = {0};
	struct buf why = {0}, notice = {0};
	struct argv argv = {0};
	int err;

	if (size < 3)
		return 0;
	choose(&trial, data);
	cut_words(&trial, data + 3, size - 3, data[0] & 64);
	err = template_compile(&trial.template, &trial.spec, &why, &notice);
	must((err == 0) == (why.len == 0), "a refusal has a reason");
	if (err == 0) {
		expand(&trial, &argv);
		check_size(&trial, &argv);
		check_verbatim(&trial, &argv);
		check_data(&trial, &argv);
		check_display(&trial);
	}
	argv_free(&argv);
	template_free(trial.template);
	buf_free(&why);
	buf_free(&notice);
	return 0;
}
