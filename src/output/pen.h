/*
 * Who prints, and what comes next. There is no printer thread: a worker that has something to print
 * and finds nobody printing takes the pen, and prints everything that is ready before it puts the
 * pen down; the others leave their job and go on. In submission order the pen belongs to the worker
 * whose job has its turn.
 * Prints nothing itself. All functions are for workers.
 */
#ifndef SPOOL_PEN_H
#define SPOOL_PEN_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "output/style.h"
#include "run/job.h"
#include "run/order.h"

struct pen {
	enum print_mode mode; /* read-only */
	unsigned slots;       /* read-only */

	pthread_mutex_t lock;
	/* a job was taken off the list, or the pen put down, and somebody may wait for that */
	pthread_cond_t moved;
	/* guarded by lock */
	bool held;        /* somebody has it */
	struct job *live; /* its worker has it, and prints straight through */
	struct job *ready;
	struct job **ready_tail;
	struct order order;
	unsigned waiting; /* workers that wait for moved */
	bool abandoned;
};

/* What the owner of the pen is to do. */
enum pen_task {
	PEN_GONE,  /* nothing: it is the owner no more */
	PEN_FLUSH, /* write what is buffered */
	PEN_WHOLE, /* print all of a finished job, and free it */
	PEN_PART,  /* print what a running job has: its whole lines; or all, and make it live */
};

/* How far the owner is; starts as zero. */
struct pen_turn {
	unsigned taken; /* jobs printed */
	bool clean;     /* nothing is buffered */
};

/* Returns 0 or ENOMEM. */
int pen_init(struct pen *p, enum print_mode mode, unsigned slots);
void pen_release(struct pen *p);

/* The owner's next task, with its job. */
enum pen_task pen_next(struct pen *p, struct pen_turn *turn, struct job **j);

/* In submission order: the job begins. It has the pen, and j->live is set, when it is its turn. */
void pen_begin(struct pen *p, struct job *j);

/* The job is over, and now the owner's to print. True: the caller has the pen. */
bool pen_end(struct pen *p, struct job *j);

/*
 * The running job has whole lines; too_many: wait until somebody took them. True: the caller has
 * the pen.
 */
bool pen_offer(struct pen *p, struct job *j, bool too_many);

/* Take the pen if it is free; or wait for it. */
bool pen_try(struct pen *p);
void pen_wait(struct pen *p);

/* Nobody waits to have lines taken any more. Any thread. */
void pen_abandon(struct pen *p);

#endif
