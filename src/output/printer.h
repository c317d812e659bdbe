/*
 * Who prints what when. There is no printer thread: a worker that has something to print and finds
 * nobody printing takes the pen, and prints everything that is ready before it puts the pen down;
 * the others leave their job and go on.
 * In submission order the pen belongs to the worker whose job has its turn, which prints straight
 * through.
 */
#ifndef SPOOL_PRINTER_H
#define SPOOL_PRINTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "output/style.h"
#include "run/job.h"

struct printer;

struct printer_ops {
	/*
	 * A job's output is out; called by whoever has the pen, one job at a time, before the job
	 * is freed.
	 */
	void (*printed)(void *ctx, struct job *j);
	/*
	 * Output was lost: errno, and the stream (0: stdout, 1: stderr). Called once, by whoever
	 * has the pen.
	 */
	void (*lost)(void *ctx, int error, int stream);
	/* With style->tag: append the tag of the job. 0 or ENOMEM. Whoever has the pen. */
	int (*tag)(void *ctx, const struct job *j, struct buf *out);
	/*
	 * With style->framed: append what stands before (end false) or behind the output of a job
	 * that is over, as whole lines. The first call returns whether there will be a second one.
	 * Whoever has the pen, before printed().
	 */
	bool (*frame)(void *ctx, const struct job *j, bool end, struct buf *out);
	/*
	 * With style->table: a job's output, which it has in its captures, is to be written to the
	 * table. As printed(), before it.
	 */
	void (*row)(void *ctx, struct job *j);
};

/*
 * style and ops are kept. slots: how many jobs run at once. Returns NULL when
 * out of memory.
 */
struct printer *printer_new(
    const struct print_style *style, unsigned slots, const struct printer_ops *ops, void *ctx);

/*
 * One more job comes: waits while too many are admitted and not yet printed. Main thread. Returns
 * at once after printer_abandon().
 */
void printer_admit(struct printer *p);

/*
 * At most so many jobs are admitted and not yet printed; before the first one. By default it is a
 * great many.
 */
void printer_set_window(struct printer *p, uint64_t jobs);

/* The job is about to run. Its worker. */
void printer_begin(struct printer *p, struct job *j);

/* Take bytes as the job's next ones of a stream: captured, or printed. Its worker. */
void printer_add(struct printer *p, struct job *j, int stream, const char *data, size_t n);

/*
 * The same for what is in a pipe, without passing it through this process: as read(2), but -1 and
 * EINVAL when that can't be done; then it is to be read and added.
 */
ssize_t printer_move(struct printer *p, struct job *j, int stream, int pipe);

/*
 * The same as printer_add for what should be seen before the job runs: printed at once if nobody
 * else is printing, else as the first bytes of the job, so that no other job's output is broken
 * into. Its worker.
 */
void printer_announce(struct printer *p, struct job *j, int stream, const char *data, size_t n);

/* The job is over; it is the printer's now, and printed when its turn comes. Its worker. */
void printer_end(struct printer *p, struct job *j);

/* A run of the job is over, and it waits for the next one. Its worker. */
void printer_rest(struct printer *p, struct job *j);

/*
 * Drop what the job has printed and what is not out yet: it is going to run again. Its worker.
 */
void printer_forget(struct printer *p, struct job *j);

/*
 * Write all that was printed so far. False: output was lost. From printed(), whose job's output is
 * out then.
 */
bool printer_flush(struct printer *p);

/*
 * Keep the last bytes of what each stream of a job has printed, until it was printed(): in
 * job->tails of those that have failed. Before the first job; costs little, and nothing where
 * output is grouped and jobs succeed. Unless called nothing is kept.
 */
void printer_keep_tails(struct printer *p, size_t bytes);

/* How many bytes were written, or a number that grows with it. Any thread. */
uint64_t printer_written(const struct printer *p);

/* Nobody waits in printer_admit() any more. Any thread. */
void printer_abandon(struct printer *p);

void printer_free(struct printer *p);

#endif
