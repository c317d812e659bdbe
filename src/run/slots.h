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
#include "run/termseq.h"

struct slot {
	unsigned number; /* from 1; read-only */
	struct child child;
	pthread_mutex_t capture_lock; /* what the running job has captured */
	_Atomic uint64_t seq;         /* of the running job, or of the last one */
	_Atomic int64_t evicted_ns;   /* start of the child that is to end and run again */
	_Atomic int64_t cut_ns;       /* start of the child that is to end, whatever its time */
	/* the signals thread's own */
	int64_t suspended_ns; /* start of the child that is suspended */
	/* how far it is with the child whose time is up */
	struct slot_overdue {
		int64_t started_ns; /* which child; another one has sent nothing yet */
		unsigned step;      /* of the sequence, the next to be sent */
		int64_t first_ns;   /* when the first one was */
	} overdue;
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
 * Enter a slot. The caller holds s->lock from before the slot starts, so slots_signal() from
 * another thread never misses what it runs.
 */
void slots_enter(struct slots *s, struct slot *slot);

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

/*
 * Choose the job that was started last to be ended, as one whose time is up, and run again
 * later. Not while one that was chosen before still runs, never the only one, and not what runs in
 * except. False: none was chosen. Any thread.
 */
bool slots_evict(struct slots *s, const struct slot *except);

/*
 * Let only so many run, the oldest ones; the others are suspended. Of those that may go on one is
 * resumed by each call. Returns how many are suspended. Signals thread.
 */
unsigned slots_suspend(struct slots *s, unsigned may_run, const struct slot *except);

/* Whether it is the job that ran in that slot from start_ns on. Its worker. */
bool slot_was_evicted(struct slot *slot, int64_t start_ns);

/* The child that runs in the slot is to be ended as one whose time is up. Its worker. */
void slots_cut(struct slots *s, unsigned number);

/*
 * Send what is due to the children that run longer than limit_ns, 0: to those that did before,
 * and to those that slots_evict() or slots_cut() chose; but not to that of except, which is no job.
 * *oldest_ns: the start of the oldest child, or now. Returns when to call again, INT64_MAX: no
 * need. Signals thread.
 */
int64_t slots_end_overdue(struct slots *s, int64_t limit_ns, const struct termseq *seq,
    const struct slot *except, int64_t *oldest_ns);

#endif
