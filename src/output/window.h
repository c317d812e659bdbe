/*
 * The window: how far the jobs may run ahead of what is printed. Taken when a job is admitted,
 * given back when it has been printed, so a slow reader of stdout is felt at the very mouth.
 */
#ifndef SPOOL_WINDOW_H
#define SPOOL_WINDOW_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct window {
	uint64_t jobs;       /* admitted and not yet printed; read-only once jobs come */
	size_t memory_bytes; /* what finished jobs may hold in memory; read-only */

	_Atomic uint64_t in_flight;
	_Atomic size_t held;   /* bytes of finished jobs in memory */
	atomic_bool disk_full; /* some of them could not go to disk */
	atomic_bool waiting;   /* somebody is in window_admit */
	atomic_bool open;      /* nobody waits any more */

	pthread_mutex_t lock;
	pthread_cond_t moved;
};

void window_init(struct window *w, uint64_t jobs, size_t memory_bytes);
void window_release(struct window *w);

/* One more job: waits while the window is full. Main thread. */
void window_admit(struct window *w);

/* Jobs that were printed. Any thread. */
void window_leave(struct window *w, unsigned jobs);

/* Let everybody in from now on. Any thread. */
void window_open(struct window *w);

#endif
