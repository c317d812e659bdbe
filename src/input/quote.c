/*
 * Shell quoting: what spool prints can be pasted. Pure; knows nothing of jobs or templates.
 *
 * Single quotes are the only quoting that is the same in every POSIX shell and for every byte.
 * A word is left bare only where no shell in use gives any of its characters a meaning.
 */
#include "input/quote.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

/* What GNU parallel leaves bare. Not by isalnum(): a locale must not change what is safe. */
static bool
is_pasted_bare(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '_' || c == '.' || c == '+' || c == '/';
}

/* Words that mean something to sh, bash, ksh or zsh where a command is expected. */
static const char *const reserved_words[] = {
    "case",
    "coproc",
    "do",
    "done",
    "elif",
    "else",
    "end",
    "esac",
    "fi",
    "for",
    "foreach",
    "function",
    "if",
    "in",
    "nocorrect",
    "noglob",
    "repeat",
    "select",
    "then",
    "time",
    "until",
    "while",
};

static bool
is_safe(const char *word)
{
	const char *p = word;

	while (is_pasted_bare(*p) || *p == '@' || *p == '%' || *p == '=' || *p == ':' || *p == ',')
		p++;
	/* An empty word would vanish; zsh expands =command to its path. */
	return *p == '\0' && p > word && *word != '=';
}

/* a=b is an assignment as the first word, %1 a job; so is a reserved word no command. */
static bool
is_safe_command(const char *word)
{
	size_t i;

	if (!is_safe(word) || *word == '%' || strchr(word, '='))
		return false;
	for (i = 0; i < sizeof(reserved_words) / sizeof(reserved_words[0]); i++)
		if (strcmp(word, reserved_words[i]) == 0)
			return false;
	return true;
}

static int
add_quoted(struct buf *out, const char *word)
{
	size_t quotes = 0;
	const char *p;
	size_t n;

	/* Room for all of it first: what follows can't fail half way. */
	for (p = word; *p; p++)
		quotes += *p == '\'';
	if (buf_reserve(out, (size_t)(p - word) + 3 * quotes + 2) != 0)
		return ENOMEM;
	buf_putc(out, '\'');
	for (p = word; p[n = strcspn(p, "'")] != '\0'; p += n + 1) {
		buf_add(out, p, n);
		buf_puts(out, "'\\''");
	}
	buf_puts(out, p);
	return buf_putc(out, '\'');
}

/* '"'"' before end: closed, quoted, opened again. */
static char *
put_single_quote(char *end, bool first, bool last)
{
	if (!last)
		*--end = '\'';
	memcpy(end -= 3, "\"'\"", 3);
	if (!first)
		*--end = '\'';
	return end;
}

int
quote_word(struct buf *out, const char *word)
{
	return is_safe(word) ? buf_puts(out, word) : add_quoted(out, word);
}

int
quote_command_word(struct buf *out, const char *word)
{
	return is_safe_command(word) ? buf_puts(out, word) : add_quoted(out, word);
}

size_t
quote_pasted_len(const char *text, size_t len)
{
	size_t quotes = 0;
	bool bare = len > 0;
	size_t i;

	for (i = 0; i < len; i++) {
		bare = bare && is_pasted_bare(text[i]);
		quotes += text[i] == '\'';
	}
	if (bare || len == 0)
		return bare ? len : 2;
	/* Quotes that enclose nothing at an end are left out. */
	len += 4 * quotes + 2;
	return len - (text[0] == '\'' ? 2 : 0) - (text[i - 1] == '\'' ? 2 : 0);
}

int
quote_pasted(struct buf *out, size_t from)
{
	const size_t len = out->len - from;
	const size_t longer = len > 0 ? quote_pasted_len(out->data + from, len) : 2;
	char *read, *write, *text;

	if (longer == len)
		return 0;
	if (buf_reserve(out, longer - len) != 0)
		return ENOMEM;
	text = out->data + from;
	out->len = from + longer;
	/* From the end to the start, so that it needs no room besides. */
	read = text + len;
	write = text + longer;
	if (len == 0 || read[-1] != '\'')
		*--write = '\'';
	while (read > text)
		if (*--read == '\'')
			write = put_single_quote(write, read == text, read == text + len - 1);
		else
			*--write = *read;
	if (write > text)
		*--write = '\'';
	return 0;
}

int
quote_argv(struct buf *out, char *const *argv)
{
	const size_t before = out->len;
	size_t i;

	for (i = 0; argv[i]; i++) {
		int err = i > 0 ? buf_putc(out, ' ') : 0;

		if (err == 0)
			err = i == 0 ? quote_command_word(out, argv[i]) : quote_word(out, argv[i]);
		if (err != 0) {
			out->len = before;
			return err;
		}
	}
	return 0;
}
