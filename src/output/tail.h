/*
 * The last bytes of what a stream of a job has printed, for reports that show them. Grows with what
 * comes, up to what is kept. Not locked: its job's worker.
 */
#ifndef SPOOL_TAIL_H
#define SPOOL_TAIL_H

#include <stddef.h>
#include <stdint.h>

#define TAIL_KEPT 4096 /* of a job that has failed, until it is printed */

/* A ring in one allocation; free() it. */
struct tail {
	uint64_t total; /* bytes that came in all */
	size_t cap;     /* of data */
	char data[];
};

/*
 * Append n bytes; the last keep ones are kept, keep > 0 is the same for all calls. *t may be NULL
 * and moves. Where memory is short the bytes before it are forgotten instead.
 */
void tail_add(struct tail **t, size_t keep, const char *data, size_t n);

/*
 * The last bytes in their order, at most n of them: *data is valid until the next call, and is put
 * in order in place. Returns how many they are; 0 where t is NULL.
 */
size_t tail_get(struct tail *t, size_t n, const char **data);

/* Keep no more than the last n bytes, in less memory. n may be 0. */
void tail_cut(struct tail **t, size_t n);

#endif
