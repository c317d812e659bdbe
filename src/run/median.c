/*
 * A running median in two heaps, one a half; a new value costs the logarithm of their number. Pure.
 */
#include "run/median.h"

#include <errno.h>
#include <stdlib.h>

#define FIRST_CAP 64

static int
reserve(struct median_heap *h)
{
	size_t cap = h->cap ? h->cap * 2 : FIRST_CAP;
	int64_t *values;

	if (h->n < h->cap)
		return 0;
	if (cap > SIZE_MAX / sizeof(*values) ||
	    (values = realloc(h->values, cap * sizeof(*values))) == NULL)
		return ENOMEM;
	h->values = values;
	h->cap = cap;
	return 0;
}

static void
push(struct median_heap *h, int64_t value)
{
	size_t i = h->n++;

	for (; i > 0 && h->values[(i - 1) / 2] > value; i = (i - 1) / 2)
		h->values[i] = h->values[(i - 1) / 2];
	h->values[i] = value;
}

static int64_t
pop(struct median_heap *h)
{
	int64_t top = h->values[0], last = h->values[--h->n];
	size_t i = 0, child;

	while ((child = 2 * i + 1) < h->n) {
		if (child + 1 < h->n && h->values[child + 1] < h->values[child])
			child++;
		if (h->values[child] >= last)
			break;
		h->values[i] = h->values[child];
		i = child;
	}
	h->values[i] = last;
	return top;
}

int
median_add(struct median *m, int64_t value)
{
	/* Each half holds one too many for a moment. */
	if (reserve(&m->low) != 0 || reserve(&m->high) != 0)
		return ENOMEM;
	if (m->low.n == m->high.n) {
		push(&m->high, value);
		push(&m->low, -pop(&m->high));
	} else {
		push(&m->low, -value);
		push(&m->high, -pop(&m->low));
	}
	return 0;
}

int64_t
median_value(const struct median *m)
{
	int64_t low = -m->low.values[0];

	if (m->low.n > m->high.n)
		return low;
	return low + (m->high.values[0] - low) / 2;
}

void
median_release(struct median *m)
{
	free(m->low.values);
	free(m->high.values);
	*m = (struct median){0};
}
