/* How much memory is free, from files that a test writes, and what follows. */
#include "run/memory.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tap.h"

static char top[] = "/tmp/memory_test.XXXXXX";

static void
put(const char *name, const char *text)
{
	char path[PATH_MAX];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", top, name);
	for (char *slash = path + strlen(top); (slash = strchr(slash + 1, '/')) != NULL;
	     *slash = '/') {
		*slash = '\0';
		mkdir(path, 0700);
	}
	if ((f = fopen(path, "w")) == NULL || fputs(text, f) < 0 || fclose(f) != 0)
		exit(1);
}

static void
clear(void)
{
	char command[PATH_MAX];

	snprintf(command, sizeof(command), "rm -rf '%s' && mkdir '%s'", top, top);
	if (system(command) != 0)
		exit(1);
}

/* What is available, -1: not known. */
static long long
available(void)
{
	char proc[PATH_MAX], sys[PATH_MAX];
	uint64_t bytes;

	snprintf(proc, sizeof(proc), "%s/proc", top);
	snprintf(sys, sizeof(sys), "%s/sys", top);
	return memory_available(proc, sys, &bytes) ? (long long)bytes : -1;
}

static void
test_available(void)
{
	is_int(available(), -1, "a system that does not tell");
	put("proc/meminfo",
	    "MemTotal:       9000 kB\nMemFree:  1 kB\nMemAvailable:   1000 kB\nBuffers: 5 kB\n");
	is_int(available(), 1000 << 10, "what the machine has available");

	put("proc/self/cgroup", "0::/a/b\n");
	put("sys/a/b/memory.max", "max\n");
	put("sys/a/b/memory.current", "5000\n");
	is_int(available(), 1000 << 10, "a group without a limit");
	put("sys/a/memory.max", "500000\n");
	put("sys/a/memory.current", "400000\n");
	is_int(available(), 100000, "the limit of a group above counts");
	put("sys/a/b/memory.max", "60000\n");
	is_int(available(), 55000, "and that of its own, the tighter one");
	put("sys/a/b/memory.stat", "anon 1\ninactive_file 3000\nactive_file 7\n");
	is_int(available(), 58000, "files that were not used for long count as free");
	put("sys/a/b/memory.current", "70000\n");
	put("sys/a/b/memory.stat", "anon 1\n");
	is_int(available(), 0, "more than all is used");
	put("sys/a/b/memory.max", "90000000\n");
	put("sys/a/memory.max", "90000000\n");
	is_int(available(), 1000 << 10, "more is allowed than there is");

	clear();
	put("proc/self/cgroup", "7:cpu:/\n4:memory:/docker\n0::/\n");
	put("sys/memory/docker/memory.limit_in_bytes", "9000\n");
	put("sys/memory/docker/memory.usage_in_bytes", "4000\n");
	put("sys/memory/memory.limit_in_bytes", "9223372036854771712\n");
	put("sys/memory/memory.usage_in_bytes", "400000\n");
	is_int(available(), 5000, "version 1 of the groups, and its way to say no limit");
}

static void
test_start_and_end(void)
{
	struct memory_policy policy = {0};

	ok(memory_allows_start(&policy, 0), "without a limit one may always start");
	ok(!memory_is_short(&policy, 0), "and none is ended");
	policy.free_bytes = 100;
	ok(memory_allows_start(&policy, 100), "as much as is wanted");
	ok(!memory_allows_start(&policy, 99), "a byte less");
	ok(!memory_is_short(&policy, 50), "half of it");
	ok(memory_is_short(&policy, 49), "less than half of it");
	policy.suspend_bytes = 30;
	ok(memory_allows_start(&policy, 130), "both together");
	ok(!memory_allows_start(&policy, 129), "a byte less than both");
}

static void
test_may_run(void)
{
	struct memory_policy policy = {0};

	is_int(memory_may_run(&policy, 0, 9), 9, "without a limit all may run");
	policy.suspend_bytes = 1000;
	is_int(memory_may_run(&policy, 2000, 9), 9, "all with twice the limit");
	is_int(memory_may_run(&policy, 1999, 2000), 1001, "fewer the less there is");
	is_int(memory_may_run(&policy, 1750, 9), 5, "a quarter of the limit is missing");
	is_int(memory_may_run(&policy, 1500, 9), 3, "half of it");
	is_int(memory_may_run(&policy, 1000, 9), 2, "all of it");
	is_int(memory_may_run(&policy, 999, 9), 1, "below the limit one");
	is_int(memory_may_run(&policy, 0, 9), 1, "and one always");
	is_int(memory_may_run(&policy, 1999, 9), 9, "never more than there are");
	policy.suspend_bytes = INT64_MAX / 4;
	is_int(memory_may_run(&policy, INT64_MAX / 4, 9), 2, "very large numbers");
}

int
main(void)
{
	char command[PATH_MAX];

	if (mkdtemp(top) == NULL)
		return 1;
	test_available();
	test_start_and_end();
	test_may_run();
	snprintf(command, sizeof(command), "rm -rf '%s'", top);
	if (system(command) != 0)
		return 1;
	return done_testing();
}
