/*
 * Where the output of jobs goes besides being printed, or instead: files of their own (--results,
 * --files), or a table (--results F.csv). Puts together what names, makes and writes them.
 */
#ifndef SPOOL_RESULTS_H
#define SPOOL_RESULTS_H

#include <stdbool.h>

#include "output/joblog.h"
#include "run/job.h"

struct session;

/* Open and check what can be before the first job, or die. The command must be compiled. */
void results_open(struct session *s);

/* What their names need: enum need, added up. */
unsigned results_need(const struct session *s);

/* How many descriptors they take of each job that runs. */
unsigned results_descriptors(const struct session *s);

/*
 * The job is about to run: make its files, and have its captures go there. False: they can't be
 * made; its outcome is set. Its worker.
 */
bool results_begin(struct session *s, struct job *j);

/* It did not run after all: its files go. Its worker. */
void results_drop(struct session *s, struct job *j);

/*
 * The row of a job in the table. Returns the file that it could not be written to, once; else NULL.
 * Who has the pen.
 */
const struct joblog *results_put(struct session *s, const struct job *j);

/* Whether the table can't be written any more. Who has the pen. */
bool results_failed(const struct session *s);

/* Main thread, at the end; errors are told. Returns whether all was written. */
bool results_close(struct session *s);

#endif
