/*
 * Wiring: main thread, workers and the signals thread meet in struct session, and each callback names the thread that
 * it runs in. Decides nothing that a module could decide.
 */
#include "session.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/os.h"
#include "base/util.h"
#include "cli/width.h"
#include "output/printer.h"
#include "output/report.h"
#include "run/ending.h"
#include "run/executor.h"
#include "run/keeper.h"
#include "run/launch.h"
#include "run/prompt.h"
#include "run/signals.h"

#define TICK_NS 1000000000LL     /* stopped jobs are looked for this often */
#define SOON_NS 100000000LL      /* while a spawn may hang */
#define ENDING_TICK_NS 50000000LL
#define SPARE_FDS 10 /* pipe ends while a job is started, spill file, keeper, input ... */

struct session {
	/* set before the first thread, then read-only */
	const struct options *options;
	unsigned slots;
	struct template *command;
	struct text_template *tag;
	struct source *source;
	struct launch *launch;
	struct printer *printer;
	struct executor *executor;
	struct prompt prompt;
	enum child_output output;
	int stdin_fd;
	int stop_pipe[2]; /* readable: no more input is wanted; -1: nobody would wait for it */
	sigset_t job_mask;

	struct ending ending;
	atomic_bool broken; /* spool itself failed: status 255 */

	/* who has the pen */
	struct report report;
	struct argv word;
	struct buf text;
	bool told_condemned; /* the message about the command word is out */
};

/* --- any thread ------------------------------------------------------------------------------------------------- */

/* No more input is wanted: wakes the main thread wherever it waits. */
static void
stop_input(void *ctx)
{
	struct session *s = ctx;

	if (s->stop_pipe[1] >= 0)
		(void)!write(s->stop_pipe[1], "", 1);
	printer_abandon(s->printer);
}

/* --- workers ---------------------------------------------------------------------------------------------------- */

static int
describe(const struct session *s, const struct job *j, struct buf *out)
{
	buf_reset(out);
	return launch_describe(s->launch, j, out);
}

/* Say what is about to run where it was asked for. Returns false when the user does not want it to run. */
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

/* Jobs that write straight to stdout fail when its reader is gone; spool itself does not see that otherwise. */
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
		stop_input(s);
	}
	if (s->output == CHILD_INHERIT && job_failed(j) && reader_is_gone()) {
		atomic_store(&s->broken, true);
		ending_request(&s->ending, SIGTERM, death_of_pipe());
	}
	printer_end(s->printer, j);
}

/* --- who has the pen -------------------------------------------------------------------------------------------- */

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
	if (report_reason(&s->text, j, word, s->options->launch.wd) != 0 || buf_string(&s->text) == NULL)
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

/* --- the signals thread ----------------------------------------------------------------------------------------- */

static void
on_stopped_job(void *ctx, uint64_t seq, int sig)
{
	struct pollfd err = {.fd = STDERR_FILENO, .events = POLLOUT};

	(void)ctx;
	/* This thread waits for nobody's reader. */
	if ((sig != SIGTTIN && sig != SIGTTOU) || poll(&err, 1, 0) != 1)
		return;
	warn("job %llu is stopped: it wants the terminal (%s); see --tty",
	    (unsigned long long)seq, signal_name(sig));
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
	if (ending_pending(&s->ending)) /* asked for after the look, and its wake-up was overwritten */
		signals_wake_at(now_ns());
}

/* --- the main thread: setting up -------------------------------------------------------------------------------- */

static const struct executor_ops executor_ops = {
    .launch = on_launch,
    .output = on_output,
    .move = on_move,
    .finished = on_finished,
};
static const struct printer_ops printer_ops = {on_printed, on_lost};
static const struct signals_ops signals_ops = {on_ending, on_stop, on_resume, on_tick};

/* Both streams of a job go through one pipe when stdout and stderr are one file: so their order is kept. */
static enum child_output
choose_output(enum print_mode mode)
{
	struct stat out, err;

	if (mode == PRINT_NONE)
		return CHILD_INHERIT;
	if (fstat(STDOUT_FILENO, &out) == 0 && fstat(STDERR_FILENO, &err) == 0 &&
	    out.st_dev == err.st_dev && out.st_ino == err.st_ino)
		return CHILD_ONE_PIPE;
	return CHILD_TWO_PIPES;
}

/* Descriptors below limit that are open; looked for among the first thousand. */
static unsigned
count_open(rlim_t limit)
{
	unsigned n = 0;

	for (int fd = 0; fd < 1024 && (rlim_t)fd < limit; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

/* The slots that descriptors allow: pipes and an exit descriptor each. RLIMIT_NOFILE is the jobs' too: never raised. */
static unsigned
limit_slots(unsigned slots, enum child_output output)
{
	unsigned each = output == CHILD_INHERIT ? 0 : output == CHILD_ONE_PIPE ? 2 : 3;
	struct rlimit limit;
	rlim_t used;

	if (each == 0 || getrlimit(RLIMIT_NOFILE, &limit) != 0 ||
	    (rlim_t)slots * each + 2 * SPARE_FDS < limit.rlim_cur / 2)
		return slots;
	used = count_open(limit.rlim_cur) + SPARE_FDS;
	if (used + each >= limit.rlim_cur)
		return 1;
	limit.rlim_cur = (limit.rlim_cur - used) / each;
	return limit.rlim_cur < slots ? (unsigned)limit.rlim_cur : slots;
}

static void
explain(const struct session *s)
{
	const struct options *o = s->options;
	struct buf text = {0};
	char *line, *end;

	if (width_explain(&text, &o->cpus, o->given.jobs_by, o->given.jobs, o->pool.slots) != 0 ||
	    buf_string(&text) == NULL)
		die("out of memory");
	for (line = text.data; (end = strchr(line, '\n')) != NULL; line = end + 1)
		warn("%.*s", (int)(end - line), line);
	if (s->slots < o->pool.slots)
		warn("%u at once: the limit on open files allows no more (ulimit -n)", s->slots);
	buf_free(&text);
}

static void
compile(struct session *s)
{
	const struct options *o = s->options;
	struct buf why = {0}, notice = {0};
	int err = template_compile(&s->command, &o->command, &why, &notice);

	if (err == 0 && o->style.tag && o->style.tag_string != NULL)
		err = text_template_compile(
		    &s->tag, o->style.tag_string, o->command.replacement, &why);
	if (err != 0)
		die("%s", err == EINVAL && buf_string(&why) ? why.data : "out of memory");
	if (notice.len > 0 && buf_string(&notice) != NULL)
		warn("%s", notice.data);
	buf_free(&why);
	buf_free(&notice);
}

static const char *
name_of_input(const struct source_spec *source)
{
	if (source->path == NULL)
		return "the values";
	return strcmp(source->path, "-") == 0 ? "standard input" : source->path;
}

static void
open_input(struct session *s)
{
	const struct options *o = s->options;
	int err;

	s->stop_pipe[0] = s->stop_pipe[1] = -1;
	if ((o->source.path != NULL || o->launch.prompt) && (err = os_pipe(s->stop_pipe)) != 0)
		die("cannot make a pipe: %s", strerror(err));
	if ((err = source_open(&s->source, &o->source, s->stop_pipe[0])) != 0)
		die("cannot open %s: %s", name_of_input(&o->source), strerror(err));
	if (o->source_is_terminal_values)
		warn("reading %s from the terminal; end with ^D",
		    o->command.n_words ? "values" : "commands");
	if (o->launch.prompt && (err = prompt_open(&s->prompt, s->stop_pipe[0])) != 0)
		die("cannot ask before running: cannot open /dev/tty: %s", strerror(err));
	s->stdin_fd = open(o->launch.tty ? "/dev/tty" : "/dev/null", O_RDONLY | O_CLOEXEC);
	if (s->stdin_fd < 0)
		die("cannot open %s:", o->launch.tty ? "/dev/tty" : "/dev/null");
}

static void
build(struct session *s, char *const *envp)
{
	const struct options *o = s->options;
	const struct launch_spec launch = {
	    .command = s->command,
	    .style = &o->launch,
	    .envp = envp,
	    .stdin_fd = s->stdin_fd,
	    .output = s->output,
	    .slots = s->slots,
	};
	const struct executor_spec executor = {
	    .slots = s->slots,
	    .own_group = !o->launch.tty,
	    .mask = &s->job_mask,
	    .ops = &executor_ops,
	    .ctx = s,
	};

	s->launch = launch_new(&launch);
	s->printer = printer_new(&o->style, s->tag, s->slots, &printer_ops, s);
	s->executor = executor_new(&executor);
	if (s->launch == NULL || s->printer == NULL || s->executor == NULL)
		die("out of memory");
	ending_init(&s->ending, s->executor, o->pool.grace_ns, stop_input, s);
	s->report.rule = o->exit_rule;
}

static void
set_up(struct session *s, char **argv, char *const *envp)
{
	const struct options *o = s->options;
	int err;

	os_tune_memory();
	compile(s);
	open_input(s);
	s->output = choose_output(o->style.mode);
	s->slots = limit_slots(o->pool.slots, s->output);
	if (o->explain)
		explain(s);
	signals_init(&s->job_mask);
	if (!o->launch.dry_run && (err = keeper_start(s->slots, o->pool.grace_ns, argv)) != 0)
		warn("cannot start the keeper, kill -9 would leave jobs behind: %s", strerror(err));
	build(s, envp);
	signals_wake_at(now_ns() + TICK_NS);
	if ((err = signals_start(&signals_ops, s)) != 0)
		die("cannot start a thread: %s", strerror(err));
}

/* --- the main thread: running ----------------------------------------------------------------------------------- */

static void
feed(struct session *s)
{
	enum source_status status = SOURCE_END;
	struct record *record;
	struct job *j;
	uint64_t seq = 0;
	int err;

	while (!executor_stopped(s->executor) &&
	    (status = source_next(s->source, &record)) == SOURCE_RECORD) {
		printer_admit(s->printer);
		if ((j = job_new(++seq, record)) == NULL)
			die("out of memory");
		if ((err = executor_submit(s->executor, j)) != 0)
			die("cannot start a thread: %s", strerror(err));
	}
	if (status == SOURCE_ERROR) {
		warn("%s", source_error(s->source));
		atomic_store(&s->broken, true);
	}
}

/* Some file systems tell of lost bytes only now. */
static void
close_output(struct session *s)
{
	if (close(STDOUT_FILENO) != 0 && errno != EBADF && errno != EINTR) {
		warn("cannot write standard output:");
		atomic_store(&s->broken, true);
	}
}

static void
tell_summary(struct session *s, int sig)
{
	buf_reset(&s->text);
	if (sig != 0)
		buf_printf(&s->text,
		    "spool: ended by %s: %llu jobs finished, %llu cut off, %llu not run\n",
		    signal_name(sig), (unsigned long long)s->report.ran,
		    (unsigned long long)s->report.cut_off,
		    (unsigned long long)s->report.not_run);
	else if (!ending_begun(&s->ending))
		report_summary(&s->report, &s->text);
	if (s->text.len > 0)
		(void)!write(STDERR_FILENO, s->text.data, s->text.len);
}

static void
tear_down(struct session *s)
{
	if (s->options->launch.prompt)
		prompt_close(&s->prompt);
	source_free(s->source);
	template_free(s->command);
	text_template_free(s->tag);
	launch_free(s->launch);
	report_free(&s->report);
	argv_free(&s->word);
	buf_free(&s->text);
}

int
session_run(const struct options *o, char **argv, char *const *envp)
{
	static struct session s; /* the signals thread may still look at it while main returns */
	int sig;

	s.options = o;
	set_up(&s, argv, envp);
	feed(&s);
	executor_finish(s.executor);
	ending_finish(&s.ending);
	sig = atomic_load(&s.ending.signal);
	close_output(&s);
	if (sig != SIGPIPE)
		tell_summary(&s, sig);
	keeper_finish();
	if (sig != 0)
		signals_die(sig);
	tear_down(&s);
	return atomic_load(&s.broken) ? EXIT_SPOOL : report_status(&s.report);
}
