/*
 * Wiring, and the main thread: builds the modules in the order in which the data flows, feeds
 * records to the pool, and has the last word. Decides nothing that a module could decide.
 */
#include "session.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
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
check_template(int err, struct buf *why)
{
	if (err != 0)
		die("%s", err == EINVAL && buf_string(why) ? why->data : "out of memory");
}

/* The templates, when the names in the header are known. */
static void
compile(struct session *s)
{
	const struct options *o = s->options;
	struct template_spec spec = o->command;
	struct buf why = {0}, notice = {0};

	spec.names.columns = combine_names(s->rows, &spec.names.n_columns);
	s->names = spec.names;
	check_template(template_compile(&s->command, &spec, &why, &notice), &why);
	if (o->style.tag && o->style.tag_string != NULL)
		check_template(
		    text_template_compile(&s->tag, o->style.tag_string, &s->names, &why), &why);
	if (o->launch.wd != NULL)
		check_template(text_template_compile(&s->wd, o->launch.wd, &s->names, &why), &why);
	if (notice.len > 0 && buf_string(&notice) != NULL)
		warn("%s", notice.data);
	buf_free(&why);
	buf_free(&notice);
}

/* Whether somebody may wait for input. */
static bool
may_block(const struct options *o)
{
	bool yes = o->launch.prompt;

	for (size_t i = 0; i < o->combine.n; i++)
		yes = yes || o->combine.sources[i].source.path != NULL;
	return yes;
}

static void
open_input(struct session *s)
{
	const struct options *o = s->options;
	struct buf why = {0};
	int err;

	s->stop_pipe[0] = s->stop_pipe[1] = -1;
	if (may_block(o) && (err = os_pipe(s->stop_pipe)) != 0)
		die("cannot make a pipe: %s", strerror(err));
	if (o->source_is_terminal_values)
		warn("reading %s from the terminal; end with ^D",
		    o->command.n_words ? "values" : "commands");
	if (combine_open(&s->rows, &o->combine, s->stop_pipe[0], &why) != 0)
		die("%s", buf_string(&why) ? why.data : "out of memory");
	s->input_used = combine_offset(s->rows);
	if (o->launch.prompt && (err = prompt_open(&s->prompt, s->stop_pipe[0])) != 0)
		die("cannot ask before running: cannot open /dev/tty: %s", strerror(err));
	if (o->launch.keep_stdin)
		return;
	s->stdin_fd = open(o->launch.tty ? "/dev/tty" : "/dev/null", O_RDONLY | O_CLOEXEC);
	if (s->stdin_fd < 0)
		die("cannot open %s:", o->launch.tty ? "/dev/tty" : "/dev/null");
}

static void
choose_batches(struct session *s, char *const *envp)
{
	struct batch_limits limits;

	s->batch_spec = s->options->batch;
	s->batch_spec.slots = s->slots;
	batch_measure(&limits, envp);
	s->batch = batch_new(&s->batch_spec, &limits, s->rows, s->command);
	if (s->batch == NULL)
		die("out of memory");
}

static void
build(struct session *s, char *const *envp)
{
	const struct options *o = s->options;
	const struct launch_spec launch = {
	    .command = s->command,
	    .style = &o->launch,
	    .envp = envp,
	    .wd = s->wd,
	    .tmpdir = o->style.tmpdir,
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
	s->printer = printer_new(&o->style, s->slots, &events_of_output, s);
	s->executor = executor_new(&executor);
	if (s->launch == NULL || s->printer == NULL || s->executor == NULL)
		die("out of memory");
	ending_init(&s->ending, s->executor, o->pool.grace_ns, events_stop_input, s);
	halt_init(&s->halt, &o->halt);
	s->report.rule = o->exit_rule;
}

static void
set_up(struct session *s, char **argv, char *const *envp)
{
	const struct options *o = s->options;
	int err;

	os_tune_memory();
	open_input(s);
	compile(s);
	s->output = choose_output(o->style.mode);
	s->slots = limits_slots(o->pool.slots, s->output);
	if (o->explain)
		explain(s);
	signals_init(&s->job_mask);
	if (!o->launch.dry_run &&
	    (err = keeper_start(s->slots, o->pool.grace_ns, o->pool.held_fd, argv)) != 0)
		warn("cannot start the keeper, kill -9 would leave jobs behind: %s", strerror(err));
	choose_batches(s, envp);
	build(s, envp);
	signals_wake_at(events_first_tick());
	if ((err = signals_start(&events_of_signals, s)) != 0)
		die("cannot start a thread: %s", strerror(err));
}

static void
submit(struct session *s, struct record *record)
{
	struct job *j;
	int err;

	printer_admit(s->printer);
	if ((j = job_new(++s->jobs, record)) == NULL)
		die("out of memory");
	if ((err = executor_submit(s->executor, j)) != 0)
		die("cannot start a thread: %s", strerror(err));
}

/* The next record whose job is wanted. */
static enum source_status
next_record(struct session *s, struct record **record)
{
	enum source_status status = SOURCE_STOPPED;

	while (!executor_stopped(s->executor)) {
		/* Input is read no further ahead than it is needed. */
		if (!batch_ready(s->batch))
			executor_await(s->executor);
		if ((status = batch_next(s->batch, record)) != SOURCE_ITEM ||
		    template_wants(s->command, *record))
			break;
		free(*record);
		status = SOURCE_STOPPED;
	}
	return status;
}

/* Read everything, then go. */
static enum source_status
feed_all(struct session *s)
{
	struct record **records = NULL, *record;
	size_t n = 0, cap = 0;
	enum source_status status;

	while ((status = next_record(s, &record)) == SOURCE_ITEM) {
		if (n == cap) {
			cap = cap ? cap * 2 : 64;
			if ((records = realloc(records, cap * sizeof(*records))) == NULL)
				die("out of memory");
		}
		records[n++] = record;
	}
	launch_set_total(s->launch, n);
	halt_set_total(&s->halt, n);
	for (size_t i = 0; i < n; i++)
		submit(s, records[i]);
	free(records);
	return status;
}

/* Whether something must be known of all jobs before the first one starts. */
static bool
needs_total(const struct session *s)
{
	return s->options->halt.percent != 0 || template_needs_total(s->command) ||
	       (s->tag != NULL && text_template_needs_total(s->tag)) ||
	       (s->wd != NULL && text_template_needs_total(s->wd));
}

static void
feed(struct session *s)
{
	enum source_status status;
	struct record *record;

	if (needs_total(s))
		status = feed_all(s);
	else
		while ((status = next_record(s, &record)) == SOURCE_ITEM)
			submit(s, record);
	if (status == SOURCE_ERROR) {
		warn("%s", batch_error(s->batch));
		atomic_store(&s->broken, true);
	}
	if (status == SOURCE_END && s->jobs == 0 && s->options->require_input) {
		warn("--require-input: the input is empty");
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

static bool
wants_summary(const struct session *s)
{
	const struct options *o = s->options;

	return o->summary == SUMMARY_ALWAYS ||
	       (o->summary == SUMMARY_AUTO && o->personality == AS_SPOOL);
}

static void
tell_summary(struct session *s, int sig)
{
	bool lost = ending_begun(&s->ending) && !halt_met(&s->halt, &(int){0});

	buf_reset(&s->text);
	if (sig != 0 && sig != SIGPIPE)
		buf_printf(&s->text,
		    "spool: ended by %s: %llu jobs finished, %llu cut off, %llu not run\n",
		    signal_name(sig), (unsigned long long)s->report.ran,
		    (unsigned long long)s->report.cut_off, (unsigned long long)s->report.not_run);
	/* When output was lost that has been said, and it is what matters. */
	if (wants_summary(s) && (!lost || (sig != 0 && sig != SIGPIPE)))
		report_summary(&s->report, &s->text);
	if (s->text.len > 0)
		(void)!write(STDERR_FILENO, s->text.data, s->text.len);
}

/* Who reads standard input next goes on behind what was used. */
static void
give_back_input(struct session *s)
{
	if (s->report.not_run == 0)
		combine_give_back(s->rows);
	else if (combine_offset(s->rows) >= 0)
		(void)lseek(STDIN_FILENO, s->input_used, SEEK_SET);
}

static void
tear_down(struct session *s)
{
	if (s->options->launch.prompt)
		prompt_close(&s->prompt);
	batch_free(s->batch);
	combine_free(s->rows);
	template_free(s->command);
	text_template_free(s->tag);
	text_template_free(s->wd);
	launch_free(s->launch);
	report_free(&s->report);
	halt_release(&s->halt);
	argv_free(&s->word);
	buf_free(&s->text);
	buf_free(&s->directory);
}

static int
status_of(struct session *s)
{
	int status;

	if (atomic_load(&s->broken))
		return util_failure_status();
	return halt_met(&s->halt, &status) ? status : report_status(&s->report);
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
	give_back_input(&s);
	close_output(&s);
	tell_summary(&s, sig);
	keeper_finish();
	if (sig != 0)
		signals_die(sig);
	tear_down(&s);
	return status_of(&s);
}
