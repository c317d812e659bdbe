/*
 * How long a job may run: what can be asked for, and what is learned.
 */
#include <errno.h>

#include "run/timeout.h"
#include "tap.h"

#define MS 1000000LL

static void
test_parsing(void)
{
	static const struct {
		const char *text;
		int err;
		int64_t ns;
		double percent;
	} cases[] = {
	    {"0.3", 0, 300 * MS, 0},
	    {"5s", 0, 5000 * MS, 0},
	    {"1m30s", 0, 90000 * MS, 0},
	    {"250ms", 0, 250 * MS, 0},
	    {"0", 0, 0, 0},
	    {"150%", 0, 0, 150},
	    {"12.5%", 0, 0, 12.5},
	    {"0%", 0, 0, 0},
	    {"", EINVAL, 0, 0},
	    {"%", EINVAL, 0, 0},
	    {"-1", EINVAL, 0, 0},
	    {"-1%", EINVAL, 0, 0},
	    {".5%", EINVAL, 0, 0},
	    {"5.%", EINVAL, 0, 0},
	    {"1e3%", EINVAL, 0, 0},
	    {"inf%", EINVAL, 0, 0},
	    {"5s%", EINVAL, 0, 0},
	    {"5%%", EINVAL, 0, 0},
	    {"99999999999999999999%", EINVAL, 0, 0},
	    {"5x", EINVAL, 0, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct timeout_policy p = {0};
		int err = timeout_parse(cases[i].text, &p);

		is_int(err, cases[i].err, "'%s' is %s", cases[i].text,
		    cases[i].err == 0 ? "a limit" : "none");
		if (err == 0)
			ok(p.ns == cases[i].ns && p.percent >= cases[i].percent &&
				p.percent <= cases[i].percent &&
				p.given == (p.ns > 0 || p.percent > 0),
			    "and read as it is meant");
	}
}

static int64_t
learn(struct timeout *t, int64_t took_ns)
{
	timeout_started(t, 1);
	if (timeout_learn(t, took_ns) != 0)
		return -1;
	timeout_looked(t, 1);
	return timeout_limit(t);
}

static void
test_learning(void)
{
	struct timeout_policy fixed = {.given = true, .ns = 300 * MS};
	struct timeout_policy part = {.given = true, .percent = 250};
	struct timeout_policy longest = {.given = true, .ns = INT64_MAX};
	struct timeout t;

	timeout_init(&t, &fixed);
	is_int(learn(&t, 5 * MS), 300 * MS, "a fixed limit learns nothing");
	timeout_release(&t);
	timeout_init(&t, &part);
	is_int(timeout_limit(&t), 0, "without a successful job a percentage is no limit");
	is_int(learn(&t, 100 * MS), 250 * MS, "one is enough");
	is_int(learn(&t, 200 * MS), 375 * MS, "of two the middle counts");
	is_int(learn(&t, 10000 * MS), 500 * MS, "of three the second");
	is_int(learn(&t, 20 * MS), 375 * MS, "it may fall again");
	timeout_release(&t);
	timeout_init(&t, &part);
	is_int(learn(&t, 0), 1, "jobs that take no time leave some");
	is_int(learn(&t, -5), 1, "so do those that seem to take less");
	timeout_release(&t);
	timeout_init(&t, &longest);
	ok(timeout_limit(&t) > 0 && timeout_limit(&t) + INT64_MAX / 2 > 0,
	    "a sum with the longest limit is a time");
	timeout_release(&t);
}

int
main(void)
{
	test_parsing();
	test_learning();
	return done_testing();
}
