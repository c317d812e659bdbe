/*
 * One unit of input: the values a job is made of. Written once by the reader, then read-only;
 * one allocation, owned by the job, freed with free(). Safe to read from any thread.
 */
#ifndef SPOOL_RECORD_H
#define SPOOL_RECORD_H

#include <stddef.h>
#include <stdint.h>

struct record {
	uint64_t too_long; /* not 0: it had so many bytes, more than an argument can have; n is 0 */
	/* offset of standard input behind what it was made of; -1: not known, or no file */
	int64_t input_end;
	size_t n;     /* values */
	size_t bytes; /* of data, the NULs included */
	char data[];  /* the values one after the other, each ended by a NUL */
};

/* A record of one value of len bytes (no NUL inside). NULL when out of memory. For tests. */
struct record *record_new(const char *value, size_t len);

/*
 * A record under construction, for batches. Zero-initialise; record_builder_free() at the end.
 * add: 0 or ENOMEM. take: the finished record, which the caller owns, and the builder is empty
 * again; NULL when out of memory.
 */
struct record_builder {
	struct record *record;
	size_t cap;
};
int record_builder_add(struct record_builder *b, const char *value, size_t len);
struct record *record_builder_take(struct record_builder *b);

/* Add n values that lie one behind the other in bytes bytes, each ended by a NUL. */
int record_builder_add_block(struct record_builder *b, const char *values, size_t bytes, size_t n);

/* Where it stands, to take back what is added from then on. */
struct record_mark {
	size_t n;
	size_t bytes;
};
struct record_mark record_builder_mark(const struct record_builder *b);
void record_builder_undo(struct record_builder *b, struct record_mark mark);
void record_builder_free(struct record_builder *b);

/* A record that stands for one of len bytes that was read past. NULL when out of memory. */
struct record *record_new_too_long(uint64_t len);

/* Value i, counted from 0; i < n. */
const char *record_value(const struct record *r, size_t i);

#endif
