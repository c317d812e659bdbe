/*
 * Jobs that wait for a time: a heap that needs no memory but two links in each job. The caller
 * locks.
 */
#ifndef SPOOL_LATER_H
#define SPOOL_LATER_H

#include "run/job.h"

/* Add a job, by its due_ns; *first is the one that is due first, NULL: there is none. */
void later_put(struct job **first, struct job *j);

/* Take the first one out. There is one. */
struct job *later_take(struct job **first);

#endif
