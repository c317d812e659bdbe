/*
 * The halting condition: every form, and every order of few endings against a plain count.
 */
#include <errno.h>

#include "run/halt.h"
#include "tap.h"

static void
test_forms(void)
{
	static const struct {
		const char *text;
		int err;
		struct halt_policy wanted;
	} cases[] = {
	    {"never", 0, {HALT_NEVER, HALT_FAIL, 0, 0}},
	    {"0", 0, {HALT_NEVER, HALT_FAIL, 0, 0}},
	    {"1", 0, {HALT_SOON, HALT_FAIL, 1, 0}},
	    {"2", 0, {HALT_NOW, HALT_FAIL, 1, 0}},
	    {"-1", 0, {HALT_SOON, HALT_SUCCESS, 1, 0}},
	    {"-2", 0, {HALT_NOW, HALT_SUCCESS, 1, 0}},
	    {"20%", 0, {HALT_SOON, HALT_FAIL, 0, 20}},
	    {"soon,fail=3", 0, {HALT_SOON, HALT_FAIL, 3, 0}},
	    {"now,success=10%", 0, {HALT_NOW, HALT_SUCCESS, 0, 10}},
	    {"now,done=1", 0, {HALT_NOW, HALT_DONE, 1, 0}},
	    {"soon,done=100%", 0, {HALT_SOON, HALT_DONE, 0, 100}},
	    {"", EINVAL, {0}},
	    {"3", EINVAL, {0}},
	    {"soon", EINVAL, {0}},
	    {"later,fail=1", EINVAL, {0}},
	    {"soon,fail", EINVAL, {0}},
	    {"soon,fail=", EINVAL, {0}},
	    {"soon,fail=0", EINVAL, {0}},
	    {"soon,fail=0%", EINVAL, {0}},
	    {"soon,fail=101%", EINVAL, {0}},
	    {"soon,fail=%", EINVAL, {0}},
	    {"soon,fail=1x", EINVAL, {0}},
	    {"now,wins=1", EINVAL, {0}},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct halt_policy got = {0};
		int err = halt_parse(cases[i].text, &got);

		is_int(err, cases[i].err, "'%s' is %s", cases[i].text,
		    cases[i].err == 0 ? "a condition" : "none");
		if (err == 0 && cases[i].err == 0)
			ok(got.when == cases[i].wanted.when && got.why == cases[i].wanted.why &&
				got.count == cases[i].wanted.count &&
				got.percent == cases[i].wanted.percent,
			    "and read as it is meant");
	}
}

/* What a plain count says of the first n endings; a set bit is a failure. */
static bool
should_be_met(const struct halt_policy *policy, unsigned bits, unsigned n, unsigned total)
{
	unsigned failed = 0, counted;

	for (unsigned i = 0; i < n; i++)
		failed += bits >> i & 1;
	counted = policy->why == HALT_FAIL ? failed : policy->why == HALT_SUCCESS ? n - failed : n;
	return policy->percent ? counted * 100 >= total * policy->percent
	                       : counted >= policy->count;
}

/* One run: it is met at the ending that a plain count says, once, and not before. */
static bool
run_is_right(const struct halt_policy *policy, unsigned bits, unsigned total)
{
	struct halt h;
	bool right = true, met = false;
	int status;

	halt_init(&h, policy);
	halt_set_total(&h, total);
	for (unsigned i = 0; i < total; i++) {
		enum halt_when verdict = halt_judge(&h, bits >> i & 1 ? 3 : 0);
		bool should = should_be_met(policy, bits, i + 1, total);

		right = right && (verdict != HALT_NEVER) == (should && !met);
		met = met || should;
		right = right && halt_met(&h, &status) == met;
	}
	halt_release(&h);
	return right;
}

static void
test_endings(void)
{
	static const char *const conditions[] = {"soon,fail=1", "now,fail=2", "soon,success=1",
	    "now,success=3", "now,done=2", "soon,fail=30%", "soon,success=50%", "now,done=100%"};

	for (size_t i = 0; i < sizeof(conditions) / sizeof(conditions[0]); i++) {
		struct halt_policy policy;
		bool right = halt_parse(conditions[i], &policy) == 0;

		for (unsigned total = 1; total <= 6; total++)
			for (unsigned bits = 0; bits < 1U << total; bits++)
				right = right && run_is_right(&policy, bits, total);
		ok(right, "%s is met by the ending that completes it, and once", conditions[i]);
	}
}

static int
status_of(const char *condition, const int *statuses, unsigned n)
{
	struct halt_policy policy;
	struct halt h;
	int status = -1;

	if (halt_parse(condition, &policy) != 0)
		return -2;
	halt_init(&h, &policy);
	halt_set_total(&h, n);
	for (unsigned i = 0; i < n; i++)
		halt_judge(&h, statuses[i]);
	halt_met(&h, &status);
	halt_release(&h);
	return status;
}

static void
test_status(void)
{
	static const int statuses[] = {0, 7, 0, 9, 137, 0, 0, 0, 0, 0};

	is_int(status_of("soon,fail=1", statuses, 10), 7, "fail=1 is the job's own status");
	is_int(status_of("soon,fail=2", statuses, 10), 2, "fail=2 is the number that failed");
	is_int(status_of("now,fail=3", statuses, 10), 3, "so is fail=3");
	is_int(status_of("now,done=1", statuses, 10), 0, "done=1 is the job's own status");
	is_int(status_of("now,done=4", statuses, 10), 2, "done=4 the number that failed");
	is_int(status_of("soon,success=2", statuses, 10), 0, "success is success");
	is_int(status_of("soon,fail=20%", statuses, 10), 20, "a percentage is one");
	is_int(status_of("soon,fail=40%", statuses, 10), -1, "what is not met has none");
	is_int(status_of("never", statuses, 10), -1, "never is never");
}

int
main(void)
{
	test_forms();
	test_endings();
	test_status();
	return done_testing();
}
