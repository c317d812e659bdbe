/*
 * The job: made when a record is admitted, named by its sequence number, fulfilled by a worker,
 * awaited by the printer. It has one owner at a time: submitter, queue, worker, order or ready
 * list, printer.
 */
#ifndef SPOOL_JOB_H
#define SPOOL_JOB_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "input/record.h"
#include "run/capture.h"
#include "run/child.h"

struct tail;

enum job_outcome {
	JOB_NOT_RUN,     /* the run ended before it started, or the user said no */
	JOB_NOT_STARTED, /* it could not be started: a failure; start_error says why */
	JOB_RAN,         /* end says how */
	JOB_SHOWN,       /* dry run: only its command was printed */
};

struct job {
	struct job *next;      /* its owner's list */
	struct job *later;     /* those that wait below it; see run/later.h */
	int64_t due_ns;        /* when it is to run again */
	uint64_t seq;          /* from 1; jobs that are skipped have one too */
	uint64_t place;        /* in submission order, from 1, without a gap */
	struct record *record; /* owned; NULL when it is of no more use */
	int64_t input_end;     /* the record's */

	/* set by the worker */
	/* from 1; 0: never had one. Who prints what an earlier try has left looks at it, too. */
	_Atomic unsigned slot;
	unsigned tries; /* runs, with the one that goes on: 1 is the first; 0: never ran */
	enum job_outcome outcome;
	int start_error;     /* errno */
	bool no_directory;   /* the directory that it was to run in is what can't be had */
	bool no_interpreter; /* with ENOENT: the file is there, what its "#!" names is not */
	bool announced;      /* what is to be seen before it runs was shown */
	bool agreed;         /* the user wants it to run */
	bool shared_word;    /* every job of the run starts this command word */
	bool forgiven;       /* its exit code counts as success (--ok-codes) */
	bool truncated;      /* it printed more than it may, and was ended for that: a failure */
	bool no_file;        /* the file that its output was to go to is what can't be had */
	bool stored;         /* it has made its files, which is to be seen when it runs again */
	uint64_t room;       /* bytes that it may still print */
	char *file;          /* that has its stdout; owned; NULL: nobody is to be told its name */
	struct child_end end;

	/*
	 * Its output. Guarded by *lock (the slot's) while the job runs in a mode in which another
	 * thread may print from it; else its owner's.
	 */
	pthread_mutex_t *lock;
	struct capture captures[2];
	uint64_t complete[2]; /* whole lines at the front of the capture, in bytes (line mode) */
	bool in_line[2];      /* the last byte printed did not end a line (for tags) */
	bool live;            /* its worker prints straight through */
	bool provisional;     /* it may run again, and what it prints now be dropped then */
	uint64_t output_bytes[2]; /* that came from each stream; its worker's, then its owner's */
	size_t held;              /* bytes it keeps in memory while it waits to be printed */
	/* the last bytes of each stream, where somebody wants them; see output/tail.h; owned */
	struct tail *tails[2];

	/* guarded by the printer's lock */
	bool done;               /* the worker has let it go */
	bool listed;             /* it is on the ready list, */
	struct job *listed_next; /* before this one */
};

/*
 * A new job that owns record; its place is seq until it is told otherwise. NULL when out of
 * memory, and record is still the caller's.
 */
struct job *job_new(uint64_t seq, struct record *record);

/* Free it with its record; captures must be empty. */
void job_free(struct job *j);

/*
 * 0: success or not run; 1..255: its exit code, 128 + n for a signal, 124 when it timed out, 1 when
 * it printed too much, 126 or 127 when it could not be started.
 */
int job_status(const struct job *j);

/*
 * Whether it did not do its work. What was told to end with the run did not, whatever its status
 * is: it may have left in good order.
 */
bool job_failed(const struct job *j);

/*
 * Whether it shows that no job of the run can be started: the command word that all share can't be
 * run.
 */
bool job_condemns_all(const struct job *j);

#endif
