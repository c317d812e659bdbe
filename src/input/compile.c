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
#include "input/text.h"

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
	if (err == 0)
		paste_finish(&t->paste, false);
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
		return buf_puts(why, "the script is nested too deeply") != 0 ? ENOMEM : EINVAL;
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
		paste_finish(&t->paste, true);
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
	const int err = paste_value_word(&t->paste);

	t->kind = TEMPLATE_LINES;
	if (err == 0)
		paste_finish(&t->paste, false);
	return err;
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

/* Perl may be spread over several words: {= s/a/b/ =} */
static int
check_spec(const struct template_spec *spec, struct buf *why)
{
	struct buf joined = {0};
	int err = join_words(&joined, spec);

	if (err == 0)
		err = text_check(joined.data, &spec->names, why);
	buf_free(&joined);
	return err;
}

static void
take_settings(struct template *t, const struct template_spec *spec)
{
	t->mode = spec->mode;
	t->repeat = spec->spread == SPREAD_REPEAT;
	t->bare = spec->names.only_value;
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
	err = check_spec(spec, why);
	if (err == 0)
		err = replace_set_new(&t->names, &spec->names, why);
	t->paste.names = t->names;
	if (err == 0)
		err = exported_find(&t->functions, spec->envp);
	if (err == 0)
		err = compile_command(t, spec, why, notice);
	if (err == 0)
		err = text_check_names(t->names, why);
	if (err == 0)
		err = compiled_plan_size(t);
	if (err != 0) {
		template_free(t);
		return err;
	}
	*out = t;
	return 0;
}

unsigned
template_needs(const struct template *t)
{
	return replace_needs(t->names);
}

bool
template_counts(const struct template *t)
{
	return replace_counts(t->names);
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
