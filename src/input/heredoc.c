/*
 * Here-documents. Where the delimiter is unquoted the body takes plain variables. Where it is
 * quoted (<<'EOF') nothing in the body would be expanded, so a body with replacement strings is
 * made one with an unquoted delimiter of our own, and everything else in it is escaped. Knows
 * nothing of commands.
 */
#include "input/heredoc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "input/quoted.h"

/* Delimiter of a body whose own was quoted; longer if that is in the body. */
#define OWN_DELIMITER SCAN_VARIABLE "end"

struct heredocs {
	struct heredocs *next;
	struct buf delimiter; /* unquoted */
	bool quoted;
	bool strips_tabs; /* <<- */
	size_t out_at;    /* the delimiter word in the output */
	size_t out_len;
};

/* One element of the delimiter word, its quotes taken off. The word is never expanded. */
static void
read_delimiter_step(struct scan *s, struct heredocs *doc)
{
	const char quote = s->text[s->pos];
	size_t start = s->pos;

	if (quote == '\\' || quote == '\'' || quote == '"') {
		doc->quoted = true;
		start++;
	}
	s->pos++;
	if (quote == '\\' && s->pos < s->len)
		s->pos++;
	if (quote == '\'' || quote == '"')
		while (s->pos < s->len && s->text[s->pos] != quote)
			s->pos++;
	if (buf_add(&doc->delimiter, s->text + start, s->pos - start) != 0)
		s->error = ENOMEM;
	if ((quote == '\'' || quote == '"') && s->pos < s->len)
		s->pos++;
}

static void
read_delimiter(struct scan *s, struct heredocs *doc)
{
	const size_t start = s->pos;

	while (!scan_ends_word(scan_peek(s, 0)))
		read_delimiter_step(s, doc);
	doc->out_at = s->out->len;
	doc->out_len = s->pos - start;
	s->pos = start;
	scan_copy(s, doc->out_len);
}

static size_t
line_end(const struct scan *s, size_t at)
{
	const char *newline = memchr(s->text + at, '\n', s->len - at);

	return newline ? (size_t)(newline - s->text) : s->len;
}

/* A backslash that nothing escapes joins the next line to this one, so that one is no delimiter. */
static bool
is_continued(const struct scan *s, size_t start, size_t end)
{
	size_t backslashes = 0;

	while (end > start && s->text[end - 1] == '\\') {
		end--;
		backslashes++;
	}
	return backslashes % 2 == 1;
}

static bool
is_delimiter(const struct scan *s, const struct heredocs *doc, size_t start, size_t end)
{
	if (doc->strips_tabs)
		while (start < end && s->text[start] == '\t')
			start++;
	return end - start == doc->delimiter.len &&
	       (end == start || memcmp(s->text + start, doc->delimiter.data, end - start) == 0);
}

/* Where the line with the delimiter starts; the end of the text if there is none. */
static size_t
body_end(const struct scan *s, const struct heredocs *doc)
{
	bool continued = false;
	size_t at = s->pos;

	while (at < s->len) {
		const size_t end = line_end(s, at);

		if (!continued && is_delimiter(s, doc, at, end))
			return at;
		continued = !doc->quoted && is_continued(s, at, end);
		at = end < s->len ? end + 1 : end;
	}
	return s->len;
}

static bool
body_has_replacement(const struct scan *s, size_t end)
{
	const struct replacement *what;
	size_t i;

	for (i = s->pos; i < end; i++)
		if (scan_match(s, i - s->pos, &what) > 0)
			return true;
	return false;
}

static bool
contains(const char *text, size_t len, const struct buf *what)
{
	size_t i;

	for (i = 0; what->len <= len && i <= len - what->len; i++)
		if (memcmp(text + i, what->data, what->len) == 0)
			return true;
	return false;
}

/* Put a delimiter of our own where the quoted one was, and make doc->delimiter that. */
static void
change_delimiter(struct scan *s, struct heredocs *doc, size_t end)
{
	struct buf *own = &doc->delimiter;
	const size_t before = s->out->len;
	struct heredocs *later;

	buf_reset(own);
	if (buf_puts(own, OWN_DELIMITER) != 0)
		s->error = ENOMEM;
	while (s->error == 0 && contains(s->text + s->pos, end - s->pos, own))
		if (buf_putc(own, '_') != 0)
			s->error = ENOMEM;
	if (s->error != 0)
		return;
	scan_splice(s, doc->out_at, doc->out_len, own->data, own->len);
	for (later = doc->next; later; later = later->next)
		later->out_at = later->out_at + s->out->len - before;
}

static void
read_literal_body(struct scan *s, struct heredocs *doc, size_t end)
{
	const struct replacement *what;
	size_t n;

	if (!body_has_replacement(s, end)) {
		scan_copy(s, end - s->pos);
		return;
	}
	change_delimiter(s, doc, end);
	while (s->pos < end) {
		n = scan_match(s, 0, &what);
		if (n > 0) {
			scan_put_variable(s, what);
			s->pos += n;
			continue;
		}
		if (strchr("$`\\", s->text[s->pos]))
			scan_put(s, "\\");
		scan_copy(s, 1);
	}
}

static void
read_body(struct scan *s, struct heredocs *doc)
{
	const size_t end = body_end(s, doc);
	const size_t len = s->len;

	s->script->has_heredoc = true;
	s->shielded++;
	s->len = end;
	if (doc->quoted)
		read_literal_body(s, doc, end);
	else
		while (s->pos < s->len)
			quoted_step(s, QUOTED_HEREDOC);
	s->len = len;
	s->shielded--;
	if (end == len)
		return;
	/* The line with the delimiter; its newline is the caller's text again. */
	if (s->error == 0 && buf_add(s->out, doc->delimiter.data, doc->delimiter.len) != 0)
		s->error = ENOMEM;
	s->pos = line_end(s, end);
	scan_copy(s, 1);
}

void
heredoc_open(struct scan *s)
{
	struct heredocs *doc = calloc(1, sizeof(*doc));
	struct heredocs **last = &s->heredocs;

	if (!doc) {
		s->error = ENOMEM;
		s->pos = s->len;
		return;
	}
	scan_copy(s, 2);
	if (scan_at(s, "-")) {
		doc->strips_tabs = true;
		scan_copy(s, 1);
	}
	while (scan_at(s, " ") || scan_at(s, "\t"))
		scan_copy(s, 1);
	read_delimiter(s, doc);
	while (*last)
		last = &(*last)->next;
	*last = doc;
}

static void
drop_first(struct scan *s)
{
	struct heredocs *doc = s->heredocs;

	s->heredocs = doc->next;
	buf_free(&doc->delimiter);
	free(doc);
}

void
heredoc_bodies(struct scan *s)
{
	while (s->heredocs) {
		struct heredocs *doc = s->heredocs;

		if (s->pos < s->len)
			read_body(s, doc);
		drop_first(s);
	}
}

void
heredoc_drop(struct scan *s)
{
	while (s->heredocs)
		drop_first(s);
}
