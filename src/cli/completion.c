/*
 * Completions: a fixed frame for each shell, filled with the rows of the option table. All three
 * do the same: options up to the first word that is none, their values where the table knows
 * them, then the command and what its own completion offers, files after ::: and ::::.
 */
#include "cli/completion.h"

#include <errno.h>
#include <string.h>

#include "cli/table.h"

/* How the spellings of one row are written one after the other. */
struct spelling {
	const char *between;
	const char *before_letter, *after_letter;
	const char *before_name, *after_name;
};

static const struct spelling words = {" ", "-", "", "--", ""};
static const struct spelling pattern = {"|", "-", "", "--", ""};
static const struct spelling zsh_forms = {",", "-", "", "--", ""};
static const struct spelling zsh_value_forms = {",", "-", "+", "--", "="};
static const struct spelling zsh_optional_forms = {",", "-", "-", "--", "=-"};
static const struct spelling fish_forms = {" ", "-s ", "", "-l ", ""};

/*
 * The frames. In them stand for what the table has: %R the rows, %W all spellings, %V those of
 * options that take the next word as their value, %P the same as a pattern, %v their letters, %f
 * the letters of the others.
 */
static const char bash_frame[] =
    "# bash completion for spool\n"
    "\n"
    "# The value of option $1.\n"
    "_spool_value() {\n"
    "\tlocal IFS=$'\\n'\n"
    "\n"
    "\tcase $1 in\n"
    "%R"
    "\tesac\n"
    "}\n"
    "\n"
    "_spool() {\n"
    "\tlocal cur=${COMP_WORDS[COMP_CWORD]} i=1 option= word\n"
    "\n"
    "\tCOMPREPLY=()\n"
    "\tif [[ $cur == = ]]; then cur=; fi\n"
    "\twhile ((i < COMP_CWORD)); do\n"
    "\t\tword=${COMP_WORDS[i]} option=\n"
    "\t\tcase $word in\n"
    "\t\t--) ((i++)); break ;;\n"
    "\t\t%P) option=$word ;;\n"
    "\t\t-[!-]*) [[ $word =~ ^-[%f]*([%v])$ ]] && option=-${BASH_REMATCH[1]} ;;\n"
    "\t\t-*) ;;\n"
    "\t\t*) break ;;\n"
    "\t\tesac\n"
    "\t\t((i++))\n"
    "\t\tif [[ $option ]]; then\n"
    "\t\t\tif [[ ${COMP_WORDS[i]} == = ]] && ((i < COMP_CWORD)); then ((i++)); fi\n"
    "\t\t\tif ((i >= COMP_CWORD)); then _spool_value \"$option\"; return; fi\n"
    "\t\t\t((i++))\n"
    "\t\tfi\n"
    "\tdone\n"
    "\tfor word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
    "\t\tif [[ $word == :::* ]]; then return; fi\n"
    "\tdone\n"
    "\tif ((i < COMP_CWORD)); then\n"
    "\t\tif declare -F _command_offset >/dev/null; then _command_offset \"$i\"; fi\n"
    "\telif [[ $cur == -* && ${COMP_WORDS[i-1]} != -- ]]; then\n"
    "\t\tCOMPREPLY=($(compgen -W '%W' -- \"$cur\"))\n"
    "\telse\n"
    "\t\tCOMPREPLY=($(compgen -c -- \"$cur\"))\n"
    "\tfi\n"
    "}\n"
    "\n"
    "complete -o bashdefault -o default -F _spool spool\n";

static const char zsh_frame[] = "#compdef spool\n"
				"# zsh completion for spool\n"
				"\n"
				"_spool_rest() {\n"
				"\tif (( ${words[(i):::*]} < CURRENT )); then\n"
				"\t\t_files\n"
				"\telse\n"
				"\t\t_normal\n"
				"\tfi\n"
				"}\n"
				"\n"
				"_spool() {\n"
				"\t_arguments -s -S -A '-*' \\\n"
				"%R"
				"\t\t'(-):command:_command_names -e' \\\n"
				"\t\t'*::argument:_spool_rest'\n"
				"}\n"
				"\n"
				"if [[ $funcstack[1] == _spool ]]; then\n"
				"\t_spool \"$@\"\n"
				"else\n"
				"\tcompdef _spool spool\n"
				"fi\n";

static const char fish_frame[] =
    "# fish completion for spool\n"
    "\n"
    "function __spool_before_command\n"
    "    set -l tokens (commandline -opc)\n"
    "    set -e tokens[1]\n"
    "    while set -q tokens[1]\n"
    "        switch $tokens[1]\n"
    "            case --\n"
    "                return 1\n"
    "            case %V\n"
    "                set -e tokens[1]\n"
    "            case '-*'\n"
    "                string match -qr -- '^-[%f]+[%v]$' $tokens[1]\n"
    "                and set -e tokens[1]\n"
    "            case '*'\n"
    "                return 1\n"
    "        end\n"
    "        set -e tokens[1]\n"
    "    end\n"
    "end\n"
    "\n"
    "function __spool_after_separator\n"
    "    string match -q -- ':::*' (commandline -opc)\n"
    "end\n"
    "\n"
    "%R"
    "complete -c spool -n __spool_before_command -f\n"
    "complete -c spool -n 'not __spool_after_separator' -a '(__fish_complete_subcommand -- %V)'\n";

static int
add_spellings(struct buf *out, const struct option_row *row, const struct spelling *s)
{
	const char *letter, *names = row->names, *name, *between = "";
	size_t len;

	for (letter = row->letters; *letter != '\0'; letter++, between = s->between)
		if (buf_printf(
			out, "%s%s%c%s", between, s->before_letter, *letter, s->after_letter) != 0)
			return ENOMEM;
	for (; (name = option_next_word(&names, &len)) != NULL; between = s->between)
		if (buf_printf(out, "%s%s%.*s%s", between, s->before_name, (int)len, name,
			s->after_name) != 0)
			return ENOMEM;
	return 0;
}

/* The next row of the program's own; as option_next(). */
static const struct option_row *
next_row(const struct option_row *row)
{
	while ((row = option_next(row)) != NULL && !option_known(row, AS_SPOOL))
		;
	return row;
}

/* The spellings of all rows, or only of those that take the next word as their value. */
static int
add_all_spellings(struct buf *out, const struct spelling *s, bool with_value_only)
{
	const struct option_row *row;
	const char *between = "";

	for (row = next_row(NULL); row != NULL; row = next_row(row)) {
		if (with_value_only && row->value != VALUE_REQUIRED)
			continue;
		if (buf_puts(out, between) != 0 || add_spellings(out, row, s) != 0)
			return ENOMEM;
		between = s->between;
	}
	return 0;
}

/* The letters of the options that must have a value, or of those that take none. */
static int
add_letters(struct buf *out, enum option_value value)
{
	const struct option_row *row;

	for (row = next_row(NULL); row != NULL; row = next_row(row))
		if (row->value == value && buf_puts(out, row->letters) != 0)
			return ENOMEM;
	return 0;
}

static int
add_choices(struct buf *out, const char *list)
{
	const char *word, *between = "";
	size_t len;

	for (; (word = option_next_word(&list, &len)) != NULL; between = " ")
		if (buf_printf(out, "%s%.*s", between, (int)len, word) != 0)
			return ENOMEM;
	return 0;
}

/*
 * The first clause of a row's help, for single quotes: each byte of special gets a backslash,
 * and a quote becomes what the shell reads as one.
 */
static int
add_description(struct buf *out, const char *help, const char *special, const char *quote)
{
	const char *end = strchr(help, ';'), *parenthesis = strstr(help, " (");
	int error = 0;

	if (end == NULL || (parenthesis != NULL && parenthesis < end))
		end = parenthesis != NULL ? parenthesis : help + strlen(help);
	for (; error == 0 && help < end; help++) {
		if (strchr(special, *help) != NULL)
			error = buf_putc(out, '\\');
		if (error == 0)
			error = *help == '\'' ? buf_puts(out, quote) : buf_putc(out, *help);
	}
	return error;
}

/*
 * One arm of the case that completes an option's value. No words at all leave it to bash,
 * which offers files.
 */
static int
bash_row(struct buf *out, const struct option_row *row)
{
	static const char *const actions[] = {
	    [COMPLETES_NOTHING] = "compopt +o bashdefault +o default 2>/dev/null",
	    [COMPLETES_FILE] = "",
	    [COMPLETES_DIRECTORY] =
		"compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- \"$cur\"))",
	    [COMPLETES_COMMAND] = "COMPREPLY=($(compgen -c -- \"$cur\"))",
	};

	if (row->value != VALUE_REQUIRED)
		return 0;
	if (buf_puts(out, "\t") != 0 || add_spellings(out, row, &pattern) != 0 ||
	    buf_puts(out, ") ") != 0)
		return ENOMEM;
	if (row->choices == NULL)
		return buf_printf(out, "%s ;;\n", actions[row->completes]);
	if (buf_puts(out, "COMPREPLY=($(IFS=' '; compgen -W '") != 0 ||
	    add_choices(out, row->choices) != 0)
		return ENOMEM;
	return buf_puts(out, "' -- \"$cur\")) ;;\n");
}

/* "'(-k --keep-order)'{-k,--keep-order}'[Print ...]' \" */
static int
zsh_row(struct buf *out, const struct option_row *row)
{
	static const char *const actions[] = {
	    [COMPLETES_NOTHING] = " ",
	    [COMPLETES_FILE] = "_files",
	    [COMPLETES_DIRECTORY] = "_files -/",
	    [COMPLETES_COMMAND] = "_command_names -e",
	};
	const char *bar = strchr(row->names, '|');
	bool several = strlen(row->letters) + (*row->names != '\0') + (bar != NULL) > 1;
	bool ends = row->set == set_help || row->set == set_version || row->set == set_completion;
	bool optional = row->value >= VALUE_OPTIONAL;
	const struct spelling *forms = row->value == VALUE_NONE ? &zsh_forms
	                               : optional               ? &zsh_optional_forms
	                                                        : &zsh_value_forms;

	if (buf_puts(out, "\t\t'(") != 0 ||
	    (ends ? buf_puts(out, "- *") : add_spellings(out, row, &words)) != 0 ||
	    buf_puts(out, several ? ")'{" : ")'") != 0 || add_spellings(out, row, forms) != 0 ||
	    buf_puts(out, several ? "}'[" : "'[") != 0 ||
	    add_description(out, row->help, "[]\\:", "'\\''") != 0)
		return ENOMEM;
	if (row->value == VALUE_NONE)
		return buf_puts(out, "]' \\\n");
	if (buf_printf(out, "]%s%s:", optional ? "::" : ":", row->metavar) != 0)
		return ENOMEM;
	if (row->choices == NULL)
		return buf_printf(out, "%s' \\\n", actions[row->completes]);
	if (buf_puts(out, "(") != 0 || add_choices(out, row->choices) != 0)
		return ENOMEM;
	return buf_puts(out, ")' \\\n");
}

static int
fish_row(struct buf *out, const struct option_row *row)
{
	static const char *const actions[] = {
	    [COMPLETES_NOTHING] = " -x",
	    [COMPLETES_FILE] = " -r -F",
	    [COMPLETES_DIRECTORY] = " -x -a '(__fish_complete_directories)'",
	    [COMPLETES_COMMAND] = " -x -a '(__fish_complete_command)'",
	};

	if (buf_puts(out, "complete -c spool -n __spool_before_command ") != 0 ||
	    add_spellings(out, row, &fish_forms) != 0)
		return ENOMEM;
	if (row->choices != NULL) {
		if (buf_puts(out, " -x -a '") != 0 || add_choices(out, row->choices) != 0 ||
		    buf_putc(out, '\'') != 0)
			return ENOMEM;
	} else if (row->value == VALUE_REQUIRED && buf_puts(out, actions[row->completes]) != 0)
		return ENOMEM;
	if (buf_puts(out, " -d '") != 0 || add_description(out, row->help, "\\", "\\'") != 0)
		return ENOMEM;
	return buf_puts(out, "'\n");
}

/* What stands for a placeholder of a frame. */
static int
fill_in(struct buf *out, char placeholder, int (*add_row)(struct buf *, const struct option_row *))
{
	const struct option_row *row;
	int error = 0;

	switch (placeholder) {
	case 'W':
		return add_all_spellings(out, &words, false);
	case 'V':
		return add_all_spellings(out, &words, true);
	case 'P':
		return add_all_spellings(out, &pattern, true);
	case 'v':
		return add_letters(out, VALUE_REQUIRED);
	case 'f':
		return add_letters(out, VALUE_NONE);
	default:
		for (row = next_row(NULL); error == 0 && row != NULL; row = next_row(row))
			error = add_row(out, row);
		return error;
	}
}

static int
fill(struct buf *out, const char *frame, int (*add_row)(struct buf *, const struct option_row *))
{
	size_t len = strcspn(frame, "%");
	int error = buf_add(out, frame, len);

	for (frame += len; error == 0 && *frame == '%'; frame += len) {
		error = fill_in(out, frame[1], add_row);
		frame += 2;
		len = strcspn(frame, "%");
		if (error == 0)
			error = buf_add(out, frame, len);
	}
	return error;
}

int
completion_print(struct buf *out, const char *shell)
{
	switch (*shell) {
	case 'b':
		return fill(out, bash_frame, bash_row);
	case 'z':
		return fill(out, zsh_frame, zsh_row);
	default:
		return fill(out, fish_frame, fish_row);
	}
}
