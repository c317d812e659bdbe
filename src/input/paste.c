/*
 * Texts with values pasted in, byte for byte as GNU parallel makes them. A word falls into tokens:
 * replacement strings, and the texts between them, cut at blanks where the surroundings of a string
 * are repeated. Knows nothing of shells but how a value is quoted.
 */
#include "input/paste.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "input/quote.h"

static bool
is_white(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static int
add_token(struct paste *p, struct paste_token token)
{
	struct paste_token *list = realloc(p->list, (p->n + 1) * sizeof(*list));

	if (!list)
		return ENOMEM;
	p->list = list;
	list[p->n++] = token;
	return 0;
}

static int
add_text(struct paste *p, const char *text, size_t len)
{
	return add_token(
	    p, (struct paste_token){.kind = PASTE_TEXT, .piece = {.literal = text, .len = len}});
}

/* A text between replacement strings; each white byte is a token of its own. */
static int
add_literal(struct paste *p, const char *text, size_t len)
{
	size_t start = 0;
	size_t i;

	for (i = 0; p->repeat && i < len; i++) {
		if (!is_white(text[i]))
			continue;
		if ((i > start && add_text(p, text + start, i - start) != 0) ||
		    add_text(p, text + i, 1) != 0)
			return ENOMEM;
		start = i + 1;
	}
	return start < len ? add_text(p, text + start, len - start) : 0;
}

/*
 * What of a word is context. A run between white bytes with a replacement string in it is; the
 * strings themselves count for nothing.
 */
static void
measure_word(struct paste_lengths *lengths, const struct pieces *word)
{
	bool holds_value = false;
	size_t run = 0;
	size_t i, k;

	for (i = 0; i < word->n; i++) {
		const struct piece *piece = &word->list[i];

		holds_value |= !piece->literal;
		for (k = 0; piece->literal && k < piece->len; k++) {
			if (!is_white(piece->literal[k])) {
				run++;
				continue;
			}
			*(holds_value ? &lengths->context : &lengths->rest) += run;
			lengths->contexts += holds_value;
			lengths->rest++;
			run = 0;
			holds_value = false;
		}
	}
	*(holds_value ? &lengths->context : &lengths->rest) += run;
	lengths->contexts += holds_value;
	lengths->values += word->replacements;
}

static int
add_word(struct paste *p, const struct pieces *word)
{
	size_t i;
	int err = 0;

	if (p->n > 0) {
		err = add_token(p, (struct paste_token){.kind = PASTE_SPACE});
		p->lengths.rest++;
	}
	if (err == 0 && word->n == 0)
		err = add_text(p, "", 0);
	for (i = 0; err == 0 && i < word->n; i++) {
		const struct piece *piece = &word->list[i];

		err =
		    piece->literal
			? add_literal(p, piece->literal, piece->len)
			: add_token(p, (struct paste_token){.kind = PASTE_VALUE, .piece = *piece});
	}
	measure_word(&p->lengths, word);
	return err;
}

int
paste_word(struct paste *p, const char *text, size_t len)
{
	struct pieces word = {0};
	int err = pieces_add(&word, p->names, text, len);

	if (err == 0)
		err = add_word(p, &word);
	pieces_release(&word);
	return err;
}

int
paste_value_word(struct paste *p)
{
	struct pieces word = {0};
	int err = pieces_add_value(&word, p->names);

	if (err == 0)
		err = add_word(p, &word);
	pieces_release(&word);
	return err;
}

static bool
is_one_byte(const struct paste_token *token, char c)
{
	return token->kind == PASTE_TEXT && token->piece.len == 1 && *token->piece.literal == c;
}

/*
 * Where the command starts with a replacement string, its values are (part of) a command line and
 * must not be quoted. Not behind a = : that is an assignment.
 */
static bool
starts_with_value(const struct paste *p)
{
	size_t i, k;

	for (i = 0; i < p->n; i++) {
		const struct piece *piece = &p->list[i].piece;

		if (p->list[i].kind != PASTE_TEXT)
			return p->list[i].kind == PASTE_VALUE;
		for (k = 0; k < piece->len; k++)
			if (strchr(" \t\n=", piece->literal[k]))
				return false;
	}
	return false;
}

/* A tab belongs to the group behind it, a blank to none; other white bytes end no group. */
static void
find_groups(struct paste *p)
{
	size_t start = 0;
	size_t i;

	for (i = 0; i < p->n; i++) {
		struct paste_token *token = &p->list[i];
		const bool alone = token->kind == PASTE_SPACE || is_one_byte(token, ' ');

		if (alone || is_one_byte(token, '\t'))
			start = i;
		p->list[start].group++;
		p->list[start].repeated |= token->kind == PASTE_VALUE && token->piece.each;
		if (alone)
			start = i + 1;
	}
}

static void
measure_groups(struct paste *p)
{
	size_t left = 0;
	size_t i;

	for (i = 0; i < p->n; i++) {
		if (p->list[i].repeated)
			left = p->list[i].group;
		if (left > 0) {
			p->lengths.repeated += p->list[i].piece.len;
			left--;
		}
	}
}

void
paste_finish(struct paste *p, bool quote_values)
{
	p->quote_values = quote_values && !p->quote_words && !starts_with_value(p);
	if (!p->repeat)
		return;
	find_groups(p);
	measure_groups(p);
}

/* Expanding. */

struct writer {
	const struct paste *paste;
	const struct replace_input *in;
	struct buf *out;
	size_t start; /* where the command starts in out */
	size_t word;  /* where the current word starts */
	bool in_word; /* it has something, be it empty */
};

/* Before each thing that belongs to a word. */
static int
open_word(struct writer *w)
{
	int err = 0;

	if (w->in_word || !w->paste->quote_words)
		return 0;
	if (w->out->len > w->start)
		err = buf_putc(w->out, ' ');
	w->word = w->out->len;
	w->in_word = true;
	return err;
}

static int
close_word(struct writer *w)
{
	if (!w->in_word)
		return 0;
	w->in_word = false;
	return quote_pasted(w->out, w->word);
}

static int
put_space(struct writer *w)
{
	return w->paste->quote_words ? close_word(w) : buf_putc(w->out, ' ');
}

/* A position that the job does not have is nothing, not an empty argument. */
static bool
is_absent(const struct replacement *what, const struct record *record)
{
	const int position = replace_position(what);

	return position != 0 && (size_t)abs(position) > record->n;
}

/* One value; walk NULL: a string that is not made from each. */
static int
put_value(struct writer *w, const struct piece *piece, struct walk *walk)
{
	const bool absent = !walk && is_absent(piece->what, w->in->record);
	size_t from;
	int err;

	if (absent && w->in->record->n == 0)
		return 0;
	err = open_word(w);
	from = w->out->len;
	if (err == 0)
		err = walk ? replace_value_of(piece->what, walk->at, w->out)
		           : replace_value(piece->what, w->in, 0, w->out);
	return err == 0 && w->paste->quote_values && !absent ? quote_pasted(w->out, from) : err;
}

/* A replacement string by itself: its values are words. */
static int
put_values(struct writer *w, const struct piece *piece)
{
	struct walk walk;
	int err = 0;

	if (!piece->each)
		return put_value(w, piece, NULL);
	walk_start(&walk, w->in->record);
	while (err == 0 && walk.left > 0) {
		err = put_value(w, piece, &walk);
		walk_next(&walk);
		if (err == 0 && walk.left > 0)
			err = put_space(w);
	}
	return err;
}

static int
put_token(struct writer *w, const struct paste_token *token, struct walk *walk)
{
	int err;

	switch (token->kind) {
	case PASTE_TEXT:
		err = open_word(w);
		if (err == 0)
			err = buf_add(w->out, token->piece.literal, token->piece.len);
		return err;
	case PASTE_VALUE:
		return walk && token->piece.each ? put_value(w, &token->piece, walk)
		                                 : put_values(w, &token->piece);
	case PASTE_SPACE:
		break;
	}
	return put_space(w);
}

static int
repeat_group(struct writer *w, const struct paste_token *group)
{
	struct walk walk;
	size_t i;
	int err = 0;

	walk_start(&walk, w->in->record);
	while (err == 0 && walk.left > 0) {
		for (i = 0; err == 0 && i < group->group; i++)
			err = put_token(w, &group[i], &walk);
		walk_next(&walk);
		if (err == 0 && walk.left > 0)
			err = put_space(w);
	}
	return err;
}

int
paste_expand(const struct paste *p, const struct replace_input *in, struct buf *out)
{
	struct writer w = {.paste = p, .in = in, .out = out, .start = out->len};
	size_t i = 0;
	int err = 0;

	while (err == 0 && i < p->n) {
		if (p->repeat && p->list[i].repeated && in->record->n > 1) {
			err = repeat_group(&w, &p->list[i]);
			i += p->list[i].group;
		} else {
			err = put_token(&w, &p->list[i++], NULL);
		}
	}
	return err == 0 ? close_word(&w) : err;
}

void
paste_release(struct paste *p)
{
	free(p->list);
}
