/*
 * The events of --trace, in the form of Chrome's trace viewer: each with what stands before it, so
 * that a file that begins with TRACE_BEGIN is whole with or without TRACE_END. Pure.
 */
#ifndef SPOOL_TRACE_LINE_H
#define SPOOL_TRACE_LINE_H

#include <stdint.h>

#include "base/json.h"
#include "run/verdict.h"

#define TRACE_BEGIN                                                                                \
	"[\n{\"name\":\"process_name\",\"ph\":\"M\",\"pid\":1,\"args\":{\"name\":\"spool\"}}"
#define TRACE_END "\n]\n"

/* By the monotonic clock. */
struct trace_time {
	int64_t begin_ns; /* from when the times in the file count */
	int64_t now_ns;
};

/* A lane for a slot. */
void trace_line_lane(struct json *w, unsigned slot);

/*
 * A try of a job, from start to end; one that could not be started has no length. name: of len
 * bytes; a long one is cut.
 */
void trace_line_job(
    struct json *w, const struct job *j, const struct trace_time *t, const char *name, size_t len);

/* What happened in the job's lane at its end. */
void trace_line_instant(
    struct json *w, const struct job *j, const struct trace_time *t, const char *name);

/* How many jobs run from now on. */
void trace_line_running(struct json *w, const struct trace_time *t, uint64_t running);

#endif
