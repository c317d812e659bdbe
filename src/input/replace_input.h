/*
 * What replacement strings are made from. Plain data.
 */
#ifndef SPOOL_REPLACE_INPUT_H
#define SPOOL_REPLACE_INPUT_H

#include <stdint.h>

#include "input/record.h"

/* What must be known of the run before it can be said what one of them is. */
enum need {
	NEEDS_TOTAL = 1,
	NEEDS_SLOTS = 2,
};

struct replace_input {
	const struct record *record;
	uint64_t seq;   /* from 1 */
	unsigned slot;  /* from 1 */
	unsigned slots; /* how many there are, for {0%} */
	uint64_t total; /* jobs in all, for {##} and {0#}; 0: not known */
};

#endif
