/*
 * What a job runs, as a line that can be pasted. It does what the job does, and leaves alone the
 * shell it is pasted into. Knows nothing of who prints it. Pure.
 */
#include <errno.h>
#include <string.h>

#include "input/compiled.h"
#include "input/direct.h"
#include "input/quote.h"

/* Showing. */

/*
 * Programs that do what the shell's builtin of that name does; echo does while it is given nothing
 * to interpret.
 */
static bool
is_like_builtin(char *const *argv)
{
	static const char *const alike[] = {"[", "false", "getconf", "kill", "printf", "pwd",
	    "sleep", "test", "time", "true", "which"};
	size_t i;

	for (i = 0; i < sizeof(alike) / sizeof(alike[0]); i++)
		if (strcmp(argv[0], alike[i]) == 0)
			return true;
	if (strcmp(argv[0], "echo") != 0 || (argv[1] && argv[1][0] == '-'))
		return false;
	for (i = 1; argv[i]; i++)
		if (strchr(argv[i], '\\'))
			return false;
	return true;
}

/* Whoever pastes it gets the program too, not a builtin that goes by its name. */
static int
show_words(const struct template *t, char *const *argv, struct buf *out)
{
	if (!t->bare && direct_is_builtin(argv[0], strlen(argv[0])) && !is_like_builtin(argv) &&
	    buf_puts(out, "env ") != 0)
		return ENOMEM;
	return quote_argv(out, argv);
}

static int
show_call(const char *name, char *const *arguments, struct buf *out)
{
	int err = quote_command_word(out, name);

	for (; err == 0 && *arguments; arguments++) {
		err = buf_putc(out, ' ');
		if (err == 0)
			err = quote_word(out, *arguments);
	}
	return err;
}

static int
show_shell(const char *shell, const char *text, struct buf *out)
{
	/* As for whole lines: no option. */
	char first[2] = {*text == '-' || *text == '+' ? ' ' : '\0', '\0'};
	struct buf script = {0};
	int err = buf_puts(&script, first);

	if (err == 0)
		err = buf_puts(&script, text);
	if (err == 0)
		err = buf_string(&script) ? quote_command_word(out, shell) : ENOMEM;
	if (err == 0)
		err = buf_puts(out, " -c ");
	if (err == 0)
		err = quote_word(out, script.data);
	buf_free(&script);
	return err;
}

/* Text is what a shell is to run: as it is, as a subshell, or as the argument of a shell. */
static int
show_text(const struct template *t, const struct script *script, const char *interpreter,
    const char *text, struct buf *out)
{
	const bool wrap = script->changes_shell;

	if (script->incomplete || script->not_in_place ||
	    (!t->default_shell && interpreter == t->shell) ||
	    (wrap && (script->has_comment || script->has_heredoc)))
		return show_shell(interpreter, text, out);
	/* "((" would be arithmetic. */
	if (wrap && buf_puts(out, *text == '(' ? "( " : "(") != 0)
		return ENOMEM;
	if (buf_puts(out, text) != 0)
		return ENOMEM;
	return wrap ? buf_putc(out, ')') : 0;
}

static int
show_script(const struct template *t, const struct replace_input *in, struct buf *out)
{
	struct buf text = {0};
	int err;

	err = script_in_place(&t->script, &t->source, in, &text);
	while (err == 0 && text.len > 0 && text.data[text.len - 1] == '\n')
		text.len--;
	if (err == 0)
		err = buf_string(&text) ? show_text(t, &t->script, t->interpreter, text.data, out)
		                        : ENOMEM;
	buf_free(&text);
	return err;
}

static int
show_line(const struct template *t, const char *line, struct buf *out)
{
	const size_t len = strlen(line);
	const struct script_spec spec = {.text = line, .len = len};
	struct script script = {0};
	int err;

	err = script_compile(&script, &spec);
	if (err == EINVAL) {
		script.incomplete = true; /* too deep to look into */
		err = 0;
	}
	if (err == 0)
		err = show_text(t, &script,
		    exported_runs(&t->functions, line, len) ? t->bash : t->shell, line, out);
	script_release(&script);
	return err;
}

static int
show_lines(const struct template *t, const struct replace_input *in, struct buf *out)
{
	struct buf line = {0};
	int err = paste_expand(&t->paste, in, &line);

	if (err == 0)
		err = buf_string(&line) ? show_line(t, line.data, out) : ENOMEM;
	buf_free(&line);
	return err;
}

static int
show_argv(const struct template *t, const struct replace_input *in, struct buf *out)
{
	struct argv argv = {0};
	int err = template_expand(t, in, &argv);

	if (err == 0)
		err = t->kind == TEMPLATE_FUNCTION
		          ? show_call(t->words[0].list[0].literal, argv.v + 4, out)
		          : show_words(t, argv.v, out);
	argv_free(&argv);
	return err;
}

/* Does the source with the values in it do what the job does? */
static bool
is_shown_in_place(const struct template *t, const struct record *record)
{
	const struct script *script = &t->script;

	if (script->not_in_place || script->positional || script->has_heredoc)
		return false;
	if (record->n == 1 || script->several == SCRIPT_IN_PLACE)
		return true;
	/* The text would repeat what the job does not, or split what it joins. */
	if (t->repeat && script->each_in_context)
		return false;
	return script->several == SCRIPT_AT || !script->each_splits;
}

bool
template_is_lines(const struct template *t)
{
	return t->kind == TEMPLATE_LINES;
}

int
template_display(const struct template *t, const struct replace_input *in, struct buf *out)
{
	const size_t before = out->len;
	int err;

	if (t->kind == TEMPLATE_PASTE)
		err = paste_expand(&t->paste, in, out);
	else if (t->kind == TEMPLATE_LINES && t->mode != SHELL_NEVER)
		err = show_lines(t, in, out);
	else if (t->kind == TEMPLATE_SCRIPT && is_shown_in_place(t, in->record))
		err = show_script(t, in, out);
	else
		err = show_argv(t, in, out);
	if (err != 0)
		out->len = before;
	return err;
}
