/*
 * Jobs in submission order: a ring that grows, indexed by their place in it. The caller locks.
 */
#ifndef SPOOL_ORDER_H
#define SPOOL_ORDER_H

#include <stddef.h>
#include <stdint.h>

struct job;

struct order {
	struct job **ring; /* cap slots, a power of two; owned, the jobs are not */
	size_t cap;
	uint64_t head; /* the place whose turn it is */
};

/* head: the first place, 1. Returns 0 or ENOMEM. */
int order_init(struct order *o);
void order_release(struct order *o);

/* Enter a job with a place >= head. Returns 0 or ENOMEM. */
int order_put(struct order *o, struct job *j);

/* The job whose turn it is; NULL while it has not been entered. */
struct job *order_head(const struct order *o);

/* It was printed: the next place has its turn. */
void order_advance(struct order *o);

#endif
