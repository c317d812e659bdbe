/*
 * What a shell would do with a text that is nothing but words: exec it. Whoever does that himself
 * saves a shell for each job, as make does. Where a doubt is left the answer is no: the shell is
 * slower, never wrong. Knows nothing of templates. Pure.
 */
#include "input/direct.h"

#include <stdlib.h>
#include <string.h>

/*
 * Builtins and reserved words of dash, bash, busybox ash, ksh93 and zsh, and the names they keep
 * for themselves; sorted by strcmp. A builtin may differ from the program of its name (echo), know
 * what no program can (cd, jobs), or have no program at all.
 */
static const char *const builtins[] = {"!", "-", ".", ":", "[", "[[", "]]", "alarm", "alias",
    "always", "autoload", "bg", "bind", "bindkey", "break", "builtin", "bye", "caller", "case",
    "cd", "chdir", "command", "compadd", "comparguments", "compcall", "compctl", "compdescribe",
    "compfiles", "compgen", "compgroups", "complete", "compopt", "compound", "compquote", "compset",
    "comptags", "comptry", "compvalues", "continue", "coproc", "declare", "dirs", "disable",
    "disown", "do", "done", "echo", "echotc", "echoti", "elif", "else", "emulate", "enable", "end",
    "enum", "esac", "eval", "exec", "exit", "export", "false", "fc", "fg", "fi", "float", "for",
    "foreach", "function", "functions", "getconf", "getln", "getopts", "global", "hash", "help",
    "hist", "history", "if", "in", "integer", "jobs", "kill", "let", "limit", "local", "log",
    "login", "logout", "mapfile", "nameref", "namespace", "newgrp", "nocorrect", "noglob", "popd",
    "print", "printf", "private", "pushd", "pushln", "pwd", "r", "read", "readarray", "readonly",
    "redirect", "rehash", "repeat", "return", "sched", "select", "set", "setopt", "shift", "shopt",
    "sleep", "source", "stop", "suspend", "test", "then", "time", "times", "trap", "true", "ttyctl",
    "type", "typeset", "ulimit", "umask", "unalias", "unfunction", "unhash", "unlimit", "unset",
    "unsetopt", "until", "vared", "wait", "whence", "where", "which", "while", "zcompile",
    "zformat", "zle", "zmodload", "zparseopts", "zprof", "zpty", "zregexparse", "zsocket", "zstyle",
    "ztcp"};

struct name {
	const char *text;
	size_t len;
};

static int
compare_builtin(const void *key, const void *entry)
{
	const struct name *name = key;
	const char *builtin = *(const char *const *)entry;
	const int order = strncmp(name->text, builtin, name->len);

	return order != 0 ? order : -(builtin[name->len] != '\0');
}

/*
 * Blanks split words and quotes, braces, patterns and the rest need a shell; # only where a word
 * starts.
 */
static bool
is_syntax(const char *text, size_t at)
{
	const char c = text[at];

	if (c == '#')
		return at == 0 || text[at - 1] == ' ' || text[at - 1] == '\t';
	if (c == '=')
		return at == 0 || text[at - 1] == ' ' || text[at - 1] == '\t';
	return c != '\0' && strchr("|&;<>()$`\\\"'*?[~{}\n", c) != NULL;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool
is_space(char c)
{
	return is_blank(c) || c == '\n';
}

/* Is there syntax in text? Its blanks are none when words may be split. */
static bool
find_syntax(const char *text, size_t len, struct replace_set *names, bool blanks_too)
{
	const struct replacement *found;
	size_t i = 0;

	while (i < len) {
		const size_t n = names ? replace_match(names, text + i, len - i, &found) : 0;

		if (n == 0 && (is_syntax(text, i) || (blanks_too && is_space(text[i]))))
			return true;
		i += n > 0 ? n : 1;
	}
	return false;
}

static bool
holds_replacement(const char *word, size_t len, struct replace_set *names)
{
	const struct replacement *found;
	size_t i;

	for (i = 0; names && i < len; i++)
		if (replace_match(names, word + i, len - i, &found) > 0)
			return true;
	return false;
}

/* Ends of lines at the end of a script mean nothing. */
static size_t
without_final_newlines(const char *text, size_t len)
{
	while (len > 0 && text[len - 1] == '\n')
		len--;
	return len;
}

bool
direct_is_builtin(const char *word, size_t len)
{
	const struct name key = {word, len};

	return bsearch(&key, builtins, sizeof(builtins) / sizeof(builtins[0]), sizeof(builtins[0]),
		   compare_builtin) != NULL;
}

size_t
direct_next_word(const char *text, size_t len, size_t *at)
{
	size_t end;

	while (*at < len && is_space(text[*at]))
		++*at;
	for (end = *at; end < len && !is_space(text[end]); end++)
		continue;
	return end - *at;
}

bool
direct_has_syntax(const char *text, size_t len, struct replace_set *names)
{
	const char *equals = memchr(text, '=', len);

	/* One word alone: any = may make it an assignment. */
	return find_syntax(text, len, names, true) ||
	       (equals && !memchr(text, '/', (size_t)(equals - text)));
}

bool
direct_possible(const char *text, size_t len, struct replace_set *names)
{
	size_t at = 0;
	size_t first;

	len = without_final_newlines(text, len);
	first = direct_next_word(text, len, &at);
	if (first == 0 || find_syntax(text, len, names, false))
		return false;
	/* %1 as a command is a job of the shell. */
	return text[at] != '%' && !memchr(text + at, '=', first) &&
	       !direct_is_builtin(text + at, first) && !holds_replacement(text + at, first, names);
}
