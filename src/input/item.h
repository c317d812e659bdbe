/*
 * A value as it was read: a slice of its source's memory. Plain data.
 */
#ifndef SPOOL_ITEM_H
#define SPOOL_ITEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct item {
	const char *text; /* no NUL in it, none behind it */
	size_t len;
	/*
	 * not 0: it had so many bytes, more than an argument can have, and was read past: len is
	 * 0
	 */
	uint64_t too_long;
	bool ends_line; /* the last of its line, for -L; where a line is one item: always */
};

/* Items that lie one behind the other, each ended by a NUL. */
struct block {
	const char *text; /* valid as long as an item */
	size_t bytes;     /* the NULs included */
	size_t n;
	size_t longest; /* bytes of an item, its NUL included */
};

struct block_limits {
	uint64_t n;
	uint64_t bytes; /* of all items, with their NULs and each once for an item */
	uint64_t each;
	uint64_t longest; /* of an item, its NUL included */
};

/* The values of one line of input, or of one combination of several sources. */
struct row {
	struct item *items; /* owned by who fills it */
	size_t n;
};

#endif
