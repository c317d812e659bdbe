/*
 * A ring of pointers. Knows of a job only its place.
 */
#include "run/order.h"

#include <errno.h>
#include <stdlib.h>

#include "run/job.h"

#define FIRST_CAP 64

int
order_init(struct order *o)
{
	o->ring = calloc(FIRST_CAP, sizeof(struct job *));
	o->cap = FIRST_CAP;
	o->head = 1;
	return o->ring == NULL ? ENOMEM : 0;
}

void
order_release(struct order *o)
{
	free(o->ring);
}

static int
grow(struct order *o)
{
	size_t cap = o->cap * 2;
	struct job **ring = calloc(cap, sizeof(struct job *));

	if (ring == NULL)
		return ENOMEM;
	for (uint64_t seq = o->head; seq < o->head + o->cap; seq++)
		ring[seq & (cap - 1)] = o->ring[seq & (o->cap - 1)];
	free(o->ring);
	o->ring = ring;
	o->cap = cap;
	return 0;
}

int
order_put(struct order *o, struct job *j)
{
	while (j->place - o->head >= o->cap)
		if (grow(o) != 0)
			return ENOMEM;
	o->ring[j->place & (o->cap - 1)] = j;
	return 0;
}

struct job *
order_head(const struct order *o)
{
	return o->ring[o->head & (o->cap - 1)];
}

void
order_advance(struct order *o)
{
	o->ring[o->head & (o->cap - 1)] = NULL;
	o->head++;
}
