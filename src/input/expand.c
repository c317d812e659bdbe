/*
 * From a compiled template and a record to an argument vector. Knows nothing of how the template
 * came to be. Runs once for each job, in any thread: the template is only read, and in the steady
 * state nothing is allocated.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "input/compiled.h"
#include "input/direct.h"

/*
 * Expanding: the words one after the other in out->bytes, each ended by a NUL; the pointers at the
 * end.
 */

static int
end_word(struct argv *out)
{
	out->n++;
	return buf_putc(&out->bytes, '\0');
}

static int
put_word(struct argv *out, const char *text, size_t len)
{
	const int err = buf_add(&out->bytes, text, len);

	return err == 0 ? end_word(out) : err;
}

static int
put_string(struct argv *out, const char *text)
{
	return put_word(out, text, strlen(text));
}

static int
put_values(struct argv *out, const struct record *record)
{
	out->n += record->n;
	return buf_add(&out->bytes, record->data, record->bytes);
}

static int
point_at_words(struct argv *out)
{
	char *p = out->bytes.data;
	size_t i;

	if (out->n >= out->v_cap) {
		const size_t cap = out->n + 8;
		char **v = realloc(out->v, cap * sizeof(*v));

		if (!v)
			return ENOMEM;
		out->v = v;
		out->v_cap = cap;
	}
	for (i = 0; i < out->n; i++) {
		out->v[i] = p;
		p += strlen(p) + 1;
	}
	out->v[out->n] = NULL;
	return 0;
}

static int
expand_words(
    const struct template *t, size_t from, const struct replace_input *in, struct argv *out)
{
	size_t i;
	int err = 0;

	for (i = from; err == 0 && i < t->n_words; i++)
		err = pieces_words(&t->words[i], in, t->repeat, &out->bytes, &out->n);
	/* Exec will say that there is no such command. */
	return err == 0 && out->n == 0 ? end_word(out) : err;
}

static int
expand_function(const struct template *t, const struct replace_input *in, struct argv *out)
{
	if (put_string(out, t->bash) != 0 || put_string(out, "-c") != 0 ||
	    put_string(out, t->call.data) != 0 ||
	    put_string(out, compiled_shell_name(t->bash)) != 0)
		return ENOMEM;
	return expand_words(t, 1, in, out);
}

/* SHELL -c, and the word for the script is begun. */
static int
begin_script(struct argv *out, const char *shell)
{
	const int err = put_string(out, shell);

	return err == 0 ? put_string(out, "-c") : err;
}

/* A script that looks like an option would be taken for one. */
static int
guard_script(struct argv *out, size_t from)
{
	struct buf *bytes = &out->bytes;

	if (bytes->len == from || (bytes->data[from] != '-' && bytes->data[from] != '+'))
		return end_word(out);
	if (buf_reserve(bytes, 2) != 0)
		return ENOMEM;
	memmove(bytes->data + from + 1, bytes->data + from, bytes->len - from);
	bytes->data[from] = ' ';
	bytes->len++;
	return end_word(out);
}

static int
put_script(struct argv *out, const char *text, size_t len)
{
	const size_t from = out->bytes.len;
	const int err = buf_add(&out->bytes, text, len);

	return err == 0 ? guard_script(out, from) : err;
}

/* The values stand in the text; only who asks for $1 gets them once more. */
static int
expand_in_place(const struct template *t, const struct replace_input *in, struct argv *out)
{
	size_t from;
	int err = begin_script(out, t->interpreter);

	from = out->bytes.len;
	if (err == 0)
		err = script_in_place(&t->script, &t->source, in, &out->bytes);
	if (err == 0)
		err = guard_script(out, from);
	if (err == 0)
		err = put_string(out, compiled_shell_name(t->interpreter));
	return err == 0 && t->script.positional ? put_values(out, in->record) : err;
}

static int
expand_script(const struct template *t, const struct replace_input *in, struct argv *out)
{
	const struct script *script = &t->script;
	const bool several = in->record->n != 1;
	const struct buf *text =
	    several && script->several == SCRIPT_AT ? &script->at_text : &script->text;
	size_t i;
	int err;

	if (several && script->several == SCRIPT_IN_PLACE)
		return expand_in_place(t, in, out);
	err = begin_script(out, t->interpreter);
	if (err == 0)
		err = put_script(out, text->data, text->len);
	if (err == 0)
		err = put_string(out, compiled_shell_name(t->interpreter));
	for (i = 0; err == 0 && i < script->n_derived; i++) {
		err = replace_values(script->derived[i], in, &out->bytes);
		if (err == 0)
			err = end_word(out);
	}
	return err == 0 ? put_values(out, in->record) : err;
}

static int
expand_paste(const struct template *t, const struct replace_input *in, struct argv *out)
{
	size_t from;
	int err = begin_script(out, t->shell);

	from = out->bytes.len;
	if (err == 0)
		err = paste_expand(&t->paste, in, &out->bytes);
	return err == 0 ? guard_script(out, from) : err;
}

static int
split_line(const char *line, size_t len, struct argv *out)
{
	size_t at = 0;
	size_t n;
	int err = 0;

	while (err == 0 && (n = direct_next_word(line, len, &at)) > 0) {
		err = put_word(out, line + at, n);
		at += n;
	}
	/* A blank line names no command; exec will say so. */
	return err == 0 && out->n == 0 ? end_word(out) : err;
}

static int
run_line(const struct template *t, const char *line, size_t len, struct argv *out)
{
	const bool function = t->mode != SHELL_NEVER && exported_runs(&t->functions, line, len);
	int err;

	if (t->mode == SHELL_NEVER ||
	    (!function && t->default_shell && direct_possible(line, len, NULL)))
		return split_line(line, len, out);
	err = begin_script(out, function ? t->bash : t->shell);
	return err == 0 ? put_script(out, line, len) : err;
}

/* Several values are one line, as they are one command in GNU parallel. */
static int
expand_line(const struct template *t, const struct replace_input *in, struct argv *out)
{
	struct buf line = {0};
	int err;

	if (in->record->n == 1)
		return run_line(t, in->record->data, in->record->bytes - 1, out);
	err = paste_expand(&t->paste, in, &line);
	if (err == 0)
		err = buf_string(&line) ? run_line(t, line.data, line.len, out) : ENOMEM;
	buf_free(&line);
	return err;
}

int
template_expand(const struct template *t, const struct replace_input *in, struct argv *out)
{
	int err = 0;

	buf_reset(&out->bytes);
	out->n = 0;
	out->shared_word = (t->kind == TEMPLATE_WORDS && t->words[0].replacements == 0) ||
	                   (t->kind != TEMPLATE_WORDS && !t->default_shell);
	switch (t->kind) {
	case TEMPLATE_LINES:
		err = expand_line(t, in, out);
		break;
	case TEMPLATE_WORDS:
		err = expand_words(t, 0, in, out);
		break;
	case TEMPLATE_FUNCTION:
		err = expand_function(t, in, out);
		break;
	case TEMPLATE_SCRIPT:
		err = expand_script(t, in, out);
		break;
	case TEMPLATE_PASTE:
		err = expand_paste(t, in, out);
		break;
	}
	return err == 0 ? point_at_words(out) : err;
}

int
template_size_exactly(
    const struct template *t, const struct record *record, struct command_size *size)
{
	/* Numbers that take as much room as any. */
	const struct replace_input in = {
	    .record = record,
	    .seq = UINT64_MAX,
	    .slot = UINT_MAX,
	    .slots = UINT_MAX,
	    .total = UINT64_MAX,
	};
	struct argv argv = {0};
	size_t i;
	int err = template_expand(t, &in, &argv);

	size->bytes = argv.bytes.len;
	size->strings = argv.n;
	size->longest = 0;
	for (i = 0; err == 0 && i < argv.n; i++) {
		const size_t len = strlen(argv.v[i]) + 1;

		if (len > size->longest)
			size->longest = len;
	}
	size->placed = size->longest;
	argv_free(&argv);
	return err;
}

void
argv_free(struct argv *a)
{
	free(a->v);
	buf_free(&a->bytes);
	*a = (struct argv){0};
}
