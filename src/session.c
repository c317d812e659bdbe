/*
 * Wiring, and the main thread: builds the modules in the order in which the data flows, feeds
 * records to the pool, and has the last word. Decides nothing that a module could decide.
 */
#include "session.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/os.h"
#include "base/util.h"
#include "cli/width.h"
#include "events.h"
#include "run/keeper.h"
#include "run/limits.h"
#include "run/signals.h"
#include "state.h"

/*
 * Both streams of a job go through one pipe when stdout and stderr are one file: so their order is
 * kept.
 */
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
	    .ops = &events_of_jobs,
	    .ctx = s,
	};

	s->launch = launch_new(&launch);
	s->printer = printer_new(&o->style, s->tag, s->slots, &events_of_output, s);
	s->executor = executor_new(&executor);
	if (s->launch == NULL || s->printer == NULL || s->executor == NULL)
		die("out of memory");
	ending_init(&s->ending, s->executor, o->pool.grace_ns, events_stop_input, s);
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
	s->slots = limits_slots(o->pool.slots, s->output);
	if (o->explain)
		explain(s);
	signals_init(&s->job_mask);
	if (!o->launch.dry_run && (err = keeper_start(s->slots, o->pool.grace_ns, argv)) != 0)
		warn("cannot start the keeper, kill -9 would leave jobs behind: %s", strerror(err));
	build(s, envp);
	signals_wake_at(events_first_tick());
	if ((err = signals_start(&events_of_signals, s)) != 0)
		die("cannot start a thread: %s", strerror(err));
}

static void
feed(struct session *s)
{
	enum source_status status = SOURCE_END;
	struct record *record;
	struct job *j;
	uint64_t seq = 0;
	int err;

	while (!executor_stopped(s->executor)) {
		/* Input is read no further ahead than it is needed. */
		if (!source_ready(s->source))
			executor_await(s->executor);
		if ((status = source_next(s->source, &record)) != SOURCE_RECORD)
			break;
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
	if (sig != 0 && sig != SIGPIPE)
		buf_printf(&s->text,
		    "spool: ended by %s: %llu jobs finished, %llu cut off, %llu not run\n",
		    signal_name(sig), (unsigned long long)s->report.ran,
		    (unsigned long long)s->report.cut_off, (unsigned long long)s->report.not_run);
	/* When output was lost that has been said, and it is what matters. */
	if (!ending_begun(&s->ending) || (sig != 0 && sig != SIGPIPE))
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
	/* One that came together with the end of the last job counts. */
	if ((sig = atomic_load(&s.ending.signal)) == 0)
		sig = signals_pending();
	close_output(&s);
	tell_summary(&s, sig);
	keeper_finish();
	if (sig != 0)
		signals_die(sig);
	tear_down(&s);
	return atomic_load(&s.broken) ? EXIT_SPOOL : report_status(&s.report);
}
