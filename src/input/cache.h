/*
 * Items that are kept, for who needs them again: one piece of memory for all texts. One thread.
 */
#ifndef SPOOL_CACHE_H
#define SPOOL_CACHE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "input/item.h"

/* Zero-initialise; cache_free() at the end, and to forget all. */
struct cache {
	struct buf texts;
	uint64_t *ends; /* owned; for each where its text ends, and what else there is to know */
	size_t n;
	size_t cap;
};

/* Returns 0 or ENOMEM. Moves the texts: what cache_get() gave before is not valid any more. */
int cache_add(struct cache *c, const struct item *item);

/* Item i, i < n; its text is valid until the next change. */
struct item cache_get(const struct cache *c, size_t i);

/* Forget all, keep the memory. */
void cache_reset(struct cache *c);
void cache_free(struct cache *c);

#endif
