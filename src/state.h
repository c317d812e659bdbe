/*
 * What one run consists of. Internal to session.c, which builds it, and events.c, which is called
 * while it runs.
 */
#ifndef SPOOL_STATE_H
#define SPOOL_STATE_H

#include <signal.h>
#include <stdatomic.h>
#include <sys/ioctl.h>
#include <sys/types.h>

#include "cli/options.h"
#include "output/joblog.h"
#include "output/printer.h"
#include "output/report.h"
#include "run/ending.h"
#include "run/executor.h"
#include "run/launch.h"
#include "run/prompt.h"
#include "run/timeout.h"

struct observer;

#define OBSERVERS_MAX 12
#define WRITTEN_FILES 8 /* more than options that name one for records_open_file() */

/* A regular file that an option has opened to be written to. */
struct written_file {
	dev_t dev;
	ino_t ino;
	const char *option;
};

struct session {
	/* set before the first thread, then read-only */
	const struct options *options;
	char *const *envp;
	unsigned slots; /* at the start ... */
	unsigned most;  /* ... and at most */
	struct template *command;
	struct text_template *tag;
	struct text_template *wd;
	struct replace_spec names; /* the options' with those of the header */
	struct combine *rows;
	struct batch_spec batch_spec; /* the options' with the slots there are */
	struct batch *batch;
	struct launch *launch;
	struct printer *printer;
	struct results *results;          /* NULL: output is only printed */
	struct gate *gate;                /* NULL: nothing paces the jobs */
	const struct gate_tokens *tokens; /* of a jobserver; NULL: of none */
	struct executor *executor;
	struct prompt prompt;
	enum child_output output;
	bool apart;            /* stdout and stderr are not one file */
	struct winsize window; /* of the jobs' terminals */
	int stdin_fd;
	int stop_pipe[2]; /* readable: no more input is wanted; -1: nobody would wait for it */
	sigset_t job_mask;

	const struct observer *observers[OBSERVERS_MAX]; /* read-only, once they are open */
	unsigned n_observers;
	bool keep_records; /* one of them asks what jobs were made of */
	struct event_log *event_log;
	struct trace *trace;
	struct ci *ci; /* NULL: no CI system reads the log */
	struct heartbeat *heartbeat;
	struct reports *reports;
	size_t tail_bytes; /* of each stream that one of them wants at most; 0: nobody does */

	_Atomic uint64_t submitted; /* jobs; changed by the main thread alone */
	atomic_bool all_read;       /* likewise: it came to the end of the input */

	/* the main thread's own */
	uint64_t jobs;          /* that have a number: submitted or skipped */
	struct resume *resume;  /* what an earlier run has done; NULL: nobody wants to know */
	struct resume *learned; /* how long jobs took, with --partition-by time */
	uint64_t others;        /* jobs of other parts (--partition) */
	struct buf key;
	struct written_file written[WRITTEN_FILES]; /* see records_open_file() */
	unsigned n_written;

	atomic_uint readers;   /* of -j FILE */
	atomic_uint suspended; /* jobs, by --memsuspend */
	/* the signals thread's: */
	bool holds_terminal; /* nobody else writes there: spool is stopped */
	int64_t looked_ns;   /* when memory was looked at */
	unsigned has_tokens; /* for so many jobs, since a pause; UINT_MAX: for all */

	struct halt halt;
	struct timeout timeout;
	int64_t deadline_ns; /* read-only: when the run is called off; 0: never */
	struct ending ending;
	atomic_bool broken;    /* spool itself failed: status 255 */
	atomic_bool late;      /* the deadline has passed, and no signal had ended the run before */
	atomic_bool halted;    /* but --halt had stopped it */
	atomic_bool single;    /* the whole input has made one job */
	atomic_bool cut_short; /* jobs were told to end with the run, or have tries left */
	/* the main thread's own */
	bool counting;      /* what is left of the input is read to be counted, */
	uint64_t not_taken; /* and so many jobs are in it */

	/* who has the pen */
	struct report report;
	struct joblog joblog;   /* path NULL: there is none */
	struct joblog fail_log; /* likewise */
	struct argv word;
	struct buf text;
	struct buf directory;
	int64_t input_used;  /* offset behind what the jobs that ran were made of */
	bool told_condemned; /* the message about the command word is out */
};

#endif
