/*
 * The callbacks of the pool, each in the thread of a worker; and what the callbacks share. They put
 * modules together that do not know each other, and decide nothing that a module could decide.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/util.h"
#include "events.h"
#include "observers.h"
#include "output/tail.h"
#include "pacing.h"
#include "records.h"
#include "results.h"
#include "run/keeper.h"
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
 * Say what is about to run where it was asked for, and make the files for its output. Returns false
 * when the user does not want it to run, or they can't be made.
 */
static bool
announce(struct session *s, struct job *j)
{
	const struct launch_style *style = &s->options->launch;
	struct buf text = {0};
	bool wanted = true;

	if (j->announced || (!style->prompt && !style->trace && !style->print_command))
		return results_begin(s, j);
	j->announced = true;
	if (events_describe(s, j, &text) != 0)
		die("out of memory");
	if (style->prompt && !j->agreed)
		wanted = j->agreed = prompt_ask(&s->prompt, text.data, text.len - 1);
	else if (style->trace)
		printer_announce(s->printer, j, s->apart ? 1 : 0, text.data, text.len);
	wanted = wanted && results_begin(s, j);
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

/* Of what each job has printed last, no more is kept than what is said of failed ones. */
static void
cut_tails(struct job *j, size_t keep)
{
	for (int i = 0; i < 2; i++)
		tail_cut(&j->tails[i], keep);
}

/* Whether what the job has printed is to give way to what it prints now. */
static bool
replaces_output(const struct session *s, const struct job *j)
{
	return j->tries > 0 && !s->options->retry.keeps_output;
}

/* What each run of the job may print. */
static void
give_room(const struct session *s, struct job *j)
{
	const uint64_t most = s->options->style.max_output;

	j->room = most != 0 ? most : UINT64_MAX;
	j->truncated = false;
}

static bool
on_launch(void *ctx, struct job *j, struct child_spec *spec)
{
	struct session *s = ctx;
	int err;

	give_room(s, j);
	if ((err = launch_prepare(s->launch, j, spec)) != 0) {
		j->outcome = JOB_NOT_STARTED;
		j->start_error = err;
		return false;
	}
	j->provisional =
	    !s->options->retry.keeps_output && j->tries + UINT64_C(1) < s->options->retry.tries;
	if (replaces_output(s, j))
		return true;
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
drop_output(struct session *s, struct job *j)
{
	printer_forget(s->printer, j);
	j->output_bytes[0] = j->output_bytes[1] = 0;
}

static void
on_started(void *ctx, struct job *j)
{
	struct session *s = ctx;

	cut_tails(j, 0);
	/* Not before it runs: until then what the last try has printed may be all there will be. */
	if (j->tries > 1 && !s->options->retry.keeps_output) {
		drop_output(s, j);
		printer_begin(s->printer, j);
		if (!announce(s, j))
			j->captures[0].error = j->captures[1].error = j->start_error;
	}
	observers_started(s, j);
}

/* It prints more than it may: what comes is thrown away, until it has ended for that. */
static void
cut(struct session *s, struct job *j)
{
	if (j->truncated)
		return;
	j->truncated = true;
	executor_cut(s->executor, j);
	if (signals_wake_at(now_ns()))
		signals_poke();
}

static void
on_output(void *ctx, struct job *j, int stream, const char *data, size_t n)
{
	struct session *s = ctx;

	if (n > j->room) {
		cut(s, j);
		n = (size_t)j->room;
	}
	j->room -= n;
	j->output_bytes[stream] += n;
	if (s->tail_bytes > 0)
		tail_add(&j->tails[stream], s->tail_bytes, data, n);
	printer_add(s->printer, j, stream, data, n);
}

static ssize_t
on_move(void *ctx, struct job *j, int stream, int pipe)
{
	struct session *s = ctx;
	ssize_t n;

	/* What is moved is not seen, and may be too much. */
	if (s->tail_bytes > 0 || s->output == CHILD_TERMINAL || j->room < SPILL_MOVE_BYTES) {
		errno = EINVAL;
		return -1;
	}
	n = printer_move(s->printer, j, stream, pipe);
	if (n > 0) {
		j->output_bytes[stream] += (uint64_t)n;
		j->room -= (uint64_t)n;
	}
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

/* Whether the job has failed because it had nobody to write to; then the run is over. */
static bool
has_no_reader(const struct session *s, const struct job *j)
{
	return s->output == CHILD_INHERIT && job_failed(j) && reader_is_gone();
}

/*
 * The signal that ends the run may reach a job without spool: ^C does while the job has not left
 * spool's process group yet, and with --tty. spool's own may be on its way still.
 */
static bool
died_with_run(struct session *s, int status)
{
	const int sig = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

	if (!signals_end_run(sig))
		return false;
	signals_settle();
	return sig == atomic_load(&s->ending.signal);
}

/* What became of a try: whether that is a success; and what could not run has printed nothing. */
static void
look_at_try(struct session *s, struct job *j)
{
	const int status = j->end.status;

	if (j->outcome == JOB_NOT_STARTED && j->tries > 1 && !s->options->retry.keeps_output)
		drop_output(s, j);
	j->end.timed_out = j->end.timed_out && !j->truncated; /* it was ended in the same way */
	if (j->outcome == JOB_RAN && !j->end.timed_out && !j->truncated && died_with_run(s, status))
		j->end.told_to_end = true;
	j->forgiven = j->outcome == JOB_RAN && !j->end.timed_out && !j->truncated &&
	              WIFEXITED(status) && codes_has(&s->options->ok_codes, WEXITSTATUS(status));
}

/* What became of a job that ran. */
static void
look_at_end(struct session *s, struct job *j)
{
	look_at_try(s, j);
	if (j->outcome != JOB_RAN)
		return;
	if (j->end.told_to_end)
		atomic_store(&s->cut_short, true);
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

	observers_retried(s, j);
	j->announced = false;
	if (s->options->retry.output != RETRY_OUTPUT_ALL)
		drop_output(s, j);
}

static bool
on_retry(void *ctx, struct job *j)
{
	struct session *s = ctx;
	const struct retry_policy *retry = &s->options->retry;
	int64_t now = now_ns(), wait_ns;

	if (j->tries >= retry->tries)
		return false;
	look_at_try(s, j);
	if (!retry_wants(retry, j) || has_no_reader(s, j))
		return false;
	if (executor_stopped(s->executor)) {
		atomic_store(&s->cut_short, true);
		return false;
	}
	pacing_job_ended(s, j);
	observers_retried(s, j);
	printer_rest(s->printer, j);
	j->announced = false;
	wait_ns = retry_delay(retry, j->tries, (uint64_t)now + (j->seq << 32));
	j->due_ns = wait_ns > 0 ? now + wait_ns : 0;
	return true;
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
	if (has_no_reader(s, j)) {
		atomic_store(&s->broken, true);
		ending_request(&s->ending, events_death_of_pipe());
	}
	if (j->outcome == JOB_NOT_RUN)
		results_drop(s, j);
	observers_ended(s, j);
	cut_tails(j, job_failed(j) ? TAIL_KEPT : 0);
	/* Nobody asks what the others were made of, and they may be many that wait. */
	if (!job_failed(j) && !s->options->style.tag && !s->keep_records && !records_want(s, j)) {
		free(j->record);
		j->record = NULL;
	}
	printer_end(s->printer, j);
}

/* It takes a moment to go. */
static void
on_idle(void *ctx)
{
	(void)ctx;
	keeper_release();
}

const struct executor_ops events_of_jobs = {
    .launch = on_launch,
    .starting = on_starting,
    .started = on_started,
    .output = on_output,
    .move = on_move,
    .again = on_again,
    .retry = on_retry,
    .finished = on_finished,
    .idle = on_idle,
};
