/*
 * The wiring of --trace: each try of a job is a bar in the lane of its slot. Lock: the file's,
 * which guards all that changes.
 */
#include <stdlib.h>

#include "base/util.h"
#include "live_file.h"
#include "observers.h"
#include "output/trace_line.h"
#include "state.h"

#define MANY_BYTES 16384   /* so many wait at most, */
#define SOON_NS 20000000LL /* behind what was written so shortly before */

struct trace {
	struct live_file file;
	/* guarded by the file's lock */
	struct trace_time time;
	unsigned lanes; /* that have a name: those of slots 1 to this ... */
	uint64_t *seq;  /* ... and the job that each of them runs; 0: none */
	uint64_t running;
	int64_t written_ns; /* when the file was written last */
	struct buf name;
};

/* Under the lock: the clock is looked at there, so that the counts are in order. */
static struct json *
begin(struct trace *t)
{
	struct json *w = live_file_begin(&t->file);

	t->time.now_ns = now_ns();
	return w;
}

static void
add_lanes(struct trace *t, struct json *w, unsigned slot)
{
	if (slot <= t->lanes)
		return;
	if ((t->seq = realloc(t->seq, slot * sizeof(*t->seq))) == NULL)
		die("out of memory");
	while (t->lanes < slot) {
		t->seq[t->lanes++] = 0;
		trace_line_lane(w, t->lanes);
	}
}

static void
on_started(struct session *s, const struct job *j)
{
	struct trace *t = s->trace;
	struct json *w = begin(t);

	add_lanes(t, w, j->slot);
	t->seq[j->slot - 1] = j->seq;
	trace_line_running(w, &t->time, ++t->running);
	/* It goes out with the next bar: one write fewer for each job. */
	live_file_leave(&t->file);
}

static void
put_bar(struct session *s, struct json *w, const struct job *j)
{
	struct trace *t = s->trace;

	buf_reset(&t->name);
	if (launch_describe(s->launch, j, &t->name) != 0)
		die("out of memory");
	trace_line_job(w, j, &t->time, t->name.data, t->name.len - 1); /* without the newline */
}

static void
tell_end(struct session *s, const struct job *j, bool last)
{
	struct trace *t = s->trace;
	struct json *w = begin(t);
	const bool ran = j->outcome == JOB_RAN;

	add_lanes(t, w, j->slot);
	/* One that waited in vain to run again was told of when it ran. */
	if (!ran || t->seq[j->slot - 1] == j->seq) {
		put_bar(s, w, j);
		if (ran && j->end.timed_out)
			trace_line_instant(w, j, &t->time, "timed out");
		if (!last)
			trace_line_instant(w, j, &t->time, "retry");
		if (ran) {
			t->seq[j->slot - 1] = 0;
			trace_line_running(w, &t->time, --t->running);
		}
	}
	/* Of very many jobs the bars go out together. */
	if (t->file.file.record.len < MANY_BYTES && t->time.now_ns - t->written_ns < SOON_NS) {
		live_file_leave(&t->file);
		return;
	}
	t->written_ns = t->time.now_ns;
	live_file_end(s, &t->file);
}

static void
on_retried(struct session *s, const struct job *j)
{
	tell_end(s, j, false);
}

static void
on_ended(struct session *s, const struct job *j)
{
	if (j->outcome != JOB_NOT_RUN)
		tell_end(s, j, true);
}

static bool
on_closing(struct session *s, int status, int sig)
{
	struct trace *t = s->trace;
	bool written;

	(void)status;
	(void)sig;
	json_raw(live_file_begin(&t->file), TRACE_END);
	written = live_file_close(&t->file);
	buf_free(&t->name);
	free(t->seq);
	free(t);
	return written;
}

const struct observer *
trace_open(struct session *s)
{
	static const struct observer observer = {
	    .started = on_started,
	    .retried = on_retried,
	    .ended = on_ended,
	    .closing = on_closing,
	};
	const char *path = s->options->records.trace;
	struct trace *t;

	if (path == NULL)
		return NULL;
	t = s->trace = xmalloc(sizeof(*t));
	*t = (struct trace){.time.begin_ns = now_ns()};
	live_file_open(s, &t->file, "--trace", path, 0, TRACE_BEGIN);
	return &observer;
}
