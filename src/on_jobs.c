/*
 * The callbacks of the pool, each in the thread of a worker; and what the callbacks share. They put
 * modules together that do not know each other, and decide nothing that a module could decide.
 */
#include <poll.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/util.h"
#include "events.h"
#include "observers.h"
#include "pacing.h"
#include "records.h"
#include "state.h"

void
events_stop_input(void *ctx)
{
	struct session *s = ctx;

	if (s->stop_pipe[1] >= 0)
		(void)!write(s->stop_pipe[1], "", 1);
	printer_abandon(s->printer);
}

int
events_describe(const struct session *s, const struct job *j, struct buf *out)
{
	buf_reset(out);
	return launch_describe(s->launch, j, out);
}

int
events_death_of_pipe(void)
{
	return signals_pipe_was_ignored() ? 0 : SIGPIPE;
}

bool
events_stops_the_run(const struct session *s, const struct job *j)
{
	if (s->options->personality != AS_XARGS)
		return job_condemns_all(j);
	return j->outcome == JOB_NOT_STARTED ||
	       (j->outcome == JOB_RAN && (job_status(j) == 255 || WIFSIGNALED(j->end.status)));
}

/*
 * Say what is about to run where it was asked for. Returns false when the user does not want it to
 * run.
 */
static bool
announce(struct session *s, struct job *j)
{
	const struct launch_style *style = &s->options->launch;
	struct buf text = {0};
	bool wanted = true;

	if (j->announced || (!style->prompt && !style->trace && !style->print_command))
		return true;
	j->announced = true;
	if (events_describe(s, j, &text) != 0)
		die("out of memory");
	if (style->prompt)
		wanted = prompt_ask(&s->prompt, text.data, text.len - 1);
	else if (style->trace)
		printer_announce(
		    s->printer, j, s->output == CHILD_ONE_PIPE ? 0 : 1, text.data, text.len);
	if (wanted && style->print_command) {
		j->output_bytes[0] += text.len; /* as GNU parallel counts */
		printer_add(s->printer, j, 0, text.data, text.len);
	}
	buf_free(&text);
	return wanted;
}

/* The command in place of its output. */
static void
show(struct session *s, struct job *j)
{
	struct buf text = {0};

	if (events_describe(s, j, &text) != 0)
		die("out of memory");
	printer_add(s->printer, j, 0, text.data, text.len);
	buf_free(&text);
	j->outcome = JOB_SHOWN;
}

static bool
on_launch(void *ctx, struct job *j, struct child_spec *spec)
{
	struct session *s = ctx;

	if ((j->start_error = launch_prepare(s->launch, j, spec)) != 0) {
		j->outcome = JOB_NOT_STARTED;
		return false;
	}
	printer_begin(s->printer, j);
	if (s->options->launch.dry_run) {
		show(s, j);
		return false;
	}
	return announce(s, j);
}

static void
on_starting(void *ctx, int64_t start_ns)
{
	struct session *s = ctx;

	timeout_started(&s->timeout, start_ns);
}

static void
on_started(void *ctx, const struct job *j)
{
	observers_started(ctx, j);
}

static void
on_output(void *ctx, struct job *j, int stream, const char *data, size_t n)
{
	struct session *s = ctx;

	j->output_bytes[stream] += n;
	printer_add(s->printer, j, stream, data, n);
}

static ssize_t
on_move(void *ctx, struct job *j, int stream, int pipe)
{
	struct session *s = ctx;
	ssize_t n = printer_move(s->printer, j, stream, pipe);

	if (n > 0)
		j->output_bytes[stream] += (uint64_t)n;
	return n;
}

/*
 * Jobs that write straight to stdout fail when its reader is gone; spool itself does not see that
 * otherwise.
 */
static bool
reader_is_gone(void)
{
	struct pollfd p = {.fd = STDOUT_FILENO, .events = POLLOUT};

	return poll(&p, 1, 0) == 1 && (p.revents & POLLERR) != 0;
}

/* What became of a job that ran. */
static void
look_at_end(struct session *s, struct job *j)
{
	int status = j->end.status;

	if (j->outcome != JOB_RAN)
		return;
	if (j->end.told_to_end)
		atomic_store(&s->cut_short, true);
	j->forgiven = !j->end.timed_out && WIFEXITED(status) &&
	              codes_has(&s->options->ok_codes, WEXITSTATUS(status));
	if (!job_failed(j) && timeout_learn(&s->timeout, j->end.end_ns - j->end.start_ns) != 0)
		die("out of memory");
}

/* Before the worker can take another job. */
static void
judge(struct session *s, const struct job *j)
{
	enum halt_when when;

	if ((j->outcome != JOB_RAN && j->outcome != JOB_NOT_STARTED) || j->end.told_to_end)
		return;
	when = halt_judge(&s->halt, job_status(j));
	if (when == HALT_NOW)
		ending_call_off(&s->ending);
	if (when != HALT_NEVER) {
		executor_stop(s->executor);
		events_stop_input(s);
	}
}

static void
on_again(void *ctx, struct job *j)
{
	struct session *s = ctx;

	printer_forget(s->printer, j);
	j->output_bytes[0] = j->output_bytes[1] = 0;
	j->announced = j->announced && s->options->launch.prompt;
}

static void
on_finished(void *ctx, struct job *j)
{
	struct session *s = ctx;

	look_at_end(s, j);
	pacing_job_ended(s, j);
	judge(s, j);
	if (events_stops_the_run(s, j) && !executor_stopped(s->executor)) {
		executor_stop(s->executor);
		events_stop_input(s);
	}
	if (s->output == CHILD_INHERIT && job_failed(j) && reader_is_gone()) {
		atomic_store(&s->broken, true);
		ending_request(&s->ending, events_death_of_pipe());
	}
	observers_ended(s, j);
	/* Nobody asks what the others were made of, and they may be many that wait. */
	if (!job_failed(j) && !s->options->style.tag && !s->keep_records && !records_want(s, j)) {
		free(j->record);
		j->record = NULL;
	}
	printer_end(s->printer, j);
}

const struct executor_ops events_of_jobs = {
    .launch = on_launch,
    .starting = on_starting,
    .started = on_started,
    .output = on_output,
    .move = on_move,
    .again = on_again,
    .finished = on_finished,
};
