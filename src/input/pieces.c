/*
 * Literal parts and replacement strings in a row: a word of an argument vector, or a tag.
 * Knows nothing of shells. Read-only after it was cut, so any thread may expand it.
 */
#include "input/pieces.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int
add_piece(struct pieces *p, struct piece piece)
{
	/* The text is short and cut once: growing one by one is good enough. */
	struct piece *list = realloc(p->list, (p->n + 1) * sizeof(*list));

	if (!list)
		return ENOMEM;
	p->list = list;
	p->list[p->n++] = piece;
	p->replacements += !piece.literal;
	p->each += piece.each;
	return 0;
}

static int
add_literal(struct pieces *p, const char *text, size_t len)
{
	return len == 0 ? 0 : add_piece(p, (struct piece){.literal = text, .len = len});
}

static int
add_replacement(struct pieces *p, const struct replace_set *names, const struct replacement *what)
{
	if (!what)
		return ENOMEM;
	return add_piece(p, (struct piece){.what = what,
				.each = replace_is_each(what),
				.plain = what == replace_plain(names)});
}

int
pieces_add(struct pieces *p, struct replace_set *names, const char *text, size_t len)
{
	size_t start = 0;
	size_t i = 0;

	while (names && i < len) {
		const struct replacement *what = NULL;
		const size_t n = replace_match(names, text + i, len - i, &what);

		if (n == 0) {
			i++;
			continue;
		}
		if (add_literal(p, text + start, i - start) != 0 ||
		    add_replacement(p, names, what) != 0)
			return ENOMEM;
		i += n;
		start = i;
	}
	return add_literal(p, text + start, len - start);
}

int
pieces_add_value(struct pieces *p, const struct replace_set *names)
{
	return add_replacement(p, names, replace_plain(names));
}

void
walk_start(struct walk *w, const struct record *record)
{
	*w = (struct walk){.at = record->data, .left = record->n};
}

void
walk_next(struct walk *w)
{
	w->at += strlen(w->at) + 1;
	w->left--;
}

static int
end_word(struct buf *out, size_t *n)
{
	++*n;
	return buf_putc(out, '\0');
}

/* A piece whose text is the same for each value. */
static int
put_fixed(const struct piece *piece, const struct replace_input *in, struct buf *out)
{
	return piece->literal ? buf_add(out, piece->literal, piece->len)
	                      : replace_value(piece->what, in, 0, out);
}

/* The word once for each value. */
static int
repeat_word(const struct pieces *p, const struct replace_input *in, struct buf *out, size_t *n)
{
	struct walk walk;
	size_t i;
	int err = 0;

	for (walk_start(&walk, in->record); err == 0 && walk.left > 0; walk_next(&walk)) {
		for (i = 0; err == 0 && i < p->n; i++)
			err = p->list[i].each ? replace_value_of(p->list[i].what, walk.at, out)
			                      : put_fixed(&p->list[i], in, out);
		if (err == 0)
			err = end_word(out, n);
	}
	return err;
}

/* One replacement string of a word that is split between the values. */
static int
split_piece(const struct piece *piece, const struct replace_input *in, struct buf *out, size_t *n)
{
	struct walk walk;
	int err = 0;

	walk_start(&walk, in->record);
	while (err == 0 && walk.left > 0) {
		err = replace_value_of(piece->what, walk.at, out);
		walk_next(&walk);
		if (err == 0 && walk.left > 0)
			err = end_word(out, n);
	}
	return err;
}

int
pieces_words(
    const struct pieces *p, const struct replace_input *in, bool repeat, struct buf *out, size_t *n)
{
	const size_t values = in->record->n;
	size_t i;
	int err = 0;

	if (p->n == 1 && p->list[0].plain) {
		*n += values;
		return buf_add(out, in->record->data, in->record->bytes);
	}
	if (p->each > 0 && repeat && values > 1)
		return repeat_word(p, in, out, n);
	if (values == 0 && p->each > 0 && p->each == p->n)
		return 0;
	for (i = 0; err == 0 && i < p->n; i++)
		err = p->list[i].each ? split_piece(&p->list[i], in, out, n)
		                      : put_fixed(&p->list[i], in, out);
	return err == 0 ? end_word(out, n) : err;
}

void
pieces_release(struct pieces *p)
{
	free(p->list);
	*p = (struct pieces){0};
}
