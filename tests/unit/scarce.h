/*
 * Making things scarce for a while.
 */
#ifndef SPOOL_TEST_SCARCE_H
#define SPOOL_TEST_SCARCE_H

#include <sys/resource.h>

/* Limit what one file may hold, as a full disk does; RLIM_INFINITY: no more. SIGXFSZ is ignored. */
static inline void
limit_files(rlim_t bytes)
{
	struct rlimit limit;

	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = bytes < limit.rlim_max ? bytes : limit.rlim_max;
	setrlimit(RLIMIT_FSIZE, &limit);
}

/* No descriptor may be n or above; what stood before is in *saved, which may be NULL. */
static inline void
limit_descriptors(struct rlimit *saved, rlim_t n)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	if (saved != NULL)
		*saved = limit;
	limit.rlim_cur = n;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* Descriptors are as before. */
static inline void
restore_descriptors(const struct rlimit *saved)
{
	setrlimit(RLIMIT_NOFILE, saved);
}

#endif
