/*
 * --halt: when a run is stopped for what became of its jobs. Counts and decides; who stops the run
 * is told, and does it.
 */
#ifndef SPOOL_HALT_H
#define SPOOL_HALT_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

enum halt_when {
	HALT_NEVER,
	HALT_SOON, /* start nothing more */
	HALT_NOW,  /* and end what runs */
};

enum halt_why {
	HALT_FAIL,
	HALT_SUCCESS,
	HALT_DONE,
};

/* Set by the options, then read-only. */
struct halt_policy {
	enum halt_when when;
	enum halt_why why;
	uint64_t count;   /* so many jobs, at least 1 */
	unsigned percent; /* so many of all jobs, 1..100; 0: count is meant */
};

/*
 * Parse "soon,fail=3", "now,success=10%", "never", or the old numbers "0" "1" "2" "-1" "-2" "20%".
 * Returns 0 or EINVAL.
 */
int halt_parse(const char *text, struct halt_policy *policy);

struct halt {
	struct halt_policy policy; /* read-only, as is */
	uint64_t total;            /* this: jobs in all, needed for a percentage */
	pthread_mutex_t lock;
	/* guarded by lock */
	uint64_t failed;
	uint64_t done;
	bool met;
	int status; /* of the run, once it is met */
};

void halt_init(struct halt *h, const struct halt_policy *policy);
void halt_release(struct halt *h);

/* How many jobs there are in all, before the first one. */
void halt_set_total(struct halt *h, uint64_t total);

/*
 * One job has ended by itself; status: of job_status(). Returns what is to be done now; HALT_NEVER
 * again once the condition was met. Any thread.
 */
enum halt_when halt_judge(struct halt *h, int status);

/* Whether the condition was met: then *status is the run's. Any thread. */
bool halt_met(struct halt *h, int *status);

/*
 * The status of a run whose end did not meet the condition, and else would have that status: what
 * part of the jobs failed where a part is asked for. Main thread, workers have left.
 */
int halt_unmet(const struct halt *h, int status);

#endif
