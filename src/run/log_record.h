/*
 * One line of a job log, as GNU parallel has it: a number of columns with TABs between them, the
 * command last. Pure.
 */
#ifndef SPOOL_LOG_RECORD_H
#define SPOOL_LOG_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "run/job.h"

#define LOG_HEADER "Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand\n"

/*
 * What ends a line that was cut off, so that nobody takes it for a whole one: "rm -rf a" may have
 * been "rm -rf a.old". (NUL stands for a newline: a comment of the shell.)
 */
#define LOG_CUT_OFF "\0# cut off"
#define LOG_CUT_OFF_LEN (sizeof(LOG_CUT_OFF) - 1)

struct log_record {
	uint64_t seq;
	int64_t took_ms;     /* -1: it says nothing of it */
	int exit_value;      /* -1: timed out */
	uint64_t sig;        /* 0: none */
	const char *command; /* as in the line: NUL is a newline; points into it */
	size_t command_len;
};

enum log_line {
	LOG_LINE_RECORD,
	LOG_LINE_EMPTY, /* says nothing: the header, a line that was cut off, an empty one */
	LOG_LINE_OTHER, /* is no line of a job log */
};

/* What a line of len bytes, without its newline, is. *r is set for a record. */
enum log_line log_record_parse(struct log_record *r, const char *line, size_t len);

/*
 * The line of a job that has ended, with its newline, appended to out. command: what it ran.
 * Returns 0 or ENOMEM.
 */
int log_record_put(struct buf *out, const struct job *j, const char *command, size_t len);

/*
 * Only the columns before the command, a TAB after each; the seconds of the runtime at least
 * runtime_width wide. Returns 0 or ENOMEM.
 */
int log_record_columns(struct buf *out, const struct job *j, int runtime_width);

/* Each newline becomes the NUL that stands for it in a log, or the other way. */
void log_record_escape(char *command, size_t len);
void log_record_unescape(char *command, size_t len);

#endif
