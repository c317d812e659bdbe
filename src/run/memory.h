/*
 * How much memory new processes can have: what the machine has available, and what the control
 * groups allow. Reads files only, in the places where Linux has them.
 */
#ifndef SPOOL_MEMORY_H
#define SPOOL_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

/* Set by the options, then read-only. 0: not asked for. */
struct memory_policy {
	uint64_t free_bytes;    /* --memfree */
	uint64_t suspend_bytes; /* --memsuspend */
};

/*
 * Bytes that are available, the tightest counts. proc and sys are "/proc" and "/sys/fs/cgroup" but
 * in tests. False: the system does not tell.
 */
bool memory_available(const char *proc, const char *sys, uint64_t *bytes);

/* With so much available: may one more job start beside others? */
bool memory_allows_start(const struct memory_policy *policy, uint64_t available);

/* Must the youngest job end? */
bool memory_is_short(const struct memory_policy *policy, uint64_t available);

/* How many of the jobs may run and are not to be suspended: the oldest ones, at least 1. */
unsigned memory_may_run(const struct memory_policy *policy, uint64_t available, unsigned jobs);

#endif
