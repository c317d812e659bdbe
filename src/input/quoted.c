/*
 * Quotes and expansions: '...', "...", $'...', ${...}, $(...), `...`, $((...)). Each function reads
 * one construct from its first byte to its last and puts each replacement string in it in the form
 * that this place takes. Knows nothing of commands: for $(...) it asks the scan's list function.
 */
#include "input/quoted.h"

#include <errno.h>
#include <string.h>

/* Copy the closing byte, or note that there is none. */
static void
close_with(struct scan *s, const char *what)
{
	if (scan_at(s, what))
		scan_copy(s, strlen(what));
	else
		s->script->incomplete = true;
}

static void
read_single(struct scan *s)
{
	scan_copy(s, 1);
	while (s->pos < s->len && s->text[s->pos] != '\'')
		if (!scan_replace(s, SCAN_SINGLE))
			scan_copy(s, 1);
	close_with(s, "'");
}

static void
read_ansi(struct scan *s)
{
	scan_copy(s, 2);
	while (s->pos < s->len && s->text[s->pos] != '\'')
		if (s->text[s->pos] == '\\')
			scan_copy(s, 2);
		else if (!scan_replace(s, SCAN_ANSI))
			scan_copy(s, 1);
	close_with(s, "'");
}

static void
read_double(struct scan *s)
{
	scan_copy(s, 1);
	while (s->pos < s->len && s->text[s->pos] != '"')
		quoted_step(s, QUOTED_DOUBLE);
	close_with(s, "\"");
}

static bool
is_name_byte(int c)
{
	return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z');
}

static bool
is_positional(int c)
{
	return (c >= '1' && c <= '9') || c == '@' || c == '*';
}

static bool
is_special(int c)
{
	return c > 0 && strchr("@*#?-$!", c) != NULL;
}

/* The parameter of ${...}: x, 12, @, #x, !x. */
static void
read_parameter(struct scan *s)
{
	const int next = scan_peek(s, 1);

	if ((scan_at(s, "#") || scan_at(s, "!")) &&
	    (is_name_byte(next) || (is_special(next) && scan_peek(s, 2) == '}')))
		scan_copy(s, 1);
	if (is_positional(scan_peek(s, 0)))
		s->script->positional = true;
	if (is_special(scan_peek(s, 0)))
		scan_copy(s, 1);
	else
		while (is_name_byte(scan_peek(s, 0)))
			scan_copy(s, 1);
}

/*
 * ${x:-word} and its like, where quotes inside "..." are as outside of it, against patterns, where
 * they quote.
 */
static bool
takes_value(const struct scan *s)
{
	int op = scan_peek(s, 0);

	if (op == ':')
		op = scan_peek(s, 1);
	return op > 0 && strchr("-=?+", op) != NULL;
}

static void
read_braces(struct scan *s, bool bare)
{
	const bool splits = s->splits;
	bool words;

	scan_copy(s, 2);
	if (!scan_enter(s))
		return;
	s->shielded++;
	s->splits = false;
	read_parameter(s);
	words = bare || !takes_value(s);
	while (s->pos < s->len && s->text[s->pos] != '}')
		if (words)
			quoted_word_step(s);
		else if (s->text[s->pos] == '"')
			read_double(s);
		else
			quoted_step(s, QUOTED_BRACES);
	close_with(s, "}");
	s->splits = splits;
	s->shielded--;
	scan_leave(s);
}

static void
read_command(struct scan *s)
{
	scan_copy(s, 2);
	if (!scan_enter(s))
		return;
	s->list(s, SCAN_TO_PAREN);
	close_with(s, ")");
	scan_leave(s);
}

static void
read_arithmetic(struct scan *s, size_t end)
{
	scan_copy(s, 3);
	if (!scan_enter(s))
		return;
	s->shielded++;
	while (s->pos < end)
		quoted_step(s, QUOTED_HEREDOC);
	close_with(s, "))");
	s->shielded--;
	scan_leave(s);
}

/* What the shell makes of the text between backquotes before it reads it as a script. */
static int
unescape_backquotes(struct buf *out, const char *text, size_t len, bool in_double)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (text[i] == '\\' && i + 1 < len &&
		    (strchr("$`\\", text[i + 1]) || (in_double && text[i + 1] == '"')))
			i++;
		if (buf_putc(out, text[i]) != 0)
			return ENOMEM;
	}
	return 0;
}

/*
 * The way back. Not for ": shells differ in where they take the backslash from \" (bash keeps it in
 * "${x:-`...`}"), but all read a plain " between backquotes as one of the inner script.
 */
static int
escape_backquotes(struct buf *out, const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if ((text[i] == '`' || text[i] == '\\') && buf_putc(out, '\\') != 0)
			return ENOMEM;
		if (buf_putc(out, text[i]) != 0)
			return ENOMEM;
	}
	return 0;
}

/*
 * Rewrite the script between backquotes into out (unescaped); *replaced: something was put there.
 */
static void
rewrite_backquotes(struct scan *s, const struct buf *inner, struct buf *out, bool *replaced)
{
	struct script *script = s->script;
	const bool before = script->has_replacement;
	struct scan sub = {
	    .text = inner->data,
	    .len = inner->len,
	    .out = out,
	    .script = script,
	    .names = s->names,
	    .use_at = s->use_at,
	    .depth = s->depth,
	    .shielded = s->shielded + 1,
	    .list = s->list,
	};

	script->has_replacement = false;
	sub.list(&sub, SCAN_TO_END);
	*replaced = script->has_replacement;
	script->has_replacement |= before;
	if (s->error == 0)
		s->error = sub.error;
}

static size_t
backquote_end(const struct scan *s)
{
	size_t i;

	for (i = s->pos + 1; i < s->len && s->text[i] != '`'; i++)
		if (s->text[i] == '\\')
			i++;
	return i < s->len ? i : s->len;
}

static void
read_backquotes(struct scan *s, bool in_double)
{
	const size_t start = s->pos + 1;
	const size_t end = backquote_end(s);
	struct buf inner = {0};
	struct buf out = {0};
	bool replaced = false;

	if (!scan_enter(s))
		return;
	if (unescape_backquotes(&inner, s->text + start, end - start, in_double) != 0)
		s->error = ENOMEM;
	else if (inner.len > 0)
		rewrite_backquotes(s, &inner, &out, &replaced);
	if (replaced) {
		scan_copy(s, 1);
		s->pos = end;
		if (escape_backquotes(s->out, out.data, out.len) != 0)
			s->error = ENOMEM;
	} else {
		scan_copy(s, end - s->pos);
	}
	close_with(s, "`");
	buf_free(&inner);
	buf_free(&out);
	scan_leave(s);
}

/*
 * The $ stands before a replacement string, so it is one for the shell only if nothing escapes it.
 */
static void
read_lone_dollar(struct scan *s)
{
	s->script->not_in_place = true;
	scan_put(s, "\\$");
	s->pos++;
}

/* At a $. bare: $'...' is a string here. */
static void
read_dollar(struct scan *s, bool bare)
{
	const int next = scan_peek(s, 1);
	const struct replacement *what;
	size_t end;

	if (next == '{') {
		read_braces(s, bare);
	} else if (next == '(') {
		end = quoted_arithmetic_end(s, 1);
		if (end > 0)
			read_arithmetic(s, end);
		else
			read_command(s);
	} else if (next == '\'' && bare) {
		read_ansi(s);
	} else if (scan_match(s, 1, &what) > 0) {
		read_lone_dollar(s);
	} else {
		s->script->positional |= is_positional(next);
		scan_copy(s, is_special(next) || (next >= '0' && next <= '9') ? 2 : 1);
	}
}

/* At a backslash under double-quote rules. */
static void
read_backslash(struct scan *s, enum quoted_kind kind)
{
	const int next = scan_peek(s, 1);
	const struct replacement *what;

	if (next > 0 && (strchr("$`\\\n", next) || (next == '"' && kind != QUOTED_HEREDOC) ||
			    (next == '}' && kind == QUOTED_BRACES))) {
		scan_copy(s, 2);
	} else if (scan_match(s, 1, &what) > 0) {
		/* Alone it is a plain byte; before a $ it would not be. */
		s->script->not_in_place = true;
		scan_put(s, "\\\\");
		s->pos++;
	} else {
		scan_copy(s, 1);
	}
}

void
quoted_step(struct scan *s, enum quoted_kind kind)
{
	if (scan_replace(s, SCAN_DOUBLE))
		return;
	switch (s->text[s->pos]) {
	case '\\':
		read_backslash(s, kind);
		break;
	case '$':
		read_dollar(s, false);
		break;
	case '`':
		read_backquotes(s, kind != QUOTED_HEREDOC);
		break;
	default:
		scan_copy(s, 1);
	}
}

void
quoted_word_step(struct scan *s)
{
	if (scan_replace(s, SCAN_BARE))
		return;
	switch (s->text[s->pos]) {
	case '\\':
		/*
		 * The last byte of a script escapes nothing, and must not begin to when more is
		 * appended.
		 */
		if (scan_peek(s, 1) == -1) {
			s->script->not_in_place = true;
			scan_put(s, "\\");
		}
		scan_copy(s, 2);
		break;
	case '\'':
		read_single(s);
		break;
	case '"':
		read_double(s);
		break;
	case '$':
		read_dollar(s, true);
		break;
	case '`':
		read_backquotes(s, false);
		break;
	default:
		scan_copy(s, 1);
	}
}

/* Behind the quoted string or escaped byte at i, or i + 1. */
static size_t
skip_quoted(const struct scan *s, size_t i)
{
	const char quote = s->text[i];

	if (quote == '\\')
		return i + 2;
	if (quote != '\'' && quote != '"')
		return i + 1;
	for (i++; i < s->len && s->text[i] != quote; i++)
		if (s->text[i] == '\\' && quote == '"')
			i++;
	return i + 1;
}

size_t
quoted_arithmetic_end(const struct scan *s, size_t ahead)
{
	size_t i = s->pos + ahead + 2;
	unsigned open = 2;

	if (scan_peek(s, ahead) != '(' || scan_peek(s, ahead + 1) != '(')
		return 0;
	while (i < s->len) {
		if (s->text[i] == '(')
			open++;
		else if (s->text[i] == ')' && --open == 1)
			return i + 1 < s->len && s->text[i + 1] == ')' ? i : 0;
		i = skip_quoted(s, i);
	}
	return 0;
}
