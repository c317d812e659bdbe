/*
 * What holds the jobs of a run back, and how many run at once while it goes on: puts the gate, the
 * readings of the machine and the pool together. Called by session.c and events.c.
 */
#ifndef SPOOL_PACING_H
#define SPOOL_PACING_H

#include "state.h"

/* --nice. Before the first thread of jobs, and after the keeper. Main thread. */
void pacing_set_priority(const struct session *s);

/* How many jobs may ever run at once: tables are made for that many. Main thread. */
unsigned pacing_most_slots(const struct session *s);

/* The gate that the options ask for, NULL when they ask for none. Dies without memory. */
struct gate *pacing_new_gate(struct session *s);

/* A job has ended: learn from it, and look whether the number of jobs was changed. Workers. */
void pacing_job_ended(struct session *s, const struct job *j);

/* Whether jobs may be ended to make room, to run again. */
bool pacing_evicts(const struct session *s);

/* The run stands still, or goes on: what holds it back knows. Signals thread. */
void pacing_pause(struct session *s);
void pacing_continue(struct session *s);

/* Look at the memory once a second. Signals thread. */
void pacing_tick(struct session *s);

/* One slot more (1) or less (-1). Signals thread. */
void pacing_resize(struct session *s, int by);

#endif
