/*
 * The slots: places in which one job at a time runs. The list only grows; whoever has to reach
 * every running child (signals, a stop, a look after stopped ones) goes through it.
 */
#ifndef SPOOL_SLOTS_H
#define SPOOL_SLOTS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "run/child.h"

struct slot {
	unsigned number; /* from 1; read-only */
	struct child child;
	pthread_mutex_t capture_lock; /* what the running job has captured */
	_Atomic uint64_t seq;         /* of the running job, or of the last one */
};

struct slots {
	pthread_mutex_t lock;
	/* guarded by lock */
	struct slot **list;
	unsigned n;
};

/* Returns 0 or ENOMEM. */
int slots_init(struct slots *s, unsigned most);

/* The slots themselves are their owner's. */
void slots_release(struct slots *s);

/* mask, own_group: as child_init. Returns 0 or errno. */
int slot_init(struct slot *slot, unsigned number, const sigset_t *mask, bool own_group);
void slot_release(struct slot *slot);

/*
 * Enter a slot if start(arg) returns 0; returns what it returned. That happens under one lock, so
 * slots_signal() from another thread never misses what a slot that has started runs.
 */
int slots_enter(struct slots *s, struct slot *slot, int (*start)(void *arg), void *arg);

/* Call f for every child. Any thread. */
void slots_signal(struct slots *s, void (*f)(struct child *c, int sig), int sig);

/* Since when the oldest spawn that is under way has been; 0: none is. */
int64_t slots_oldest_spawn(struct slots *s);

/*
 * Let a spawn that hangs go on: its child was stopped before its exec (a stop signal to spool's
 * group hit it there), and posix_spawn waits for that exec. Calls stopped() once for every job that
 * was stopped. Signals thread.
 */
void slots_look_after(
    struct slots *s, bool hanging, void (*stopped)(void *ctx, uint64_t seq, int sig), void *ctx);

#endif
