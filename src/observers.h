/*
 * Who is told what happens in a run, besides the printer and the report: files of events, reports
 * for other programs, the progress. A run without any pays nothing for them.
 */
#ifndef SPOOL_OBSERVERS_H
#define SPOOL_OBSERVERS_H

#include <stdbool.h>

#include "run/job.h"

struct session;

/* A function that is NULL is not told. */
struct observer {
	/* It asks what jobs were made of: their records are kept until they are printed. */
	bool wants_records;
	/* A try of the job has begun to run. Workers, several at a time. */
	void (*started)(struct session *s, const struct job *j);
	/* A try has ended, and the job will run again. Workers. */
	void (*retried)(struct session *s, const struct job *j);
	/*
	 * The job has its outcome, and its output need not be out. Workers; of jobs that were still
	 * in the input when the run was stopped, the main thread.
	 */
	void (*ended)(struct session *s, const struct job *j);
	/* Its output is out. Who has the pen, one job at a time. */
	void (*printed)(struct session *s, const struct job *j);
	/*
	 * The run is over, and stdout is closed. status: of the run; sig: that ended it, or 0.
	 * Main thread. Returns whether all that it had to write was written.
	 */
	bool (*closing)(struct session *s, int status, int sig);
};

/*
 * There are these, each in the file that its name says: opened, or NULL when the options do not ask
 * for it. What can't be opened is told, and ends spool.
 */
const struct observer *event_log_open(struct session *s);
const struct observer *trace_open(struct session *s);
const struct observer *ci_open(struct session *s);
const struct observer *heartbeat_open(struct session *s);
const struct observer *reports_open(struct session *s);
const struct observer *progress_open(struct session *s);

/*
 * Open those that the options ask for, or die; it dies before the first job. The command must be
 * compiled. Main thread.
 */
void observers_open(struct session *s);

/* The same for those that must know how many slots there are. */
void observers_begin(struct session *s);

void observers_started(struct session *s, const struct job *j);
void observers_retried(struct session *s, const struct job *j);
void observers_ended(struct session *s, const struct job *j);
void observers_printed(struct session *s, const struct job *j);
bool observers_closing(struct session *s, int status, int sig);

/*
 * What one of them writes can't be written: tells it, once for each call, and ends the run with
 * 255. what names the file. Any thread.
 */
void observers_lose(struct session *s, const char *what, int error);

#endif
