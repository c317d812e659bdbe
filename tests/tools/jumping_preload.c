/*
 * jumping_preload.so, for LD_PRELOAD with glibc: in a program called "spool" the time of day is
 * an hour late, then an hour early, and so on, each time it is asked for. What measures durations
 * by another clock sees nothing of it.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

static atomic_long calls;

static time_t
jump(void)
{
	if (strcmp(program_invocation_short_name, "spool") != 0)
		return 0;
	return atomic_fetch_add(&calls, 1) % 2 ? -3600 : 3600;
}

int
clock_gettime(clockid_t clock, struct timespec *t)
{
	int (*real)(clockid_t, struct timespec *);
	int result;

	*(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
	result = real(clock, t);
	if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
		t->tv_sec += jump();
	return result;
}

time_t
time(time_t *where)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	if (where)
		*where = t.tv_sec;
	return t.tv_sec;
}

int
gettimeofday(struct timeval *restrict now, void *restrict zone)
{
	struct timespec t;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &t);
	now->tv_sec = t.tv_sec;
	now->tv_usec = t.tv_nsec / 1000;
	return 0;
}
