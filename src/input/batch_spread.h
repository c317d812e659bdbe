/*
 * The last rows of all, shared out evenly over the slots. Internal to batch.c.
 */
#ifndef SPOOL_BATCH_SPREAD_H
#define SPOOL_BATCH_SPREAD_H

#include "input/record.h"

struct spread_row {
	size_t width;      /* values */
	int64_t input_end; /* see record.h */
};

/* Zero-initialise; spread_release() at the end. */
struct spread {
	struct spread_row *rows; /* owned: those that are in the record so far */
	size_t n;
	size_t cap;
	/* set by spread_begin() */
	struct record *all; /* owned; NULL: nothing is being shared out */
	size_t per_job;     /* rows */
	size_t row;         /* the next one */
	const char *at;     /* its first value */
};

/* One more row. Returns 0 or ENOMEM. */
int spread_note(struct spread *s, size_t width, int64_t input_end);

/* The record was taken, the next one starts without rows. */
void spread_forget(struct spread *s);

/* Share out the rows that were noted, which all holds; takes it over. */
void spread_begin(struct spread *s, struct record *all, unsigned slots);

/* The next share; it may have no values. NULL when out of memory. The last one ends it. */
struct record *spread_next(struct spread *s);

void spread_release(struct spread *s);

#endif
