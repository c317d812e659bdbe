/*
 * What a run leaves for the next one, and what it takes from the last: the job log, the commands of
 * failed jobs, and which jobs need not run. Puts together what reads and writes such files.
 */
#ifndef SPOOL_RECORDS_H
#define SPOOL_RECORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "input/record.h"
#include "output/joblog.h"
#include "run/job.h"

struct session;
struct stat;

/* Open, check and read all of them, or die. The command must be compiled. Main thread. */
void records_open(struct session *s);

/*
 * Open the file that an option names and make it ready for records, or die; header: what it begins
 * with, NULL: nothing. See joblog_begin(). Main thread.
 */
void records_open_file(struct session *s, struct joblog *l, const char *option, const char *path,
    enum joblog_start start, const char *header);

/*
 * Die when the file, of which st tells, is read as input or written by another option too. Main
 * thread.
 */
void records_check_file(
    struct session *s, const char *option, const char *path, const struct stat *st);

/* Returns whether all was written; else that is told. l->path NULL: there is none. Main thread. */
bool records_close_file(struct joblog *l);

/*
 * What a job runs, as a log has it: a line without its newline; appended. 0 or ENOMEM. Any
 * thread.
 */
int records_describe(const struct session *s, const struct job *j, struct buf *out);

/* Is this job one that need not run? Main thread. */
bool records_skip(struct session *s, struct record *record, uint64_t seq);

/* How long it takes, in ms, by an earlier log; with --partition-by time. Main thread. */
uint64_t records_time(struct session *s, struct record *record, uint64_t seq);

/*
 * Jobs come from the log alone, not from the input: the next one. False: there are no more. Main
 * thread.
 */
bool records_replace_input(const struct session *s);
bool records_next(struct session *s, struct record **record, uint64_t *seq);

/* Will something be asked about how a job was made, when it is printed? */
bool records_want(const struct session *s, const struct job *j);

/*
 * The job has ended and its output is out. Returns the file that it could not be written to, once;
 * else NULL. Who has the pen.
 */
const struct joblog *records_add(struct session *s, const struct job *j);

/* Main thread, at the end; errors are told. Returns whether all was written. */
bool records_close(struct session *s);

#endif
