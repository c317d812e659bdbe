/*
 * The lines of --events: one JSON object each, with its newline. Man page and tests know each
 * field: they are an interface. Pure.
 */
#ifndef SPOOL_EVENT_LINE_H
#define SPOOL_EVENT_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/json.h"
#include "input/template.h"
#include "run/verdict.h"

/* What the lines say of a job that it does not know itself. */
struct event_job {
	const struct job *job;
	const struct argv *argv; /* what it runs; NULL: its input was too long for a command */
	enum child_output output;
	bool lost; /* some of its output could not be kept */
};

void event_line_start(struct json *w, const struct event_job *e);

/* A try has ended, and the job will run again; or (last) it has its outcome. */
void event_line_end(struct json *w, const struct event_job *e, bool last);

/* All counts are of jobs. */
struct event_run {
	uint64_t ended[VERDICTS];
	uint64_t retried; /* of them, ran more than once */
	uint64_t skipped; /* an earlier run has done them, or another does */
	bool all_read;    /* every job of the input is in these counts */
	int64_t start_wall_ns;
	int64_t duration_ns;
	int status; /* its exit status ... */
	int sig;    /* ... or the signal that spool dies of; 0: none */
};

void event_line_summary(struct json *w, const struct event_run *run);

#endif
