/*
 * How long what a row of values makes of a replacement string is. One thread for each scratch.
 */
#ifndef SPOOL_MEASURE_H
#define SPOOL_MEASURE_H

#include "input/item.h"
#include "input/pieces.h"

enum measure {
	MEASURE_RAW,
	MEASURE_PASTED, /* quoted as GNU parallel does */
	MEASURE_WORST,  /* quoted in any way, with a blank */
};

/* Of all that a row makes of a replacement string. */
struct measured {
	uint64_t sum;
	uint64_t longest;
};

struct size_scratch;

/* NULL when out of memory. */
struct size_scratch *measure_new(void);
void measure_free(struct size_scratch *scratch);

/* An each-value replacement string; another is made from the row as if that were the job. */
struct measured measure_row(struct size_scratch *scratch, const struct piece *piece,
    const struct row *row, enum measure how);

/*
 * A position of the job: it counts when its value comes; one from the end may be any value.
 * before: how many values there were before this row.
 */
struct measured measure_position(struct size_scratch *scratch, const struct piece *piece,
    const struct row *row, size_t before, enum measure how);

/* {#} and its like, as long as they are in a short run. */
uint64_t measure_fixed(struct size_scratch *scratch, const struct piece *piece);

#endif
