/*
 * Which failed jobs run again, and when; and the heap in which they wait.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "run/later.h"
#include "run/retry.h"
#include "tap.h"

#define SECOND 1000000000LL
#define SEEDS 2000

static const struct retry_policy any = {.tries = 3};

/* How a run may come out. */
struct outcome {
	int code, sig;
	bool timed_out, told_to_end;
	int error; /* it was not started */
	bool condemns, forgiven;
};

static bool
wants(const struct retry_policy *policy, struct outcome o)
{
	struct record record = {0};
	struct job j = {
	    .record = &record,
	    .outcome = o.error != 0 ? JOB_NOT_STARTED : JOB_RAN,
	    .start_error = o.error,
	    .shared_word = o.condemns,
	    .forgiven = o.forgiven,
	    .end = {.status = o.sig != 0 ? o.sig : o.code << 8,
		.timed_out = o.timed_out,
		.told_to_end = o.told_to_end},
	};

	return retry_wants(policy, &j);
}

static void
test_any_failure(void)
{
	ok(!wants(&any, (struct outcome){0}), "a success is not tried again");
	ok(wants(&any, (struct outcome){.code = 1}), "an exit code is");
	ok(wants(&any, (struct outcome){.sig = SIGKILL}), "so is a death by a signal");
	ok(wants(&any, (struct outcome){.sig = SIGTERM, .timed_out = true}), "and a timeout");
	ok(wants(&any, (struct outcome){.timed_out = true}), "whatever its exit code");
	ok(!wants(&any, (struct outcome){.sig = SIGTERM, .told_to_end = true}),
	    "what the run has ended is not");
	ok(!wants(&any, (struct outcome){.code = 1, .forgiven = true}), "nor what is no failure");
	ok(wants(&any, (struct outcome){.error = ENOENT}), "a command that is not found may be");
	ok(!wants(&any, (struct outcome){.error = ENOENT, .condemns = true}),
	    "but not when no job can run it");
	ok(!wants(&any, (struct outcome){.error = E2BIG}), "nor what is too long");
}

static void
test_lists(void)
{
	struct retry_policy p = any;

	is_int(retry_on_parse("3,5-7,KILL,sigterm,timeout,127", &p), 0, "a list of all kinds");
	ok(wants(&p, (struct outcome){.code = 3}) && wants(&p, (struct outcome){.code = 6}),
	    "has its codes");
	ok(!wants(&p, (struct outcome){.code = 4}) && !wants(&p, (struct outcome){.code = 1}),
	    "and no others");
	ok(wants(&p, (struct outcome){.sig = SIGKILL}) &&
		wants(&p, (struct outcome){.sig = SIGTERM}),
	    "its signals");
	ok(!wants(&p, (struct outcome){.sig = SIGINT}), "and no others");
	ok(!wants(&p, (struct outcome){.code = 128 + SIGKILL}),
	    "an exit code of 128 and more is no signal");
	ok(wants(&p, (struct outcome){.sig = SIGINT, .timed_out = true}), "the timeout");
	ok(wants(&p, (struct outcome){.error = ENOENT}), "127 is a command that is not found");
	ok(!wants(&p, (struct outcome){.error = EACCES}), "126 is one that can't be run");

	p = any;
	is_int(retry_on_parse("124,126,137", &p), 0, "a list of codes alone");
	is_int(retry_on_parse("1", &p), 0, "and one more");
	ok(wants(&p, (struct outcome){.code = 137}) && wants(&p, (struct outcome){.code = 1}),
	    "add up");
	ok(!wants(&p, (struct outcome){.sig = SIGKILL}), "and have no signal");
	ok(!wants(&p, (struct outcome){.sig = SIGTERM, .timed_out = true}), "nor the timeout");
	ok(wants(&p, (struct outcome){.error = EACCES}), "126 is in it");
}

static void
test_wrong_lists(void)
{
	static const char *const wrong[] = {"", ",", "1,", ",1", "1,,2", "256", "-1", "5-3", "FOO",
	    "KILL,", "SIG", "1 2", "Timeout", "9x", "timeout ", "99999999999999999999999999999"};
	struct retry_policy p = any;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		is_int(retry_on_parse(wrong[i], &p), EINVAL, "'%s' is no list", wrong[i]);
}

static void
test_delays(void)
{
	static const struct {
		const char *text;
		int64_t delay_ns, most_ns;
		bool doubles;
	} right[] = {
	    {"0", 0, INT64_MAX / 4, false},
	    {"1.5s", 3 * SECOND / 2, INT64_MAX / 4, false},
	    {"250ms,exp", SECOND / 4, INT64_MAX / 4, true},
	    {"2,exp,1m30s", 2 * SECOND, 90 * SECOND, true},
	    {"1d,exp,0", 86400 * SECOND, 0, true},
	    {"100000d", INT64_MAX / 4, INT64_MAX / 4, false},
	};
	static const char *const wrong[] = {"", ",exp", "1,", "1,ex", "1,expo", "1,exp,", "1,exp,x",
	    "1,2", "x", "-1", "1,exp,2,3", "1,EXP", " 1"};
	struct retry_policy p;

	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
		p = any;
		is_int(retry_delay_parse(right[i].text, &p), 0, "'%s'", right[i].text);
		is_int(p.delay_ns, right[i].delay_ns, "begins with so much");
		is_int(p.most_ns, right[i].most_ns, "and never is more");
		is_int(p.doubles, right[i].doubles, "and doubles, or not");
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		p = any;
		is_int(retry_delay_parse(wrong[i], &p), EINVAL, "'%s' is none", wrong[i]);
	}
	p = any;
	retry_delay_parse("1,exp,5", &p);
	retry_delay_parse("1", &p);
	ok(!p.doubles && p.most_ns > 5 * SECOND, "the last of two counts, all of it");
}

/* Over many seeds: never less than half, never more than all, and about everything in between. */
static void
is_spread(const struct retry_policy *p, uint64_t tries, int64_t all_ns)
{
	int64_t least = INT64_MAX, most = -1, ns;
	int below = 0;

	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		ns = retry_delay(p, tries, seed);
		least = ns < least ? ns : least;
		most = ns > most ? ns : most;
		below += ns < all_ns / 4 * 3;
	}
	ok(least >= all_ns - all_ns / 2 && most <= all_ns, "%lld after %llu tries: within bounds",
	    (long long)all_ns, (unsigned long long)tries);
	if (all_ns < 100)
		return;
	ok(least < all_ns / 100 * 52 && most > all_ns / 100 * 98, "and all the way between them");
	ok(below > SEEDS / 3 && below < SEEDS / 3 * 2, "the halves as often as each other");
}

static void
test_arithmetic(void)
{
	struct retry_policy p = any;

	is_int(retry_delay(&any, 1, 7), 0, "without a delay there is none");
	retry_delay_parse("1", &p);
	is_spread(&p, 1, SECOND);
	is_spread(&p, 1000, SECOND);
	retry_delay_parse("3s,exp", &p);
	is_spread(&p, 1, 3 * SECOND);
	is_spread(&p, 2, 6 * SECOND);
	is_spread(&p, 5, 48 * SECOND);
	is_spread(&p, UINT64_MAX, INT64_MAX / 4);
	retry_delay_parse("3s,exp,10s", &p);
	is_spread(&p, 2, 6 * SECOND);
	is_spread(&p, 3, 10 * SECOND);
	is_spread(&p, UINT64_MAX, 10 * SECOND);
	retry_delay_parse("3s,exp,1s", &p);
	is_spread(&p, 1, SECOND);
	retry_delay_parse("0,exp", &p);
	is_spread(&p, UINT64_MAX, 0);
	retry_delay_parse("100000d", &p);
	is_spread(&p, 1, INT64_MAX / 4);
}

/* Jobs with due times in some disorder come out in order, also when they are put in meanwhile. */
static void
test_heap(unsigned n)
{
	struct job *jobs = calloc(n, sizeof(*jobs)), *first = NULL, *j;
	unsigned put = 0, taken = 0;
	int64_t last = -1;
	bool in_order = true;

	if (jobs == NULL)
		exit(1);
	for (; put < n; put++) {
		jobs[put].due_ns = (int64_t)(put * 7919U % 101U);
		later_put(&first, &jobs[put]);
		if (put % 3 == 2) {
			j = later_take(&first);
			in_order = in_order && (first == NULL || j->due_ns <= first->due_ns);
			taken++;
		}
	}
	for (; first != NULL; taken++) {
		j = later_take(&first);
		in_order = in_order && j->due_ns >= last;
		last = j->due_ns;
	}
	ok(in_order, "%u jobs that wait come out in order", n);
	is_int(taken, n, "all of them");
	free(jobs);
}

int
main(void)
{
	test_any_failure();
	test_lists();
	test_wrong_lists();
	test_delays();
	test_arithmetic();
	for (unsigned n = 1; n < 8; n++)
		test_heap(n);
	test_heap(10000);
	return done_testing();
}
