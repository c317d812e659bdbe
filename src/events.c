/*
 * Callbacks, each under the name of the thread that it runs in. They put modules together that do
 * not know each other, and decide nothing that a module could decide.
 */
#include "events.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "state.h"

#define TICK_NS 1000000000LL /* stopped jobs are looked for this often */
#define SOON_NS 100000000LL  /* while a spawn may hang */
#define ENDING_TICK_NS 50000000LL

/* --- any thread --- */

void
events_stop_input(void *ctx)
{
	struct session *s = ctx;

	if (s->stop_pipe[1] >= 0)
		(void)!write(s->stop_pipe[1], "", 1);
	printer_abandon(s->printer);
}

/* --- workers --- */

static int
describe(const struct session *s, const struct job *j, struct buf *out)
{
	buf_reset(out);
	return launch_describe(s->launch, j, out);
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
	if (describe(s, j, &text) != 0)
		die("out of memory");
	if (style->prompt)
		wanted = prompt_ask(&s->prompt, text.data, text.len - 1);
	else if (style->trace)
		printer_announce(
		    s->printer, j, s->output == CHILD_ONE_PIPE ? 0 : 1, text.data, text.len);
	if (wanted && style->print_command)
		printer_add(s->printer, j, 0, text.data, text.len);
	buf_free(&text);
	return wanted;
}

/* The command in place of its output. */
static void
show(struct session *s, struct job *j)
{
	struct buf text = {0};

	if (describe(s, j, &text) != 0)
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
on_output(void *ctx, struct job *j, int stream, const char *data, size_t n)
{
	struct session *s = ctx;

	printer_add(s->printer, j, stream, data, n);
}

static ssize_t
on_move(void *ctx, struct job *j, int stream, int pipe)
{
	struct session *s = ctx;

	return printer_move(s->printer, j, stream, pipe);
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

static int
death_of_pipe(void)
{
	return signals_pipe_was_ignored() ? 0 : SIGPIPE;
}

static void
on_finished(void *ctx, struct job *j)
{
	struct session *s = ctx;

	if (job_condemns_all(j) && !executor_stopped(s->executor)) {
		executor_stop(s->executor);
		events_stop_input(s);
	}
	if (s->output == CHILD_INHERIT && job_failed(j) && reader_is_gone()) {
		atomic_store(&s->broken, true);
		ending_request(&s->ending, SIGTERM, death_of_pipe());
	}
	/* Nobody asks what the others were made of, and they may be many that wait. */
	if (!job_failed(j) && !s->options->style.tag) {
		free(j->record);
		j->record = NULL;
	}
	printer_end(s->printer, j);
}

/* --- who has the pen --- */

/* Say why a job was not started; once for all jobs when it is the command word they share. */
static void
tell_not_started(struct session *s, const struct job *j)
{
	const struct template_input in = {j->record, j->seq, j->slot};
	const char *word = "";

	if (job_condemns_all(j)) {
		if (s->told_condemned)
			return;
		s->told_condemned = true;
	}
	if (j->record->too_long == 0 && template_expand(s->command, &in, &s->word) == 0)
		word = s->word.v[0];
	buf_reset(&s->text);
	if (report_reason(&s->text, j, word, s->options->launch.wd) != 0 ||
	    buf_string(&s->text) == NULL)
		die("out of memory");
	if (job_condemns_all(j))
		warn("%s", s->text.data);
	else
		warn("job %llu: %s", (unsigned long long)j->seq, s->text.data);
}

static void
tell_incomplete(struct session *s, const struct job *j)
{
	int err = j->captures[0].error ? j->captures[0].error : j->captures[1].error;

	if (err == 0)
		err = j->end.read_error;
	if (err == 0)
		return;
	warn("job %llu: its output is incomplete: %s", (unsigned long long)j->seq, strerror(err));
	atomic_store(&s->broken, true);
}

static void
on_printed(void *ctx, struct job *j)
{
	struct session *s = ctx;
	const char *description = "\n";

	if (j->outcome == JOB_NOT_STARTED)
		tell_not_started(s, j);
	tell_incomplete(s, j);
	if (report_wants(&s->report, j) && describe(s, j, &s->text) == 0 &&
	    buf_string(&s->text) != NULL)
		description = s->text.data;
	report_add(&s->report, j, description);
}

static void
on_lost(void *ctx, int error, int stream)
{
	struct session *s = ctx;

	atomic_store(&s->broken, true);
	if (error != EPIPE)
		warn("cannot write standard %s: %s", stream == 0 ? "output" : "error",
		    strerror(error));
	ending_request(&s->ending, SIGTERM, error == EPIPE ? death_of_pipe() : 0);
}

/* --- the signals thread --- */

static void
on_stopped_job(void *ctx, uint64_t seq, int sig)
{
	struct pollfd err = {.fd = STDERR_FILENO, .events = POLLOUT};

	(void)ctx;
	/* This thread waits for nobody's reader. */
	if ((sig != SIGTTIN && sig != SIGTTOU) || poll(&err, 1, 0) != 1)
		return;
	warn("job %llu is stopped: it wants the terminal (%s); see --tty", (unsigned long long)seq,
	    signal_name(sig));
}

static void
on_ending(void *ctx, int sig)
{
	struct session *s = ctx;

	ending_on_signal(&s->ending, sig);
	signals_wake_at(now_ns() + ENDING_TICK_NS);
}

static void
on_stop(void *ctx)
{
	struct session *s = ctx;

	executor_pause(s->executor);
}

static void
on_resume(void *ctx)
{
	struct session *s = ctx;

	executor_continue(s->executor);
	signals_wake_at(now_ns() + SOON_NS);
}

static void
on_tick(void *ctx)
{
	struct session *s = ctx;
	int64_t pause = TICK_NS;

	if (executor_look(s->executor, on_stopped_job, s))
		pause = SOON_NS;
	if (ending_step(&s->ending))
		pause = ENDING_TICK_NS;
	signals_wake_at(now_ns() + pause);
	if (ending_pending(
		&s->ending)) /* asked for after the look, and its wake-up was overwritten */
		signals_wake_at(now_ns());
}

int64_t
events_first_tick(void)
{
	return now_ns() + TICK_NS;
}

/* --- the tables --- */

const struct executor_ops events_of_jobs = {
    .launch = on_launch,
    .output = on_output,
    .move = on_move,
    .finished = on_finished,
};

const struct printer_ops events_of_output = {
    .printed = on_printed,
    .lost = on_lost,
};

const struct signals_ops events_of_signals = {
    .ending = on_ending,
    .stop = on_stop,
    .resume = on_resume,
    .tick = on_tick,
};
