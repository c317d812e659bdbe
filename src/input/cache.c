/*
 * Kept items cost their text and eight bytes each. The length of one that was too long, which has
 * no text, stands where the text would. Knows nothing of where items come from. No lock.
 */
#include "input/cache.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Beside the end of a text. */
#define ENDS_LINE (UINT64_C(1) << 63)
#define TOO_LONG (UINT64_C(1) << 62)
#define END (TOO_LONG - 1)

int
cache_add(struct cache *c, const struct item *item)
{
	const uint64_t too_long = item->too_long;

	if (c->n == c->cap) {
		const size_t cap = c->cap ? c->cap * 2 : 64;
		uint64_t *ends = realloc(c->ends, cap * sizeof(*ends));

		if (!ends)
			return ENOMEM;
		c->ends = ends;
		c->cap = cap;
	}
	if (too_long ? buf_add(&c->texts, &too_long, sizeof(too_long))
		     : buf_add(&c->texts, item->text, item->len))
		return ENOMEM;
	c->ends[c->n++] =
	    c->texts.len | (item->ends_line ? ENDS_LINE : 0) | (too_long ? TOO_LONG : 0);
	return 0;
}

struct item
cache_get(const struct cache *c, size_t i)
{
	const size_t start = i > 0 ? (size_t)(c->ends[i - 1] & END) : 0;
	const uint64_t end = c->ends[i];
	struct item item = {.text = "", .ends_line = (end & ENDS_LINE) != 0};

	if (end & TOO_LONG) {
		memcpy(&item.too_long, c->texts.data + start, sizeof(item.too_long));
		return item;
	}
	item.len = (size_t)(end & END) - start;
	if (item.len > 0)
		item.text = c->texts.data + start;
	return item;
}

void
cache_reset(struct cache *c)
{
	buf_reset(&c->texts);
	c->n = 0;
}

void
cache_free(struct cache *c)
{
	buf_free(&c->texts);
	free(c->ends);
	*c = (struct cache){0};
}
