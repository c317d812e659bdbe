/*
 * Which failed jobs run again, and when.
 */
#ifndef SPOOL_RETRY_H
#define SPOOL_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "run/codes.h"
#include "run/job.h"

#define RETRY_FOREVER UINT64_MAX

enum retry_output {
	RETRY_OUTPUT_DEFAULT, /* the last, where it can be told apart */
	RETRY_OUTPUT_LAST,
	RETRY_OUTPUT_ALL,
};

/* Set by the options, then read-only. */
struct retry_policy {
	uint64_t tries;   /* runs of a job in all; 0 or 1: none runs again */
	int64_t delay_ns; /* before the second run */
	bool doubles;     /* before each further one it is twice as long, ... */
	int64_t most_ns;  /* ... but never longer than this */

	bool chooses;        /* only what failed in one of these ways runs again: */
	struct codes codes;  /* with that exit code, */
	uint64_t signals;    /* by that signal: signal n is bit n - 1, */
	bool after_time_out; /* by --timeout */

	enum retry_output output;
	bool keeps_output; /* nothing that a try has printed is dropped for the next one */
};

/* Add what a list such as "1,3-5,KILL,timeout" names. Returns 0 or EINVAL. */
int retry_on_parse(const char *list, struct retry_policy *policy);

/* "1.5s", "1s,exp" or "1s,exp,1m". Returns 0 or EINVAL. */
int retry_delay_parse(const char *text, struct retry_policy *policy);

/* Whether a job whose run has ended is to run again for what became of it. */
bool retry_wants(const struct retry_policy *policy, const struct job *j);

/*
 * How long to wait after so many tries, at least 1: between half of what the policy says and all of
 * it, as chance will have it. seed: any number that is another one each time.
 */
int64_t retry_delay(const struct retry_policy *policy, uint64_t tries, uint64_t seed);

#endif
