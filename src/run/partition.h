/*
 * One run of several that share a list of jobs, each on a machine of its own: which jobs are its
 * part. All of them must read the same list. Pure.
 */
#ifndef SPOOL_PARTITION_H
#define SPOOL_PARTITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PARTITION_MAX 1000000 /* parts */

enum partition_by {
	PARTITION_SEQ,  /* in turn */
	PARTITION_HASH, /* by the values: a job stays in its part when others come and go */
	PARTITION_TIME, /* by how long they took: so that all parts take as long */
};

struct partition_policy {
	uint64_t part;  /* 1 ... */
	uint64_t parts; /* 0: every job is this run's */
	enum partition_by by;
	bool by_given;   /* --partition-by was */
	const char *log; /* of the times; NULL: the job log of this run, before it is begun */
};

/* Whether the job is of this part. by is SEQ or HASH; bytes: its values. */
bool partition_takes(const struct partition_policy *p, uint64_t seq, const void *bytes, size_t len);

/*
 * times has the times of all n jobs, in their order. What belongs to this part becomes true in
 * mine.
 * The longest job that is left goes to the part that has least; of equals, the first. Returns 0 or
 * ENOMEM.
 */
int partition_pack(const struct partition_policy *p, const uint64_t *times, size_t n, bool *mine);

#endif
