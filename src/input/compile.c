/*
 * Command templates: an argument vector, a script for a shell, or whole command lines. Which of
 * them it is, is decided here and nowhere else. Knows nothing of where records come from and of how
 * a job is run. A compiled template is read-only, so it needs no lock.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "input/compiled.h"
#include "input/direct.h"
#include "input/quote.h"

struct text_template {
	struct replace_names names;
	struct pieces pieces;
};

/* Not ${=: that belongs to the shell. */
static bool
holds_perl(const char *text)
{
	const char *open = strstr(text, "{=");

	while (open && open > text && open[-1] == '$')
		open = strstr(open + 2, "{=");
	return open && strstr(open + 2, "=}");
}

static int
refuse_perl(const char *text, struct buf *why)
{
	if (!holds_perl(text))
		return 0;
	if (buf_puts(why, "{= perl expression =} is not supported; use a script with shell "
			  "expansions, such as '... ${1%.*}', or a program") != 0)
		return ENOMEM;
	return EINVAL;
}

static int
check_name(const char *value, struct buf *why)
{
	if (*value)
		return 0;
	return buf_puts(why, "-I: an empty replacement string") != 0 ? ENOMEM : EINVAL;
}

/* Compiling. */

static int
add_word(struct template *t, const char *text, size_t len)
{
	struct pieces *words = realloc(t->words, (t->n_words + 1) * sizeof(*words));

	if (!words)
		return ENOMEM;
	t->words = words;
	words[t->n_words] = (struct pieces){0};
	return pieces_add(&words[t->n_words++], &t->names, text, len);
}

static int
append_if_none(struct template *t, bool append)
{
	size_t i;

	for (i = 0; i < t->n_words; i++)
		append = append && t->words[i].replacements == 0;
	return append ? add_word(t, t->names.value, strlen(t->names.value)) : 0;
}

static int
compile_function(struct template *t, const char *name)
{
	t->kind = TEMPLATE_FUNCTION;
	if (quote_command_word(&t->call, name) != 0 || buf_puts(&t->call, " \"$@\"") != 0)
		return ENOMEM;
	return buf_string(&t->call) ? 0 : ENOMEM;
}

static int
compile_words(struct template *t, const struct template_spec *spec)
{
	size_t i;
	int err = 0;

	t->kind = TEMPLATE_WORDS;
	for (i = 0; err == 0 && i < spec->n_words; i++)
		err = add_word(t, spec->words[i], strlen(spec->words[i]));
	if (err == 0)
		err = append_if_none(t, spec->append);
	if (err == 0 && t->mode != SHELL_NEVER && t->words[0].replacements == 0 &&
	    exported_has(&t->functions, spec->words[0], strlen(spec->words[0])))
		err = compile_function(t, spec->words[0]);
	return err;
}

static int
compile_direct(struct template *t, bool append)
{
	size_t at = 0;
	size_t n;
	int err = 0;

	t->kind = TEMPLATE_WORDS;
	while (err == 0 && (n = direct_next_word(t->source.text, t->source.len, &at)) > 0) {
		err = add_word(t, t->source.text + at, n);
		at += n;
	}
	return err == 0 ? append_if_none(t, append) : err;
}

/* A bash that has allexport in SHELLOPTS starts with "set -a" on. */
static bool
exports_all(char *const *envp)
{
	for (; envp && *envp; envp++)
		if (strncmp(*envp, "SHELLOPTS=", 10) == 0)
			return strstr(*envp, "allexport") != NULL;
	return false;
}

static int
compile_script(
    struct template *t, const struct template_spec *spec, const char *text, struct buf *why)
{
	const size_t len = strlen(text);
	const bool function = exported_runs(&t->functions, text, len);
	int err;

	t->source = (struct script_spec){
	    .text = text,
	    .len = len,
	    .names = &t->names,
	    .append = spec->append,
	    .allexport = exports_all(spec->envp),
	};
	if (!function && t->default_shell && direct_possible(text, len, &t->names))
		return compile_direct(t, spec->append);
	t->kind = TEMPLATE_SCRIPT;
	t->interpreter = function ? t->bash : t->shell;
	err = script_compile(&t->script, &t->source);
	if (err == EINVAL && buf_puts(why, "the script is nested too deeply") != 0)
		return ENOMEM;
	return err;
}

static int
join_words(struct template *t, const struct template_spec *spec)
{
	size_t i;

	for (i = 0; i < spec->n_words; i++)
		if ((i > 0 && buf_putc(&t->joined, ' ') != 0) ||
		    buf_puts(&t->joined, spec->words[i]) != 0)
			return ENOMEM;
	return buf_string(&t->joined) ? 0 : ENOMEM;
}

static int
notice_operators(const struct template_spec *spec, struct buf *notice)
{
	static const char *const operators[] = {"|", ">", "<", "&&", "||", ";"};
	size_t i, k;

	for (i = 0; i < spec->n_words; i++)
		for (k = 0; k < sizeof(operators) / sizeof(operators[0]); k++)
			if (strcmp(spec->words[i], operators[k]) == 0)
				return buf_printf(notice,
				    "the word %s is an argument here; for a shell, quote the whole "
				    "command as one word or use --shell",
				    operators[k]);
	return 0;
}

static int
compile_command(
    struct template *t, const struct template_spec *spec, struct buf *why, struct buf *notice)
{
	const char *first = spec->words[0];
	int err;

	if (spec->mode == SHELL_JOIN) {
		err = join_words(t, spec);
		return err == 0 ? compile_script(t, spec, t->joined.data, why) : err;
	}
	if (spec->mode == SHELL_AUTO && spec->n_words == 1 &&
	    direct_has_syntax(first, strlen(first), &t->names))
		return compile_script(t, spec, first, why);
	if (spec->mode == SHELL_AUTO && notice_operators(spec, notice) != 0)
		return ENOMEM;
	return compile_words(t, spec);
}

int
template_compile(
    struct template **out, const struct template_spec *spec, struct buf *why, struct buf *notice)
{
	struct template *t = calloc(1, sizeof(*t));
	size_t i;
	int err;

	*out = NULL;
	if (!t)
		return ENOMEM;
	t->mode = spec->mode;
	t->names.value = spec->replacement ? spec->replacement : "{}";
	t->default_shell = !spec->shell;
	t->shell = spec->shell ? spec->shell : "/bin/sh";
	t->bash = strcmp(compiled_shell_name(t->shell), "bash") == 0 ? t->shell : "bash";
	err = check_name(t->names.value, why);
	for (i = 0; err == 0 && i < spec->n_words; i++)
		err = refuse_perl(spec->words[i], why);
	if (err == 0)
		err = exported_find(&t->functions, spec->envp);
	if (err == 0 && spec->n_words > 0)
		err = compile_command(t, spec, why, notice);
	if (err != 0) {
		template_free(t);
		return err;
	}
	*out = t;
	return 0;
}

void
template_free(struct template *t)
{
	size_t i;

	if (!t)
		return;
	for (i = 0; i < t->n_words; i++)
		pieces_release(&t->words[i]);
	free(t->words);
	script_release(&t->script);
	exported_release(&t->functions);
	buf_free(&t->call);
	buf_free(&t->joined);
	free(t);
}

/* Plain texts. */

int
text_template_compile(
    struct text_template **out, const char *text, const char *replacement, struct buf *why)
{
	struct text_template *t = calloc(1, sizeof(*t));
	int err;

	*out = NULL;
	if (!t)
		return ENOMEM;
	t->names.value = replacement ? replacement : "{}";
	err = check_name(t->names.value, why);
	if (err == 0)
		err = refuse_perl(text, why);
	if (err == 0)
		err = pieces_add(&t->pieces, &t->names, text, strlen(text));
	if (err != 0) {
		text_template_free(t);
		return err;
	}
	*out = t;
	return 0;
}

int
text_template_expand(
    const struct text_template *t, const struct template_input *in, struct buf *out)
{
	return pieces_expand(&t->pieces, in->record, in->seq, in->slot, out);
}

void
text_template_free(struct text_template *t)
{
	if (!t)
		return;
	pieces_release(&t->pieces);
	free(t);
}
