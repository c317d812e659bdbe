/*
 * Jobs that are admitted but not started: a bounded first-in first-out queue between the main
 * thread and the workers; and those that were put off, which take no room and hold no worker.
 */
#ifndef SPOOL_QUEUE_H
#define SPOOL_QUEUE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct job;

struct queue {
	pthread_mutex_t lock;
	pthread_cond_t filled;  /* a job came, or the queue was closed */
	pthread_cond_t drained; /* there is room again */
	pthread_cond_t left;    /* it is over */
	size_t room;            /* at most this many wait; read-only */
	size_t ahead;           /* so many wait before more input is read for others; read-only */
	/* guarded by lock */
	struct job *head;
	struct job **tail;
	size_t len;
	size_t wake;    /* drained is signalled when so many are left */
	size_t waiting; /* workers in queue_pop */
	size_t workers; /* that joined and did not leave */
	bool closed;
	struct job *later; /* those put off */
	bool hurried;      /* none is put off any more */
};

/* room >= ahead > 0 */
void queue_init(struct queue *q, size_t ahead, size_t room);
void queue_release(struct queue *q);

/*
 * Append; waits while the queue is full. Main thread. Returns false when no worker was idle: one
 * more may help.
 */
bool queue_push(struct queue *q, struct job *j);

/* Wait until fewer than q->ahead jobs wait. Main thread. */
void queue_await(struct queue *q);

/* One more worker; before its first queue_pop(). */
void queue_join(struct queue *q);

/*
 * The oldest job; waits for one. NULL: closed and empty, nothing is put off, and with that the
 * worker has left. Workers.
 */
struct job *queue_pop(struct queue *q);

/* Leave, and j, which was taken out last, to the others; false: there is no other. Workers. */
bool queue_retire(struct queue *q, struct job *j);

/* Put j, which was taken out last, back: it is the next. Workers. */
void queue_return(struct queue *q, struct job *j);

/* The same, but it is the next one only from its due_ns on: see queue_due(). Workers. */
void queue_put_off(struct queue *q, struct job *j);

/*
 * Those put off until now_ns come to the front. Returns when the next one is due, 0: there is none.
 * *lacking: for so many jobs that wait no worker is idle. Any thread.
 */
int64_t queue_due(struct queue *q, int64_t now_ns, size_t *lacking);

/* All that are put off come to the front, and whatever is put off later, at once. Any thread. */
void queue_hurry(struct queue *q);

/* How many jobs wait. Any thread. */
size_t queue_len(struct queue *q);

/* No more will come: wakes all who wait in queue_pop. */
void queue_close(struct queue *q);

/*
 * Whether it is closed, no job waits or is put off, and all workers have left, so that none ever
 * runs again: any thread; and wait for that: main thread.
 */
bool queue_is_over(struct queue *q);
void queue_await_end(struct queue *q);

#endif
