/*
 * Rows of several sources: their product (the last varies fastest), or in step. Main thread only.
 *
 * Parts that step together are a group: linked ones (the shortest ends them), or all (--link: the
 * longest ends them, the others start again). Rows are the product of the groups. The first group
 * is read once and not kept; the others are kept as they are read for the first time.
 */
#ifndef SPOOL_PRODUCT_H
#define SPOOL_PRODUCT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "input/cache.h"
#include "input/columns.h"
#include "input/source.h"

/* One source's part of a row. */
struct part {
	/* set before product_start(), then read-only */
	struct source *source;
	struct columns *columns; /* NULL: an item is a value */
	bool list;               /* is at hand: never waits */
	bool linked;             /* steps with the part before it */
	/* another part reads the same source, so that an item is not valid for long */
	bool shared;

	/* the product's own */
	struct cache kept;
	bool ended;      /* of a wrapped group: starts again */
	struct item one; /* the current value, where there are no columns */
	struct row row;  /* the current values */
};

struct group {
	size_t first;  /* part */
	size_t n;      /* of parts, at least one */
	bool keep;     /* will be asked again */
	bool complete; /* all was read: rows says how many there are, all parts are kept */
	uint64_t rows;
	uint64_t row;  /* how many were given, in this turn */
	size_t cursor; /* the part that is to be stepped next, in two rounds */
	bool fresh;    /* of a wrapped group: a part gave something new */
};

struct product {
	/* set before product_start(), then read-only */
	struct part *parts; /* not owned; what is in them is freed by product_free() */
	size_t n_parts;
	bool wrap;     /* one group of all, that wraps */
	bool keep_all; /* product_at() will be used */

	/* own */
	struct group *groups;
	size_t n_groups;
	size_t at;          /* the group that is to be stepped next */
	struct item *items; /* of the row, where it has several parts */
	size_t cap;
	enum source_status final;  /* SOURCE_ITEM while there may be more */
	const struct part *failed; /* whose source failed; NULL: out of memory */
};

/* Returns 0 or ENOMEM. */
int product_start(struct product *p);

/* The next row, valid until the next call. As source_next(). */
enum source_status product_next(struct product *p, struct row *out);

/*
 * Row i, counted from 0 in the order in which product_next() gave them; with keep_all, and after
 * SOURCE_END. Returns 0 or ENOMEM.
 */
int product_at(struct product *p, uint64_t i, struct row *out);

/* Whether product_next() will neither block nor read. False may also mean: not known. */
bool product_ready(const struct product *p);

void product_free(struct product *p);

#endif
