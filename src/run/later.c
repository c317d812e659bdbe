/*
 * A pairing heap: job.later is the first of those that wait below a job, job.next the next one
 * beside it. Putting costs nothing, taking the logarithm of how many there are.
 */
#include "run/later.h"

#include <stddef.h>

/* Two heaps to one; either may be NULL. */
static struct job *
meld(struct job *a, struct job *b)
{
	struct job *first = a;

	if (a == NULL || b == NULL)
		return a != NULL ? a : b;
	if (b->due_ns < a->due_ns) {
		first = b;
		b = a;
	}
	b->next = first->later;
	first->later = b;
	return first;
}

void
later_put(struct job **first, struct job *j)
{
	j->next = j->later = NULL;
	*first = meld(*first, j);
}

struct job *
later_take(struct job **first)
{
	struct job *taken = *first, *rest = taken->later, *pairs = NULL, *pair;

	/* In pairs first, and then those one by one: that is what keeps it shallow. */
	while ((pair = rest) != NULL) {
		struct job *other = pair->next;

		rest = other != NULL ? other->next : NULL;
		pair = meld(pair, other);
		pair->next = pairs;
		pairs = pair;
	}
	for (*first = NULL; (pair = pairs) != NULL; *first = meld(*first, pair))
		pairs = pair->next;
	return taken;
}
