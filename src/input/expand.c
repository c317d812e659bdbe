/*
 * From a compiled template and a record to an argument vector. Knows nothing of how the template
 * came to be. Runs once for each job, in any thread: the template is only read, and in the steady
 * state nothing is allocated.
 */
#include <errno.h>
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
    const struct template *t, size_t from, const struct template_input *in, struct argv *out)
{
	size_t i;
	int err = 0;

	for (i = from; err == 0 && i < t->n_words; i++) {
		err = pieces_expand(&t->words[i], in->record, in->seq, in->slot, &out->bytes);
		if (err == 0)
			err = end_word(out);
	}
	return err;
}

static int
expand_function(const struct template *t, const struct template_input *in, struct argv *out)
{
	if (put_string(out, t->bash) != 0 || put_string(out, "-c") != 0 ||
	    put_string(out, t->call.data) != 0 ||
	    put_string(out, compiled_shell_name(t->bash)) != 0)
		return ENOMEM;
	return expand_words(t, 1, in, out);
}

static int
expand_script(const struct template *t, const struct template_input *in, struct argv *out)
{
	const struct script *script = &t->script;
	size_t i;
	int err = 0;

	if (put_string(out, t->interpreter) != 0 || put_string(out, "-c") != 0 ||
	    put_word(out, script->text.data, script->text.len) != 0 ||
	    put_string(out, compiled_shell_name(t->interpreter)) != 0)
		return ENOMEM;
	for (i = 0; err == 0 && i < script->n_derived; i++) {
		err = replace_value(script->derived[i], in->record, in->seq, in->slot, &out->bytes);
		if (err == 0)
			err = end_word(out);
	}
	return err == 0 ? put_values(out, in->record) : err;
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
expand_line(const struct template *t, const struct template_input *in, struct argv *out)
{
	const char *line = compiled_line(in);
	const size_t len = strlen(line);
	const bool function = t->mode != SHELL_NEVER && exported_runs(&t->functions, line, len);
	int err;

	if (t->mode == SHELL_NEVER ||
	    (!function && t->default_shell && direct_possible(line, len, NULL)))
		return split_line(line, len, out);
	err = put_string(out, function ? t->bash : t->shell);
	if (err == 0)
		err = put_string(out, "-c");
	/* A script that looks like an option would be taken for one. */
	if (err == 0 && (*line == '-' || *line == '+'))
		err = buf_putc(&out->bytes, ' ');
	return err == 0 ? put_word(out, line, len) : err;
}

int
template_expand(const struct template *t, const struct template_input *in, struct argv *out)
{
	int err = 0;

	buf_reset(&out->bytes);
	out->n = 0;
	out->shared_word = t->kind == TEMPLATE_WORDS && t->words[0].replacements == 0;
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
	}
	return err == 0 ? point_at_words(out) : err;
}

void
argv_free(struct argv *a)
{
	free(a->v);
	buf_free(&a->bytes);
	*a = (struct argv){0};
}
