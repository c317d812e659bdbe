/* The gate: who waits, for how long, and what wakes him. */
#include "run/gate.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "base/util.h"
#include "tap.h"

#define MS 1000000LL

static atomic_bool may;
static atomic_uint asked;

static bool
look(void *ctx, void *who)
{
	(void)ctx;
	(void)who;
	atomic_fetch_add(&asked, 1);
	return atomic_load(&may);
}

static struct gate *
make(int64_t delay_ns, bool looks)
{
	const struct gate_spec spec = {.delay_ns = delay_ns, .look = looks ? look : NULL};
	struct gate *g = gate_new(&spec);

	if (g == NULL)
		exit(1);
	atomic_store(&may, false);
	atomic_store(&asked, 0);
	return g;
}

/* Pass the gate; returns how long that took. */
static int64_t
pass(struct gate *g)
{
	int64_t began = now_ns();

	gate_take_turn(g);
	gate_await(g, NULL);
	gate_start(g);
	gate_give_turn(g);
	return now_ns() - began;
}

static void *
passer(void *arg)
{
	return pass(arg) < 900 * MS ? arg : NULL;
}

/*
 * Let f(g) happen while another thread is asleep in the gate, in which asked is asks by then;
 * whether it came through soon.
 */
static bool
wakes(struct gate *g, void (*f)(struct gate *g), unsigned asks)
{
	const struct timespec instant = {.tv_nsec = 50 * MS};
	pthread_t thread;
	void *soon;

	if (pthread_create(&thread, NULL, passer, g) != 0)
		exit(1);
	do
		nanosleep(&instant, NULL);
	while (atomic_load(&asked) < asks);
	f(g);
	pthread_join(thread, &soon);
	return soon != NULL;
}

static void
test_delay(void)
{
	struct gate *g = make(200 * MS, false);
	int64_t took;

	ok(pass(g) < 150 * MS, "the first one starts at once");
	took = pass(g);
	ok(took >= 190 * MS && took < 2000 * MS, "the second one after the delay");
	gate_end(g);
	gate_end(g);
	took = pass(g);
	ok(took >= 190 * MS && took < 2000 * MS, "and so does one when nothing runs");
	gate_end(g);
	gate_free(g);

	g = make(3600000 * MS, false);
	pass(g);
	ok(wakes(g, gate_stop, 0), "a stop ends the wait at once");
	ok(pass(g) < 500 * MS, "and there is none from then on");
	gate_free(g);
}

static void
test_look(void)
{
	struct gate *g = make(0, true);

	pass(g);
	is_int(atomic_load(&asked), 0, "nothing is asked while nothing runs: one always does");
	ok(wakes(g, gate_end, 1), "the end of a job is seen at once");
	is_int(atomic_load(&asked), 1, "and was waited for without asking again and again");
	atomic_store(&may, true);
	ok(pass(g) < 500 * MS, "one more where the machine has room");
	atomic_store(&may, false);
	ok(wakes(g, gate_stop, 3), "a stop ends this wait as well");
	gate_free(g);
}

static void
test_adapted(void)
{
	int64_t delay = 1000 * MS;

	is_int(gate_adapted(delay, true), 1300 * MS, "30 %% more after a failure");
	is_int(gate_adapted(delay, false), 900 * MS, "10 %% less after a success");
	is_int(gate_adapted(0, true), 10 * MS, "from nothing to 10 ms");
	is_int(gate_adapted(0, false), 0, "nothing stays nothing");
	for (int i = 0; i < 100; i++)
		delay = gate_adapted(delay, false);
	is_int(delay, 0, "what gets very small is nothing");
	for (int i = 0; i < 1000; i++)
		delay = gate_adapted(delay, true);
	ok(delay > 0 && delay < INT64_MAX / 2, "and it never overflows");
}

int
main(void)
{
	test_delay();
	test_look();
	test_adapted();
	return done_testing();
}
