/*
 * Files that get one record for each job that has ended: the job log, and the commands of the
 * failed jobs. A record goes out in one write, at the end of the file, so that several runs may
 * share one and a run that is killed leaves whole records. Not locked: whoever has the pen.
 */
#ifndef SPOOL_JOBLOG_H
#define SPOOL_JOBLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "output/sink.h"
#include "run/resume.h"

enum joblog_start {
	JOBLOG_ANEW,   /* what was in it is gone */
	JOBLOG_APPEND, /* behind what is there */
	JOBLOG_RESUME, /* the same, but the header comes first where nothing is */
};

/* What is to be written; the options'. */
struct records_policy {
	const char *joblog; /* --joblog, without a +; NULL: none */
	bool append;        /* it had one */
	enum resume_mode resume;
	const char *fail_log; /* NULL: none */
	const char *junit;    /* likewise */
	const char *tap;
	const char *events; /* --events: a path, or "fd:N"; NULL: none */
	int events_fd;      /* N, above 2; 0: it is a path */
	const char *trace;  /* NULL: none */
};

struct joblog {
	const char *path; /* "-": standard output */
	bool standard_output;
	struct sink sink; /* sink.error: errno of the first failure; 0: none */
	struct buf record;
};

/*
 * Open it without changing anything; *st tells what it is. path is kept. Returns 0 or errno, and
 * then nothing is to be closed.
 */
int joblog_open(struct joblog *l, const char *path, struct stat *st);

/*
 * Make it ready for records: begin as start says, with a header unless that is NULL; a last line
 * that was cut off is ended by the len bytes of cut_off and a newline. Returns 0 or errno.
 */
int joblog_begin(struct joblog *l, const struct stat *st, enum joblog_start start,
    const char *header, const char *cut_off, size_t len);

/* Write l->record in one piece, and empty it. Returns 0 or errno, the same ever after. */
int joblog_write(struct joblog *l);

/* Returns 0 or errno. */
int joblog_close(struct joblog *l);

#endif
