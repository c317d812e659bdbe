/*
 * Who gets which job: the same answer on every machine and in every version, for the parts of a
 * list may be run by several. Knows nothing of what a job is. No lock.
 */
#include "run/partition.h"

#include <errno.h>
#include <stdlib.h>

#include "base/hash.h"

struct timed {
	uint64_t time;
	size_t place;
};

bool
partition_takes(const struct partition_policy *p, uint64_t seq, const void *bytes, size_t len)
{
	const struct hash key = {{0, 0}};
	const uint64_t number =
	    p->by == PARTITION_HASH ? hash_bytes(&key, bytes, len).half[0] : seq - 1;

	return number % p->parts == p->part - 1;
}

static int
longest_first(const void *a, const void *b)
{
	const struct timed *x = a, *y = b;

	if (x->time != y->time)
		return x->time > y->time ? -1 : 1;
	return x->place < y->place ? -1 : x->place > y->place;
}

static bool
has_less(const struct timed *a, const struct timed *b)
{
	return a->time != b->time ? a->time < b->time : a->place < b->place;
}

/* The first of the heap has become more: let it sink. */
static void
sink(struct timed *heap, size_t n)
{
	const struct timed first = heap[0];
	size_t i = 0, child;

	while ((child = 2 * i + 1) < n) {
		if (child + 1 < n && has_less(&heap[child + 1], &heap[child]))
			child++;
		if (!has_less(&heap[child], &first))
			break;
		heap[i] = heap[child];
		i = child;
	}
	heap[i] = first;
}

int
partition_pack(const struct partition_policy *p, const uint64_t *times, size_t n, bool *mine)
{
	struct timed *jobs = calloc(n + 1, sizeof(*jobs));
	struct timed *parts = calloc(p->parts, sizeof(*parts));
	int err = jobs == NULL || parts == NULL ? ENOMEM : 0;

	for (size_t i = 0; i < n && err == 0; i++)
		jobs[i] = (struct timed){times[i], i};
	for (size_t i = 0; i < p->parts && err == 0; i++)
		parts[i].place = i;
	if (err == 0)
		qsort(jobs, n, sizeof(*jobs), longest_first);
	for (size_t i = 0; i < n && err == 0; i++) {
		mine[jobs[i].place] = parts[0].place == p->part - 1;
		/* Jobs that take no time are shared out too. */
		parts[0].time += jobs[i].time + 1;
		sink(parts, p->parts);
	}
	free(jobs);
	free(parts);
	return err;
}
