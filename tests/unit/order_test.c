#include <stdlib.h>

#include "random.h"
#include "run/job.h"
#include "run/order.h"
#include "tap.h"

enum {
	JOBS = 3000,
	WINDOW_MOST = 300, /* the ring begins smaller */
};

static struct job jobs[JOBS + 1];

/*
 * Jobs are entered in any order, none more than window ahead of the head. Returns whether the head
 * was always the job whose turn it was, or nothing while that one had not been entered.
 */
static bool
run_window(uint64_t window, uint64_t seed)
{
	static bool entered[JOBS + WINDOW_MOST + 2];
	uint64_t state = seed, head = 1;
	struct order o;
	bool right;

	memset(entered, 0, sizeof(entered));
	if (order_init(&o) != 0)
		return false;
	right = order_head(&o) == NULL;
	while (head <= JOBS && right) {
		const uint64_t seq = head + random_below(&state, (uint32_t)window);

		if (seq <= JOBS) {
			right = order_put(&o, &jobs[seq]) == 0;
			entered[seq] = true;
		}
		for (uint32_t n = random_below(&state, 4); n > 0 && entered[head] && right; n--) {
			right = order_head(&o) == &jobs[head];
			order_advance(&o);
			head++;
		}
		right = right && order_head(&o) == (entered[head] ? &jobs[head] : NULL);
	}
	order_release(&o);
	return right;
}

static void
test_windows(void)
{
	for (uint64_t window = 1; window <= WINDOW_MOST; window += window < 8 ? 1 : 73) {
		bool right = true;

		for (uint64_t seed = 1; seed <= 5 && right; seed++)
			right = run_window(window, seed * 100 + window);
		ok(right, "with a window of %d the head is the job whose turn it is", (int)window);
	}
}

static void
test_slow_head(bool ascending)
{
	struct order o;
	bool right = order_init(&o) == 0;

	for (int i = 2; i <= JOBS; i++) {
		struct job *j = &jobs[ascending ? i : JOBS + 2 - i];

		right = right && order_put(&o, j) == 0 && order_head(&o) == NULL;
	}
	ok(right, "without the head there is none, whatever waits behind it");
	order_put(&o, &jobs[1]);
	for (int seq = 1; seq <= JOBS; seq++) {
		right = right && order_head(&o) == &jobs[seq];
		order_advance(&o);
	}
	ok(right, "when it has come, all that wait have their turn in their order");
	ok(order_head(&o) == NULL, "and then there is nobody");
	order_release(&o);
}

static void
test_twice(void)
{
	struct order o;

	order_init(&o);
	order_put(&o, &jobs[2]);
	order_put(&o, &jobs[1]);
	order_put(&o, &jobs[1]);
	order_put(&o, &jobs[2]);
	ok(order_head(&o) == &jobs[1], "a job may be entered twice");
	order_advance(&o);
	ok(order_head(&o) == &jobs[2], "and has one turn all the same");
	order_advance(&o);
	ok(order_head(&o) == NULL, "which it has used then");
	order_release(&o);
}

int
main(void)
{
	for (uint64_t seq = 0; seq <= JOBS; seq++)
		jobs[seq].place = seq;
	test_windows();
	test_slow_head(true);
	test_slow_head(false);
	test_twice();
	return done_testing();
}
