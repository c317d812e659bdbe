/*
 * A report as JUnit writes it: XML that Jenkins, GitLab and the others read. Pure.
 */
#ifndef SPOOL_JUNIT_H
#define SPOOL_JUNIT_H

#include "output/attempt.h"

/* What is told of all jobs before the first one. */
struct junit_suite {
	const char *name;
	const char *host;
	int64_t start_wall_ns;
	int64_t took_ns;
	uint64_t tests;
	uint64_t results[ATTEMPT_RESULTS];
};

/* All append to out, and return 0 or ENOMEM. */
int junit_begin(struct buf *out, const struct junit_suite *suite);

/* One job by its tries, n > 0; class and name are clean (base/clean.h). */
int junit_case(
    struct buf *out, const char *class, const char *name, const struct attempt *tries, int n);

int junit_end(struct buf *out);

#endif
