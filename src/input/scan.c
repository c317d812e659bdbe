/*
 * The primitives of the script scanner: cursor, output, and the variable that takes the place of a
 * replacement string. A value never enters the text, so no byte of it can be parsed. Knows nothing
 * of the shell's grammar. Errors are sticky: the pass runs on without harm and its caller looks
 * once, at the end.
 */
#include "input/scan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	MAX_DEPTH = 200, /* of nested quotes and substitutions; the scanner is recursive */
};

static void
keep_error(struct scan *s, int error)
{
	if (s->error == 0)
		s->error = error;
}

/* The number of the variable that holds what. */
static size_t
variable_number(struct scan *s, const struct replacement *what)
{
	struct script *script = s->script;
	const struct replacement **list;
	size_t i;

	if (what == replace_plain(s->names)) {
		script->uses_value = true;
		return 0;
	}
	for (i = 0; i < script->n_derived; i++)
		if (script->derived[i] == what)
			return i + 1;
	list = realloc(script->derived, (i + 1) * sizeof(struct replacement *));
	if (!list) {
		keep_error(s, ENOMEM);
		return 0;
	}
	list[i] = what;
	script->derived = list;
	script->n_derived = i + 1;
	return i + 1;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* What may stand beside a word without being part of it. */
static bool
is_word_edge(int c)
{
	return c == -1 || c == ' ' || c == '\t' || c == '\n';
}

static enum site_quoting
site_quoting(const struct scan *s, enum scan_context context, size_t len)
{
	const int before = s->pos > 0 ? (unsigned char)s->text[s->pos - 1] : -1;

	if (context == SCAN_DOUBLE)
		return SITE_DOUBLE;
	if (context == SCAN_SINGLE)
		return SITE_SINGLE;
	return !s->command_word && is_word_edge(before) && is_word_edge(scan_peek(s, len))
	           ? SITE_WORD
	           : SITE_PART;
}

/* Do several values become several words here? Not in an assignment. */
static bool
splits(const struct scan *s, enum scan_context context)
{
	const char *word = s->text + s->word_start;

	return context == SCAN_BARE && s->splits &&
	       !(s->command_word && memchr(word, '=', s->pos - s->word_start));
}

static void
note_each(struct scan *s, const struct replacement *what, size_t len, bool several)
{
	struct script *script = s->script;

	script->each_splits |= several;
	script->derived_splits |= several && what != replace_plain(s->names);
	script->each_in_context |=
	    !several || s->pos != s->word_start || !scan_ends_word(scan_peek(s, len));
}

static void
add_site(struct scan *s, enum scan_context context, const struct replacement *what, size_t len)
{
	const bool each = replace_is_each(what);
	const bool several = each && splits(s, context);
	struct script *script = s->script;
	struct script_site *sites;

	if (each)
		note_each(s, what, len, several);
	if (s->shielded > 0 || context == SCAN_ANSI)
		script->not_in_place = true;
	if (script->not_in_place)
		return;
	sites = realloc(script->sites, (script->n_sites + 1) * sizeof(*sites));
	if (!sites) {
		keep_error(s, ENOMEM);
		return;
	}
	script->sites = sites;
	sites[script->n_sites++] = (struct script_site){
	    .at = s->pos,
	    .len = len,
	    .what = what,
	    .quoting = site_quoting(s, context, len),
	    .each = each,
	    .splits = several,
	};
}

/*
 * $'...' opens again as '...' if no backslash is left in it: that is the same, and right even for a
 * shell that does not know $'...' and would see a $ twice.
 */
static const char *
reopen_ansi(const struct scan *s)
{
	size_t i;

	for (i = s->pos; i < s->len && s->text[i] != '\''; i++)
		if (s->text[i] == '\\')
			return "$'";
	return "'";
}

int
scan_peek(const struct scan *s, size_t ahead)
{
	return ahead < s->len - s->pos ? (unsigned char)s->text[s->pos + ahead] : -1;
}

bool
scan_ends_word(int c)
{
	return c == -1 || (c != 0 && strchr(" \t\n;&|<>()", c) != NULL);
}

bool
scan_at(const struct scan *s, const char *what)
{
	const size_t n = strlen(what);

	return n <= s->len - s->pos && memcmp(s->text + s->pos, what, n) == 0;
}

void
scan_copy(struct scan *s, size_t n)
{
	if (n > s->len - s->pos)
		n = s->len - s->pos;
	if (buf_add(s->out, s->text + s->pos, n) != 0)
		keep_error(s, ENOMEM);
	s->pos += n;
}

void
scan_put(struct scan *s, const char *text)
{
	if (buf_puts(s->out, text) != 0)
		keep_error(s, ENOMEM);
}

void
scan_splice(struct scan *s, size_t at, size_t len, const char *text, size_t text_len)
{
	struct buf *out = s->out;

	if (buf_reserve(out, text_len) != 0) {
		keep_error(s, ENOMEM);
		return;
	}
	memmove(out->data + at + text_len, out->data + at + len, out->len - at - len);
	memcpy(out->data + at, text, text_len);
	out->len = out->len - len + text_len;
}

size_t
scan_match(const struct scan *s, size_t ahead, const struct replacement **found)
{
	const size_t at = s->pos + ahead;

	if (!s->names || at >= s->len || (s->text[at] == '{' && at > 0 && s->text[at - 1] == '$'))
		return 0;
	return replace_match(s->names, s->text + at, s->len - at, found);
}

void
scan_put_variable(struct scan *s, const struct replacement *what)
{
	s->script->has_replacement = true;
	if (buf_printf(s->out, "${" SCAN_VARIABLE "%zu}", variable_number(s, what)) != 0)
		keep_error(s, ENOMEM);
}

bool
scan_replace(struct scan *s, enum scan_context context)
{
	const struct replacement *what = NULL;
	const size_t n = scan_match(s, 0, &what);
	bool at;

	if (n == 0)
		return false;
	if (!what) {
		keep_error(s, ENOMEM);
		s->pos += n;
		return true;
	}
	at = s->use_at && what == replace_plain(s->names) && splits(s, context);
	add_site(s, context, what, n);
	s->pos += n;
	if (at) {
		s->script->has_replacement = true;
		scan_put(s, "\"$@\"");
		return true;
	}
	if (context == SCAN_SINGLE || context == SCAN_ANSI)
		scan_put(s, "'");
	if (context != SCAN_DOUBLE)
		scan_put(s, "\"");
	scan_put_variable(s, what);
	if (context != SCAN_DOUBLE)
		scan_put(s, "\"");
	if (context == SCAN_SINGLE)
		scan_put(s, "'");
	else if (context == SCAN_ANSI)
		scan_put(s, reopen_ansi(s));
	return true;
}

/*
 * May what stands around a site be repeated by itself? If not all of a word is, a quote or bracket
 * must not be cut through.
 */
static bool
can_repeat(const struct scan *s, const struct script_site *site, size_t start)
{
	size_t i;

	if (site->from == start && site->to == s->pos)
		return true;
	for (i = site->from; i < site->to; i++)
		if ((i < site->at || i >= site->at + site->len) &&
		    strchr("'\"\\$`(){}", s->text[i]))
			return false;
	return true;
}

void
scan_close_word(struct scan *s, size_t start)
{
	struct script *script = s->script;
	size_t i;

	/* The text between backquotes is one of its own, and has no sites. */
	if (s->shielded > 0)
		return;
	for (i = script->n_sites; i > 0 && script->sites[i - 1].at >= start; i--) {
		struct script_site *site = &script->sites[i - 1];

		if (site->closed)
			continue;
		site->closed = true;
		for (site->from = site->at; site->from > start; site->from--)
			if (is_blank(s->text[site->from - 1]))
				break;
		for (site->to = site->at + site->len; site->to < s->pos; site->to++)
			if (is_blank(s->text[site->to]))
				break;
		script->no_repeat |= !can_repeat(s, site, start);
	}
}

bool
scan_enter(struct scan *s)
{
	if (s->depth >= MAX_DEPTH) {
		keep_error(s, EINVAL);
		s->pos = s->len;
		return false;
	}
	s->depth++;
	return true;
}

void
scan_leave(struct scan *s)
{
	s->depth--;
}
