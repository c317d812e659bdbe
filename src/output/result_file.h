/*
 * The files that jobs' output goes to for good: how they are named, and how they are made. Any
 * thread.
 */
#ifndef SPOOL_RESULT_FILE_H
#define SPOOL_RESULT_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/*
 * Append a value as the name of a directory, as GNU parallel writes it: a backslash as \\, a TAB as
 * \t, a slash as \_; cut after max bytes. Returns 0 or ENOMEM.
 */
int result_file_quote(struct buf *out, const char *value, size_t max);

/* Whether the column a comes before b in the path of a directory: by number, then by bytes. */
int result_file_compare(const char *a, const char *b);

/*
 * Make path, and the directories that it needs. A file that is there is not written over, but
 * replaced, so that what another job still writes is never mixed with this; what is no regular file
 * is written to. *replaced: there was one. Returns 0 or errno.
 */
int result_file_open(char *path, int *fd, bool *replaced);

/* The same file again, empty or, with append, as it is. Returns 0 or errno. */
int result_file_reopen(const char *path, bool append, int *fd);

/*
 * Make the directories that path names, up to its last slash; whether they are there then is not
 * told.
 */
void result_file_make_directories(char *path);

/*
 * A file for its owner alone, in dir under a name like par1aB9xY.par; append the path. Returns 0 or
 * errno.
 */
int result_file_open_temporary(const char *dir, struct buf *path, int *fd);

#endif
