/*
 * CPU quotas and memory limits of control groups. Reads files only, in the places where Linux
 * has them; elsewhere there is simply nothing to read.
 */
#ifndef SPOOL_CGROUP_H
#define SPOOL_CGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The tightest CPU quota on the path from this process's group to the root: cpu.max of v2 or
 * cpu.cfs_quota_us of v1. proc and sys are "/proc" and "/sys/fs/cgroup" but in tests; sys counts
 * where proc does not tell what is mounted. Returns CPUs times 1000 (1500 is one and a half),
 * 0: no quota. where (of size bytes, may be 0) gets the file that set it, or an empty string.
 */
unsigned long cgroup_cpu_quota_milli(const char *proc, const char *sys, char *where, size_t size);

/*
 * How many bytes the memory limits on that path leave, the tightest counts: memory.max less
 * memory.current of v2, or the same of v1. Cached files that have not been used for long count as
 * free: the kernel drops them first. False: there is no limit.
 */
bool cgroup_memory_room(const char *proc, const char *sys, uint64_t *bytes);

#endif
