/*
 * Which rows were there before. Compares bytes, and keeps all it has seen. One thread.
 */
#ifndef SPOOL_UNIQUE_H
#define SPOOL_UNIQUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "input/item.h"

/* Zero-initialise; unique_free() at the end. */
struct unique {
	struct buf rows; /* one behind the other */
	uint64_t *table; /* owned; a power of two of them, or NULL */
	size_t size;
	size_t n;
};

/*
 * Is this row the first of its kind? Remembers it if so. Rows are the same when they have as many
 * values and all are the same; one with a value that was too long is like no other. Returns 0 or
 * ENOMEM.
 */
int unique_add(struct unique *u, const struct row *row, bool *first);

void unique_free(struct unique *u);

#endif
