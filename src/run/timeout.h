/*
 * How long a job may run: a fixed time, or a part of what successful jobs take. Knows no jobs; sees
 * to it that the signals thread looks in time.
 */
#ifndef SPOOL_TIMEOUT_H
#define SPOOL_TIMEOUT_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "run/median.h"

/* Set by the options, then read-only. */
struct timeout_policy {
	bool given;
	int64_t ns;     /* 0: no fixed time */
	double percent; /* of the median run time of successful jobs; 0: not so */
};

struct timeout {
	double percent;           /* read-only */
	_Atomic int64_t limit_ns; /* 0: none, or none yet */
	pthread_mutex_t lock;
	/* guarded by lock */
	struct median median;
	int64_t oldest_ns; /* no job that runs was started before */
	int64_t woken_ns;  /* the limit for which a look was asked for */
};

/* Parse "1m30s" or "250%". Returns 0 or EINVAL. */
int timeout_parse(const char *text, struct timeout_policy *policy);

void timeout_init(struct timeout *t, const struct timeout_policy *policy);
void timeout_release(struct timeout *t);

/* A job starts; asks for a look when its time is up. Any thread. */
void timeout_started(struct timeout *t, int64_t start_ns);

/* A job that took so long has succeeded. Returns 0 or ENOMEM. Any thread. */
int timeout_learn(struct timeout *t, int64_t took_ns);

/*
 * What holds now, for a look at all jobs; 0: no limit. Then timeout_looked() takes the start of the
 * oldest one that runs, or the time of the look. Signals thread.
 */
int64_t timeout_limit(struct timeout *t);
void timeout_looked(struct timeout *t, int64_t oldest_ns);

#endif
