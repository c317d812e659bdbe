/*
 * The wiring of --events: a line for each start, retry and end, and one for the whole run. Lock:
 * the file's, which guards the counts too.
 */
#include <stdlib.h>

#include "base/util.h"
#include "live_file.h"
#include "observers.h"
#include "output/event_line.h"
#include "state.h"

struct event_log {
	struct live_file file;
	/* guarded by the file's lock */
	struct argv argv;
	struct event_run run;
	/* set before the first job, then read-only */
	int64_t start_ns;
};

/* The job with what it runs. Under the lock. */
static struct event_job
look_at(struct session *s, const struct job *j)
{
	struct event_log *log = s->event_log;
	const struct replace_input in = launch_input(s->launch, j);
	struct event_job e = {.job = j, .output = s->output};

	if (j->record->too_long != 0)
		return e;
	if (template_expand(s->command, &in, &log->argv) != 0)
		die("out of memory");
	e.argv = &log->argv;
	return e;
}

static void
on_started(struct session *s, const struct job *j)
{
	struct live_file *f = &s->event_log->file;
	struct json *w = live_file_begin(f);
	const struct event_job e = look_at(s, j);

	event_line_start(w, &e);
	live_file_end(s, f);
}

/* Lines of it may still be waiting, and be printed by another. */
static bool
has_lost_output(const struct job *j)
{
	bool lost;

	if (j->lock != NULL)
		pthread_mutex_lock(j->lock);
	lost = j->captures[0].error != 0 || j->captures[1].error != 0;
	if (j->lock != NULL)
		pthread_mutex_unlock(j->lock);
	return lost;
}

static void
tell_end(struct session *s, const struct job *j, bool last)
{
	struct event_log *log = s->event_log;
	const bool lost = has_lost_output(j);
	struct json *w = live_file_begin(&log->file);
	struct event_job e = look_at(s, j);

	e.lost = lost;
	if (last)
		log->run.ended[verdict_of(j)]++;
	log->run.retried += last && j->tries > 1;
	event_line_end(w, &e, last);
	live_file_end(s, &log->file);
}

static void
on_retried(struct session *s, const struct job *j)
{
	tell_end(s, j, false);
}

static void
on_ended(struct session *s, const struct job *j)
{
	tell_end(s, j, true);
}

static bool
on_closing(struct session *s, int status, int sig)
{
	struct event_log *log = s->event_log;
	struct event_run *run = &log->run;
	bool written;

	run->skipped = s->jobs - s->submitted;
	run->all_read = s->all_read;
	run->duration_ns = now_ns() - log->start_ns;
	run->status = status;
	run->sig = sig;
	event_line_summary(live_file_begin(&log->file), run);
	written = live_file_close(&log->file);
	argv_free(&log->argv);
	free(log);
	return written;
}

const struct observer *
event_log_open(struct session *s)
{
	static const struct observer observer = {
	    .started = on_started,
	    .retried = on_retried,
	    .ended = on_ended,
	    .closing = on_closing,
	};
	const struct records_policy *policy = &s->options->records;
	struct event_log *log;

	if (policy->events == NULL)
		return NULL;
	log = s->event_log = xmalloc(sizeof(*log));
	*log = (struct event_log){.start_ns = now_ns(), .run.start_wall_ns = wall_ns()};
	live_file_open(s, &log->file, "--events", policy->events, policy->events_fd, NULL);
	return &observer;
}
