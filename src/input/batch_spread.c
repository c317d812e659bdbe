/*
 * Evenly, as GNU parallel does it: of n rows each job gets n divided by the slots, rounded up,
 * until none are left; so there may be fewer jobs than slots. Knows nothing of sizes: a part of
 * what fits into a command fits too. One thread; no lock.
 */
#include "input/batch_spread.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int
spread_note(struct spread *s, size_t width, int64_t input_end)
{
	if (s->n == s->cap) {
		const size_t cap = s->cap ? 2 * s->cap : 64;
		struct spread_row *rows = realloc(s->rows, cap * sizeof(*rows));

		if (!rows)
			return ENOMEM;
		s->rows = rows;
		s->cap = cap;
	}
	s->rows[s->n++] = (struct spread_row){.width = width, .input_end = input_end};
	return 0;
}

void
spread_forget(struct spread *s)
{
	s->n = 0;
}

void
spread_begin(struct spread *s, struct record *all, unsigned slots)
{
	s->all = all;
	s->per_job = s->n / slots + (s->n % slots != 0);
	s->row = 0;
	s->at = all->data;
}

struct record *
spread_next(struct spread *s)
{
	const size_t end = s->n - s->row > s->per_job ? s->row + s->per_job : s->n;
	struct record_builder share = {0};
	struct record *r = NULL;

	for (; s->row < end; s->row++)
		for (size_t i = 0; i < s->rows[s->row].width; i++) {
			const size_t len = strlen(s->at);

			if (record_builder_add(&share, s->at, len) != 0)
				goto out;
			s->at += len + 1;
		}
	if ((r = record_builder_take(&share)) != NULL && end > 0)
		r->input_end = s->rows[end - 1].input_end;
	if (s->row == s->n) {
		free(s->all);
		s->all = NULL;
		s->n = 0;
	}
out:
	record_builder_free(&share);
	return r;
}

void
spread_release(struct spread *s)
{
	free(s->all);
	free(s->rows);
	*s = (struct spread){0};
}
