/*
 * The exact median of all that was seen so far. Takes 8 bytes a value.
 */
#ifndef SPOOL_MEDIAN_H
#define SPOOL_MEDIAN_H

#include <stddef.h>
#include <stdint.h>

struct median_heap {
	int64_t *values; /* the smallest on top */
	size_t n;
	size_t cap;
};

/* Starts as zero. Not locked. */
struct median {
	struct median_heap low;  /* the lower half, negated: its greatest is on top */
	struct median_heap high; /* the upper half; as many, or one less */
};

/* Add one more value, not negative. Returns 0, or ENOMEM and nothing has changed. */
int median_add(struct median *m, int64_t value);

/* Of an even number, the mean of the two in the middle. There must be a value. */
int64_t median_value(const struct median *m);

void median_release(struct median *m);

#endif
