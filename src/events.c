/*
 * Callbacks, each under the name of the thread that it runs in. They put modules together that do
 * not know each other, and decide nothing that a module could decide.
 */
#include "events.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
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

/* xargs ends at the first job that exits with 255, dies of a signal or can't be started. */
static bool
stops_the_run(const struct session *s, const struct job *j)
{
	if (s->options->personality != AS_XARGS)
		return job_condemns_all(j);
	return j->outcome == JOB_NOT_STARTED ||
	       (j->outcome == JOB_RAN && (job_status(j) == 255 || WIFSIGNALED(j->end.status)));
}

/* Before the worker can take another job. */
static void
judge(struct session *s, const struct job *j)
{
	enum halt_when when;

	if (j->outcome != JOB_RAN && j->outcome != JOB_NOT_STARTED)
		return;
	when = halt_judge(&s->halt, job_status(j));
	if (when == HALT_NOW)
		ending_request(&s->ending, SIGTERM, 0);
	if (when != HALT_NEVER) {
		executor_stop(s->executor);
		events_stop_input(s);
	}
}

static void
on_finished(void *ctx, struct job *j)
{
	struct session *s = ctx;

	judge(s, j);
	if (stops_the_run(s, j) && !executor_stopped(s->executor)) {
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
	const struct replace_input in = launch_input(s->launch, j);
	const char *word = "";

	if (job_condemns_all(j)) {
		if (s->told_condemned)
			return;
		s->told_condemned = true;
	}
	if (j->record->too_long == 0 && template_expand(s->command, &in, &s->word) == 0)
		word = s->word.v[0];
	buf_reset(&s->text);
	buf_reset(&s->directory);
	if (launch_directory(s->launch, j, &s->directory) != 0 || !buf_string(&s->directory) ||
	    report_reason(&s->text, j, word, s->directory.data) != 0 ||
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

/* As xargs says it. */
static void
tell_abort(struct session *s, const struct job *j)
{
	const char *command = s->options->command.words[0];

	if (j->outcome != JOB_RAN || !stops_the_run(s, j) || j->end.told_to_end)
		return;
	if (WIFSIGNALED(j->end.status))
		warn("%s: terminated by signal %d", command, WTERMSIG(j->end.status));
	else
		warn("%s: exited with status 255; aborting", command);
}

static void
on_printed(void *ctx, struct job *j)
{
	struct session *s = ctx;
	const char *description = "\n";

	if (j->outcome != JOB_NOT_RUN && j->input_end > s->input_used)
		s->input_used = j->input_end;
	if (j->outcome == JOB_NOT_STARTED)
		tell_not_started(s, j);
	if (s->options->personality == AS_XARGS)
		tell_abort(s, j);
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

/* --tag is the values. */
static int
on_tag(void *ctx, const struct job *j, struct buf *out)
{
	struct session *s = ctx;
	const struct replace_input in = launch_input(s->launch, j);
	int err = 0;

	if (s->tag != NULL)
		return text_template_expand(s->tag, &in, out);
	for (size_t i = 0; i < j->record->n && err == 0; i++) {
		if (i > 0)
			err = buf_putc(out, ' ');
		if (err == 0)
			err = buf_puts(out, record_value(j->record, i));
	}
	return err;
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
    .tag = on_tag,
};

const struct signals_ops events_of_signals = {
    .ending = on_ending,
    .stop = on_stop,
    .resume = on_resume,
    .tick = on_tick,
};
