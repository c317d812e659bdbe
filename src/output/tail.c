/*
 * The tail of a stream. Knows nothing of jobs. A small output costs as much as it is long: the ring
 * is doubled until it holds what is kept, and goes round only then. No lock.
 */
#include "output/tail.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_BYTES 512

/* More room, while the ring has not gone round. */
static void
grow(struct tail **t, size_t keep, size_t n)
{
	const uint64_t total = *t != NULL ? (*t)->total : 0;
	size_t cap = *t != NULL ? (*t)->cap : 0;
	struct tail *more;

	if (total > cap || n <= cap - total || cap == keep)
		return;
	for (cap = cap > 0 ? cap : FIRST_BYTES; cap < keep && cap - total < n;)
		cap *= 2;
	if (cap > keep)
		cap = keep;
	if ((more = realloc(*t, sizeof(*more) + cap)) == NULL)
		return;
	more->cap = cap;
	more->total = total;
	*t = more;
}

void
tail_add(struct tail **t, size_t keep, const char *data, size_t n)
{
	struct tail *tail;

	grow(t, keep, n);
	if ((tail = *t) == NULL)
		return;
	if (n > tail->cap) { /* what would be written over at once */
		tail->total += n - tail->cap;
		data += n - tail->cap;
		n = tail->cap;
	}
	while (n > 0) {
		const size_t at = (size_t)(tail->total % tail->cap);
		const size_t part = n < tail->cap - at ? n : tail->cap - at;

		memcpy(tail->data + at, data, part);
		tail->total += part;
		data += part;
		n -= part;
	}
}

static void
reverse(char *data, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		const char c = data[i];

		data[i] = data[n - 1 - i];
		data[n - 1 - i] = c;
	}
}

size_t
tail_get(struct tail *t, size_t n, const char **data)
{
	size_t at, held;

	*data = "";
	if (t == NULL)
		return 0;
	held = t->total < t->cap ? (size_t)t->total : t->cap;
	at = held == t->cap ? (size_t)(t->total % t->cap) : 0;
	if (at > 0) {
		reverse(t->data, at);
		reverse(t->data + at, t->cap - at);
		reverse(t->data, t->cap);
		t->total =
		    2 * (uint64_t)t->cap; /* the oldest byte stands first; it is still full */
	}
	if (n > held)
		n = held;
	*data = t->data + (held - n);
	return n;
}

void
tail_cut(struct tail **t, size_t n)
{
	struct tail *less;
	const char *last;

	n = tail_get(*t, n, &last);
	if (n == 0) {
		free(*t);
		*t = NULL;
		return;
	}
	memmove((*t)->data, last, n);
	(*t)->total = (*t)->cap = n;
	if ((less = realloc(*t, sizeof(*less) + n)) != NULL)
		*t = less;
}
