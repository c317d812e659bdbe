#include <sys/resource.h>

#include "base/os.h"
#include "cli/width.h"
#include "tap.h"

static const struct width_case {
	const char *text;
	unsigned usable;
	unsigned slots; /* 0: not a number */
} cases[] = {
    {"1", 2, 1},
    {"8", 2, 8},
    {"0008", 2, 8},
    {"10000", 2, 10000},
    {"10001", 2, 10000},
    {"1000000000", 2, 10000},
    {"4294967297", 2, 10000},
    {"99999999999999999999999999", 2, 10000},
    {"100%", 4, 4},
    {"50%", 4, 2},
    {"50%", 3, 2},
    {"1%", 4, 1},
    {"0%", 4, 1},
    {"12.5%", 8, 1},
    {"12.6%", 8, 2},
    {"250%", 2, 5},
    {"99999999999999%", 2, 10000},
    {"1x", 3, 3},
    {"2x", 3, 6},
    {"1.5x", 3, 5},
    {"0.25x", 4, 1},
    {"0.26x", 4, 2},
    {"0x", 4, 1},
    {"99999x", 4, 10000},
    {"+0", 2, 2},
    {"+2", 2, 4},
    {"+99999999999999", 2, 10000},
    {"-0", 2, 2},
    {"-1", 4, 3},
    {"-3", 4, 1},
    {"-4", 4, 1},
    {"-99999999999999", 4, 1},
    {"", 2, 0},
    {"abc", 2, 0},
    {"1e9", 2, 0},
    {"1.5", 2, 0},
    {"1.", 2, 0},
    {".5x", 2, 0},
    {"1.x", 2, 0},
    {"+", 2, 0},
    {"-", 2, 0},
    {"%", 2, 0},
    {"x", 2, 0},
    {"--1", 2, 0},
    {"+-1", 2, 0},
    {"+50%", 2, 0},
    {"-2x", 2, 0},
    {"+1.5", 2, 0},
    {"50%%", 2, 0},
    {"2xx", 2, 0},
    {"0x10", 2, 0},
    {" 4", 2, 0},
    {"4 ", 2, 0},
    {"4\n", 2, 0},
};

static void
test_values(void)
{
	const struct width_case *t;
	const char *why;
	unsigned slots;
	size_t i;
	int result;

	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct cpu_count c = {.usable = cases[i].usable};

		t = &cases[i];
		slots = 0;
		why = NULL;
		result = width_parse(t->text, &c, &slots, &why);
		if (t->slots == 0) {
			is_int(result, -1, "\"%s\" is refused",
			    t->text[0] == '4' ? "4 and a blank" : t->text);
			is_str(why, "not a number of jobs", "and the reason said");
		} else if (result == 0)
			is_int(slots, t->slots, "\"%s\" of %u CPUs", t->text, t->usable);
		else
			ok(false, "\"%s\" is a number of jobs", t->text);
	}
}

static void
test_as_many_as_possible(void)
{
	struct cpu_count c = {.usable = 2};
	struct rlimit before, now;
	const char *why;
	unsigned slots;

	getrlimit(RLIMIT_NPROC, &before);
	now = before;
	now.rlim_cur = 100;
	if (setrlimit(RLIMIT_NPROC, &now) != 0) {
		skip("the limit on processes can't be set");
		return;
	}
	is_int(width_parse("0", &c, &slots, &why), 0, "0 is a number of jobs");
	is_int(slots, 50, "0 leaves each job a process and a thread under the limit");
	now.rlim_cur = 1;
	setrlimit(RLIMIT_NPROC, &now);
	width_parse("0", &c, &slots, &why);
	is_int(slots, 1, "0 is at least one job");
	now.rlim_cur = before.rlim_max;
	setrlimit(RLIMIT_NPROC, &now);
	width_parse("0", &c, &slots, &why);
	ok(slots <= WIDTH_MAX, "0 is at most %d jobs", WIDTH_MAX);
	setrlimit(RLIMIT_NPROC, &before);
}

static void
test_counting(void)
{
	struct cpu_count c = {0};

	width_count_cpus(&c);
	is_int(c.allowed, os_cpus_allowed(), "affinity is counted");
	ok(c.usable >= 1 && c.usable <= c.allowed,
	    "at least one CPU, no more than affinity allows");
	ok(c.quota_milli == 0 || c.usable <= c.quota_milli / 1000 + 1, "no more than the quota");
	ok((c.quota_milli == 0) == (c.quota_file[0] == '\0'), "a quota names its file");
}

static void
test_explaining(void)
{
	struct cpu_count c = {.online = 8, .allowed = 4, .usable = 4};
	struct buf out = {0};

	width_explain(&out, &c, NULL, NULL, 4);
	is_str(buf_string(&out),
	    "4 CPUs usable: 8 online, 4 allowed by affinity, no cgroup quota\n"
	    "4 jobs at once: one for each usable CPU (default)\n",
	    "the default is explained");
	buf_reset(&out);
	c = (struct cpu_count){
	    .online = 8, .allowed = 8, .quota_milli = 500, .usable = 1, .quota_file = "/a/cpu.max"};
	width_explain(&out, &c, "-j", "50%", 1);
	is_str(buf_string(&out),
	    "1 CPU usable: 8 online, 8 allowed by affinity, a quota of 0.500 in /a/cpu.max\n"
	    "1 job at once: -j 50%\n",
	    "a quota and an option are explained");
	buf_free(&out);
}

int
main(void)
{
	test_values();
	test_as_many_as_possible();
	test_counting();
	test_explaining();
	return done_testing();
}
