/*
 * Command templates: an argument vector, a script for a shell, or whole command lines. Decides which, and puts the
 * parts together for each job. Knows nothing of where records come from and of how a job is run.
 * A compiled template is read-only, so expansions need no lock.
 */
#include "input/template.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "input/direct.h"
#include "input/exported.h"
#include "input/pieces.h"
#include "input/quote.h"
#include "input/replace.h"
#include "input/script.h"

enum template_kind {
	TEMPLATE_LINES,    /* every record is a command line */
	TEMPLATE_WORDS,    /* exec the words */
	TEMPLATE_FUNCTION, /* the words call an exported function of bash */
	TEMPLATE_SCRIPT,
};

/* Read-only after template_compile(). */
struct template {
	enum template_kind kind;
	enum shell_mode mode;
	struct replace_names names;
	struct exported functions;
	const char *shell;      /* runs scripts and lines */
	const char *bash;       /* runs exported functions */
	bool default_shell;     /* shell was not chosen by the user */
	struct pieces *words;   /* WORDS, FUNCTION */
	size_t n_words;
	struct buf call;        /* FUNCTION: 'name "$@"' */
	const char *interpreter; /* SCRIPT: shell or bash */
	struct script script;
	struct script_spec source;
	struct buf joined; /* --shell: what source.text points to */
};

struct text_template {
	struct replace_names names;
	struct pieces pieces;
};

static const char *
name_of(const char *shell)
{
	const char *slash = strrchr(shell, '/');

	return slash ? slash + 1 : shell;
}

/* A script starts no replacement string in ${; {= =} there is a default value. */
static bool
holds_perl(const char *text)
{
	const char *open = strstr(text, "{=");

	if (open && open > text && open[-1] == '$')
		return holds_perl(open + 2);
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
compile_script(struct template *t, const struct template_spec *spec, const char *text,
    struct buf *why)
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
compile_command(struct template *t, const struct template_spec *spec, struct buf *why,
    struct buf *notice)
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
template_compile(struct template **out, const struct template_spec *spec, struct buf *why,
    struct buf *notice)
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
	t->bash = strcmp(name_of(t->shell), "bash") == 0 ? t->shell : "bash";
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

/* Expanding: the words one after the other in out->bytes, each ended by a NUL; the pointers at the end. */

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
expand_words(const struct template *t, size_t from, const struct template_input *in,
    struct argv *out)
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
	    put_string(out, t->call.data) != 0 || put_string(out, name_of(t->bash)) != 0)
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
	    put_string(out, name_of(t->interpreter)) != 0)
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

static const char *
line_of(const struct template_input *in)
{
	return in->record->n > 0 ? record_value(in->record, 0) : "";
}

static int
expand_line(const struct template *t, const struct template_input *in, struct argv *out)
{
	const char *line = line_of(in);
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

/* Showing. */

/* Programs that do what the shell's builtin of that name does; echo does while it is given nothing to interpret. */
static bool
is_like_builtin(char *const *argv)
{
	static const char *const alike[] = {
	    "[", "false", "getconf", "kill", "printf", "pwd", "sleep", "test", "time", "true", "which",
	};
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
show_words(char *const *argv, struct buf *out)
{
	if (direct_is_builtin(argv[0], strlen(argv[0])) && !is_like_builtin(argv) &&
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
show_script(const struct template *t, const struct template_input *in, struct buf *out)
{
	struct buf text = {0};
	int err;

	err = script_in_place(&t->script, &t->source, in->record, in->seq, in->slot, &text);
	while (err == 0 && text.len > 0 && text.data[text.len - 1] == '\n')
		text.len--;
	if (err == 0)
		err = buf_string(&text)
			  ? show_text(t, &t->script, t->interpreter, text.data, out)
			  : ENOMEM;
	buf_free(&text);
	return err;
}

static int
show_line(const struct template *t, const struct template_input *in, struct buf *out)
{
	const char *line = line_of(in);
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
show_argv(const struct template *t, const struct template_input *in, struct buf *out)
{
	struct argv argv = {0};
	int err = template_expand(t, in, &argv);

	if (err == 0)
		err = t->kind == TEMPLATE_FUNCTION
			  ? show_call(t->words[0].list[0].literal, argv.v + 4, out)
			  : show_words(argv.v, out);
	argv_free(&argv);
	return err;
}

int
template_display(const struct template *t, const struct template_input *in, struct buf *out)
{
	const struct script *script = &t->script;
	const size_t before = out->len;
	int err;

	if (t->kind == TEMPLATE_LINES && t->mode != SHELL_NEVER)
		err = show_line(t, in, out);
	else if (t->kind == TEMPLATE_SCRIPT && !script->not_in_place && !script->positional &&
		 !script->has_heredoc)
		err = show_script(t, in, out);
	else
		err = show_argv(t, in, out);
	if (err != 0)
		out->len = before;
	return err;
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

void
argv_free(struct argv *a)
{
	free(a->v);
	buf_free(&a->bytes);
	*a = (struct argv){0};
}

/* Plain texts. */

int
text_template_compile(struct text_template **out, const char *text, const char *replacement,
    struct buf *why)
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
text_template_expand(const struct text_template *t, const struct template_input *in,
    struct buf *out)
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
