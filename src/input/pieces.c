/*
 * Literal parts and replacement strings in a row: a word of an argument vector, or a tag.
 * Knows nothing of shells. Read-only after it was cut, so any thread may expand it.
 */
#include "input/pieces.h"

#include <errno.h>
#include <stdlib.h>

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
	return 0;
}

static int
add_literal(struct pieces *p, const char *text, size_t len)
{
	return len == 0 ? 0 : add_piece(p, (struct piece){.literal = text, .len = len});
}

int
pieces_add(struct pieces *p, const struct replace_names *names, const char *text, size_t len)
{
	size_t start = 0;
	size_t i = 0;

	while (i < len) {
		struct piece found = {.literal = NULL};
		const size_t n = replace_match(names, text + i, len - i, &found.what);

		if (n == 0) {
			i++;
			continue;
		}
		if (add_literal(p, text + start, i - start) != 0 || add_piece(p, found) != 0)
			return ENOMEM;
		i += n;
		start = i;
	}
	return add_literal(p, text + start, len - start);
}

int
pieces_expand(const struct pieces *p, const struct record *record, uint64_t seq, unsigned slot,
    struct buf *out)
{
	size_t i;

	for (i = 0; i < p->n; i++) {
		const struct piece *piece = &p->list[i];
		const int err = piece->literal ? buf_add(out, piece->literal, piece->len)
		                               : replace_value(piece->what, record, seq, slot, out);

		if (err != 0)
			return err;
	}
	return 0;
}

void
pieces_release(struct pieces *p)
{
	free(p->list);
	*p = (struct pieces){0};
}
