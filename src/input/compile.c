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
	struct replace_set *names;
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
say(struct buf *why, const char *sentence)
{
	return buf_puts(why, sentence) != 0 ? ENOMEM : EINVAL;
}

static int
refuse_perl(const char *text, struct buf *why)
{
	if (!holds_perl(text))
		return 0;
	return say(why, "{= perl expression =} is not supported; use a script with shell "
			"expansions, such as '... ${1%.*}', or a program");
}

/* What looks like a replacement string but has a regular expression that is none. */
static int
check_fault(const struct replace_set *names, struct buf *why)
{
	const char *fault = replace_fault(names);

	return fault ? say(why, fault) : 0;
}

/* xargs knows no such thing. */
static bool
knows_perl(const struct replace_spec *names)
{
	return names->value && !names->only_value;
}

/* Compiling. */

static int
grow_words(struct template *t)
{
	struct pieces *words = realloc(t->words, (t->n_words + 1) * sizeof(*words));

	if (!words)
		return ENOMEM;
	t->words = words;
	words[t->n_words++] = (struct pieces){0};
	return 0;
}

static int
add_word(struct template *t, struct replace_set *names, const char *text, size_t len)
{
	const int err = grow_words(t);

	return err == 0 ? pieces_add(&t->words[t->n_words - 1], names, text, len) : err;
}

static struct replace_set *
names_of(const struct template *t)
{
	return t->no_names ? NULL : t->names;
}

static int
append_if_none(struct template *t, bool append)
{
	size_t i;
	int err;

	for (i = 0; i < t->n_words; i++)
		append = append && t->words[i].replacements == 0;
	if (!append)
		return 0;
	err = grow_words(t);
	return err == 0 ? pieces_add_value(&t->words[t->n_words - 1], t->names) : err;
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
	/* xargs -I replaces nothing in the command's name. */
	for (i = 0; err == 0 && i < spec->n_words; i++)
		err = add_word(t, i == 0 && spec->names.only_value ? NULL : names_of(t),
		    spec->words[i], strlen(spec->words[i]));
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
		err = add_word(t, names_of(t), t->source.text + at, n);
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

/* How -s measures a script: its text, with the values where their strings stand. */
static int
paste_script(struct template *t)
{
	int err = paste_word(&t->paste, t->source.text, t->source.len);

	if (err == 0 && t->source.append && !t->script.has_replacement && !t->script.positional)
		err = paste_value_word(&t->paste);
	return err;
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
	    .names = t->names,
	    .append = spec->append,
	    .repeat = t->repeat,
	    .allexport = exports_all(spec->envp),
	};
	if (!function && t->default_shell && direct_possible(text, len, t->names))
		return compile_direct(t, spec->append);
	t->kind = TEMPLATE_SCRIPT;
	t->interpreter = function ? t->bash : t->shell;
	err = script_compile(&t->script, &t->source);
	if (err == EINVAL)
		return say(why, "the script is nested too deeply");
	return err == 0 ? paste_script(t) : err;
}

static int
compile_paste(struct template *t, const struct template_spec *spec)
{
	size_t i;
	int err = 0;

	t->kind = TEMPLATE_PASTE;
	t->paste.quote_words = spec->mode == SHELL_PASTE_QUOTED;
	for (i = 0; err == 0 && i < spec->n_words; i++)
		err = paste_word(&t->paste, spec->words[i], strlen(spec->words[i]));
	if (err == 0 && (spec->n_words == 0 || (spec->append && t->paste.lengths.values == 0)))
		err = paste_value_word(&t->paste);
	if (err == 0)
		paste_finish(&t->paste);
	return err;
}

static int
join_words(struct buf *out, const struct template_spec *spec)
{
	size_t i;

	for (i = 0; i < spec->n_words; i++)
		if ((i > 0 && buf_putc(out, ' ') != 0) || buf_puts(out, spec->words[i]) != 0)
			return ENOMEM;
	return buf_string(out) ? 0 : ENOMEM;
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

/* A whole line is what the values are, joined with blanks. */
static int
compile_lines(struct template *t)
{
	t->kind = TEMPLATE_LINES;
	return paste_value_word(&t->paste);
}

static int
compile_command(
    struct template *t, const struct template_spec *spec, struct buf *why, struct buf *notice)
{
	const char *first = spec->n_words > 0 ? spec->words[0] : NULL;
	int err;

	if (spec->mode == SHELL_PASTE || spec->mode == SHELL_PASTE_QUOTED)
		return compile_paste(t, spec);
	if (spec->n_words == 0)
		return compile_lines(t);
	if (spec->mode == SHELL_JOIN) {
		err = join_words(&t->joined, spec);
		return err == 0 ? compile_script(t, spec, t->joined.data, why) : err;
	}
	if (spec->mode == SHELL_AUTO && spec->n_words == 1 &&
	    direct_has_syntax(first, strlen(first), t->names))
		return compile_script(t, spec, first, why);
	if (spec->mode == SHELL_AUTO && notice_operators(spec, notice) != 0)
		return ENOMEM;
	return compile_words(t, spec);
}

/* Also where it is spread over several words: {= s/a/b/ =} */
static int
refuse_perl_words(const struct template_spec *spec, struct buf *why)
{
	struct buf joined = {0};
	int err = knows_perl(&spec->names) ? join_words(&joined, spec) : 0;

	if (err == 0 && joined.data)
		err = refuse_perl(joined.data, why);
	buf_free(&joined);
	return err;
}

static void
take_settings(struct template *t, const struct template_spec *spec)
{
	t->mode = spec->mode;
	t->repeat = spec->spread == SPREAD_REPEAT;
	t->default_shell = !spec->shell;
	t->shell = spec->shell ? spec->shell : "/bin/sh";
	t->bash = strcmp(compiled_shell_name(t->shell), "bash") == 0 ? t->shell : "bash";
	t->no_names = !spec->names.value;
	t->paste.repeat = t->repeat;
}

int
template_compile(
    struct template **out, const struct template_spec *spec, struct buf *why, struct buf *notice)
{
	struct template *t = calloc(1, sizeof(*t));
	int err;

	*out = NULL;
	if (!t)
		return ENOMEM;
	take_settings(t, spec);
	err = refuse_perl_words(spec, why);
	if (err == 0)
		err = replace_set_new(&t->names, &spec->names, why);
	t->paste.names = t->names;
	if (err == 0)
		err = exported_find(&t->functions, spec->envp);
	if (err == 0)
		err = compile_command(t, spec, why, notice);
	if (err == 0)
		err = check_fault(t->names, why);
	if (err == 0)
		err = compiled_plan_size(t);
	if (err != 0) {
		template_free(t);
		return err;
	}
	*out = t;
	return 0;
}

bool
template_needs_total(const struct template *t)
{
	return replace_needs_total(t->names);
}

bool
template_wants(const struct template *t, const struct record *record)
{
	return replace_wants(t->names, record);
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
	paste_release(&t->paste);
	compiled_plan_release(t);
	replace_set_free(t->names);
	exported_release(&t->functions);
	buf_free(&t->call);
	buf_free(&t->joined);
	free(t);
}

/* Plain texts. */

int
text_template_compile(
    struct text_template **out, const char *text, const struct replace_spec *names, struct buf *why)
{
	struct text_template *t = calloc(1, sizeof(*t));
	int err;

	*out = NULL;
	if (!t)
		return ENOMEM;
	err = knows_perl(names) ? refuse_perl(text, why) : 0;
	if (err == 0)
		err = replace_set_new(&t->names, names, why);
	if (err == 0)
		err = pieces_add(&t->pieces, names->value ? t->names : NULL, text, strlen(text));
	if (err == 0)
		err = check_fault(t->names, why);
	if (err != 0) {
		text_template_free(t);
		return err;
	}
	*out = t;
	return 0;
}

int
text_template_expand(const struct text_template *t, const struct replace_input *in, struct buf *out)
{
	return pieces_expand(&t->pieces, in, out);
}

bool
text_template_needs_total(const struct text_template *t)
{
	return replace_needs_total(t->names);
}

void
text_template_free(struct text_template *t)
{
	if (!t)
		return;
	pieces_release(&t->pieces);
	replace_set_free(t->names);
	free(t);
}
