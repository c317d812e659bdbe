/*
 * A file of JSON that is written to while jobs run, by any thread: what one of them adds goes out
 * in one write, whole and in its turn. What can't be written is told once, and ends the run.
 */
#ifndef SPOOL_LIVE_FILE_H
#define SPOOL_LIVE_FILE_H

#include <pthread.h>

#include "base/json.h"
#include "output/joblog.h"

struct session;

struct live_file {
	pthread_mutex_t lock;
	/* guarded by lock */
	struct joblog file;
	struct json json; /* to what is written next */
};

/*
 * Open path, or use the descriptor fd that path names, if that is not 0; or die. What was in a file
 * is gone. header: what it begins with, with path only; NULL: nothing. path is kept. Main thread.
 */
void live_file_open(struct session *s, struct live_file *f, const char *option, const char *path,
    int fd, const char *header);

/*
 * Begin to add something to what is returned, which is the caller's until live_file_end() or
 * live_file_leave(). No other lock may be held, nor be taken in between. Any thread.
 */
struct json *live_file_begin(struct live_file *f);

/* Write it. Any thread. */
void live_file_end(struct session *s, struct live_file *f);

/* Or leave it to be written with what comes next. Any thread. */
void live_file_leave(struct live_file *f);

/*
 * Write it for the last time, and close. Returns whether all was written; errors are told. Main
 * thread.
 */
bool live_file_close(struct live_file *f);

#endif
