/*
 * The insides of the pool. Internal to pool.c, which runs it, and worker.c, which is what each
 * of its threads does.
 */
#ifndef SPOOL_POOL_H
#define SPOOL_POOL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "run/executor.h"
#include "run/queue.h"
#include "run/slots.h"

struct worker {
	struct executor *executor;
	struct slot slot;
	/* guarded by slots.lock */
	pthread_t thread;
	bool joined; /* the thread is gone */
	/* the worker's own */
	struct job *job;
	struct child_end end; /* of the child that runs: the job's once it has started */
	char *buffer;         /* made when a job prints */
	/* its job is another's now, and its thread ends; until it is started again */
	atomic_bool retired;
};

struct executor {
	struct executor_spec spec; /* read-only, as is */
	size_t buffer_bytes;       /* this */
	uint64_t since_ticks;      /* and this: no job is older */
	struct queue queue;
	struct slots slots;
	/* guarded by slots.lock */
	struct worker **workers;
	unsigned n;
	bool closed; /* no more workers come */
	/* the main thread's own */
	uint64_t submitted;

	atomic_uint width;  /* so many workers are wanted, */
	atomic_uint active; /* and there are */

	atomic_bool stopped;
	atomic_bool paused;
	atomic_uint running;           /* children */
	atomic_uint waiting;           /* workers that wait for changed */
	_Atomic uint64_t endings;      /* children that ended */
	_Atomic uint64_t narrow_until; /* so many endings: until then no worker is added */
	atomic_uint retired;           /* workers that may be started again */
	struct slot *_Atomic asking;   /* where executor_ask() runs something */

	pthread_mutex_t lock;
	/* a job ended while somebody was short, or the pause or the run is over */
	pthread_cond_t changed;
};

/*
 * A job has passed the gate: when another one waits and no worker is at the gate, one more comes.
 * Workers.
 */
void pool_help_next(struct executor *e);

/* Start the thread of a worker. slots.lock is held. Returns 0 or errno. */
int worker_start(struct worker *w);

#endif
