/*
 * The rules are those of GNU parallel. Knows nothing of jobs; no lock.
 */
#include "run/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cgroup.h"

bool
memory_available(const char *proc, const char *sys, uint64_t *bytes)
{
	bool known = false;
	unsigned long long kib = 0;
	uint64_t room;
	char path[256], line[128];
	FILE *f;

	if (snprintf(path, sizeof(path), "%s/meminfo", proc) < (int)sizeof(path) &&
	    (f = fopen(path, "re")) != NULL) {
		while (!known && fgets(line, sizeof(line), f) != NULL)
			if ((known = strncmp(line, "MemAvailable:", 13) == 0))
				kib = strtoull(line + 13, NULL, 10);
		fclose(f);
		if (known)
			*bytes = (uint64_t)kib << 10;
	}
	if (cgroup_memory_room(proc, sys, &room) && (!known || room < *bytes)) {
		*bytes = room;
		known = true;
	}
	return known;
}

bool
memory_allows_start(const struct memory_policy *policy, uint64_t available)
{
	return available >= policy->free_bytes &&
	       available - policy->free_bytes >= policy->suspend_bytes;
}

bool
memory_is_short(const struct memory_policy *policy, uint64_t available)
{
	return available < policy->free_bytes / 2;
}

/*
 * All while twice the limit is available, one below the limit. Between them two from the limit on,
 * three from one and a half times it, five from one and three quarters: one more than n where an
 * n-th of the limit is missing.
 */
unsigned
memory_may_run(const struct memory_policy *policy, uint64_t available, unsigned jobs)
{
	uint64_t limit = policy->suspend_bytes, n;

	if (limit == 0 || available / 2 >= limit)
		return jobs;
	n = 1 + (available < limit ? 0 : limit / (2 * limit - available));
	return n < jobs ? (unsigned)n : jobs;
}
