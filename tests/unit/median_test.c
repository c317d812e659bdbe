/*
 * The running median against the middle of what is sorted, for every small size and some orders.
 */
#include <stdlib.h>

#include "random.h"
#include "run/median.h"
#include "tap.h"

#define MOST 300

static int
compare(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int64_t
plain_median(const int64_t *values, size_t n)
{
	static int64_t sorted[MOST];

	memcpy(sorted, values, n * sizeof(*values));
	qsort(sorted, n, sizeof(*sorted), compare);
	if (n % 2 == 1)
		return sorted[n / 2];
	return sorted[n / 2 - 1] + (sorted[n / 2] - sorted[n / 2 - 1]) / 2;
}

/* The value at place i, in one order or another. */
static int64_t
value_at(int order, size_t i)
{
	static uint64_t state = 1;

	switch (order) {
	case 0:
		return (int64_t)i;
	case 1:
		return (int64_t)(MOST - i);
	case 2:
		return 7;
	case 3:
		return (int64_t)(i % 2 == 0 ? i : MOST - i);
	case 4:
		return (int64_t)(random_below(&state, 5));
	default:
		return (int64_t)random_below(&state, UINT32_MAX);
	}
}

static void
test_orders(void)
{
	static const char *const names[] = {
	    "rising", "falling", "equal", "from both sides", "few and often", "any"};
	static int64_t values[MOST];

	for (int order = 0; order < 6; order++) {
		struct median m = {0};
		bool right = true;

		for (size_t n = 0; n < MOST; n++) {
			values[n] = value_at(order, n);
			right = right && median_add(&m, values[n]) == 0;
			right = right && median_value(&m) == plain_median(values, n + 1);
		}
		ok(right, "values that are %s: the median is exact after each", names[order]);
		median_release(&m);
	}
}

int
main(void)
{
	test_orders();
	return done_testing();
}
