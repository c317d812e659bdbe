/*
 * Descriptors are counted only where they may matter. What else is open is looked for among the
 * first thousand.
 */
#include "run/limits.h"

#include <fcntl.h>
#include <sys/resource.h>

#define COUNTED 1024
#define SPARE 10 /* pipe ends while a job is started, spill file, keeper, input ... */

static rlim_t
count_open(rlim_t limit)
{
	rlim_t n = 0;

	for (int fd = 0; fd < COUNTED && (rlim_t)fd < limit; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

/* Descriptors that a running job takes. */
static rlim_t
each_takes(enum child_output output)
{
	return output == CHILD_INHERIT ? 0 : output == CHILD_TWO_PIPES ? 3 : 2;
}

unsigned
limits_slots(unsigned slots, enum child_output output, unsigned files)
{
	rlim_t each = each_takes(output) + files;
	struct rlimit limit;
	rlim_t used;

	if (each == 0 || getrlimit(RLIMIT_NOFILE, &limit) != 0 ||
	    slots * each + SPARE < limit.rlim_cur / 2)
		return slots;
	used = count_open(limit.rlim_cur) + SPARE;
	if (used + each >= limit.rlim_cur)
		return 1;
	limit.rlim_cur = (limit.rlim_cur - used) / each;
	return limit.rlim_cur < slots ? (unsigned)limit.rlim_cur : slots;
}

unsigned
limits_most(unsigned slots, unsigned wanted, enum child_output output, unsigned files)
{
	rlim_t each = each_takes(output) + files, room = wanted;
	struct rlimit limit;

	if (each != 0 && getrlimit(RLIMIT_NOFILE, &limit) == 0)
		room = limit.rlim_cur / 2 > SPARE ? (limit.rlim_cur / 2 - SPARE) / each : 0;
	if (room > wanted)
		room = wanted;
	return room > slots ? (unsigned)room : slots;
}
