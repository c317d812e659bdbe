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
#include "closing.h"
#include "events.h"
#include "feed.h"
#include "observers.h"
#include "pacing.h"
#include "records.h"
#include "results.h"
#include "run/keeper.h"
#include "run/limits.h"
#include "run/signals.h"
#include "state.h"
#include "tokens.h"

#define ROOM_TO_COUNT 50000      /* jobs that are read ahead when their number is to be shown */
#define MAX_NS (INT64_MAX / 4)   /* of a time: sums don't overflow */
#define SHARED_BYTES (128 << 10) /* of a command; every system takes that */

/*
 * Both streams of a job go through one pipe when stdout and stderr are one file: so their order is
 * kept.
 */
static enum child_output
choose_output(struct session *s)
{
	struct stat out, err;

	s->apart = fstat(STDOUT_FILENO, &out) != 0 || fstat(STDERR_FILENO, &err) != 0 ||
	           out.st_dev != err.st_dev || out.st_ino != err.st_ino;
	if (s->options->style.mode == PRINT_NONE)
		return CHILD_INHERIT;
	if (s->options->launch.pty) {
		if (!os_window(STDOUT_FILENO, &s->window) && !os_window(STDERR_FILENO, &s->window))
			s->window = (struct winsize){.ws_row = 24, .ws_col = 80};
		return CHILD_TERMINAL;
	}
	if (s->options->ci.safe && s->options->ci.system == CI_GITHUB)
		return CHILD_ONE_PIPE; /* what forbids commands is in one stream */
	return s->apart || s->options->style.stored ? CHILD_TWO_PIPES : CHILD_ONE_PIPE;
}

static void
explain(const struct session *s)
{
	const struct options *o = s->options;
	struct cpu_count cpus = o->cpus;
	struct buf text = {0};
	char *line, *end;

	width_count_cpus(&cpus);
	cpus.online = os_cpus_online();
	if (width_explain(&text, &cpus, o->given.jobs_by, o->given.jobs, o->pool.slots) != 0 ||
	    buf_string(&text) == NULL)
		die("out of memory");
	for (line = text.data; (end = strchr(line, '\n')) != NULL; line = end + 1)
		warn("%.*s", (int)(end - line), line);
	if (s->slots < o->pool.slots)
		warn("%u at once: the limit on open files allows no more (ulimit -n)", s->slots);
	if (o->partition.parts != 0)
		warn("part %llu of %llu of the jobs (--partition)",
		    (unsigned long long)o->partition.part, (unsigned long long)o->partition.parts);
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
	const bool repeat = spec.spread == SPREAD_REPEAT;
	struct buf why = {0}, notice = {0};

	spec.names.columns = combine_names(s->rows, &spec.names.n_columns);
	s->names = spec.names;
	check_template(template_compile(&s->command, &spec, &why, &notice), &why);
	if (o->style.tag && o->style.tag_string != NULL)
		check_template(
		    text_template_compile(&s->tag, o->style.tag_string, &s->names, repeat, &why),
		    &why);
	if (o->launch.wd != NULL)
		check_template(
		    text_template_compile(&s->wd, o->launch.wd, &s->names, repeat, &why), &why);
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

/*
 * The parts of a list agree on what a job is only when nothing of it comes from the machine:
 * neither the size of the environment nor the number of slots.
 */
static void
share_batches(struct session *s, struct batch_limits *limits)
{
	s->batch_spec.slots = (unsigned)s->options->partition.parts;
	if (s->batch_spec.max_chars == 0 && limits->usable > SHARED_BYTES)
		limits->usable = SHARED_BYTES;
}

static void
choose_batches(struct session *s, char *const *envp)
{
	struct batch_limits limits;

	s->batch_spec = s->options->batch;
	s->batch_spec.slots = s->slots;
	batch_measure(&limits, envp);
	if (s->options->partition.parts != 0)
		share_batches(s, &limits);
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
	    .window = &s->window,
	    .slots = s->slots,
	    .most = s->most,
	};
	const struct executor_spec executor = {
	    .slots = s->slots,
	    .most = s->most,
	    .room = o->progress != 0 ? ROOM_TO_COUNT : 0,
	    .gate = s->gate,
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
	if (s->tail_bytes == 0 && (closing_wants_summary(s) || s->ci != NULL))
		printer_keep_tails(s->printer, REPORT_TAIL_BYTES);
	ending_init(&s->ending, s->executor, &o->termseq, events_stop_input, s);
	halt_init(&s->halt, &o->halt);
	timeout_init(&s->timeout, &o->timeout);
	s->report.rule = o->exit_rule;
	s->report.color = (o->style.color & 2) != 0;
}

/*
 * Whether there is no more than one job, and nothing else that the number of slots matters to.
 * Takes from standard input, so all that may be wrong with the options has been found before.
 */
static bool
needs_one_slot(const struct session *s)
{
	const struct options *o = s->options;

	return o->records.resume != RETRY_FAILED && !o->explain &&
	       (o->pool.in_pool || o->pool.jobserver != JOBSERVER_SERVER) &&
	       (feed_needs(s) & NEEDS_SLOTS) == 0 && combine_holds_one(s->rows);
}

static void
settle_width(struct session *s, struct options *o)
{
	if (o->pool.slots == 0)
		options_settle_width(o, needs_one_slot(s));
	s->slots = limits_slots(o->pool.slots, s->output, results_descriptors(s));
	if (o->explain)
		explain(s);
	s->most = pacing_most_slots(s);
}

static void
set_up(struct session *s, struct options *o, char **argv, char *const *envp)
{
	int err;

	if (o->deadline_ns > 0)
		s->deadline_ns = now_ns() + (o->deadline_ns < MAX_NS ? o->deadline_ns : MAX_NS);
	os_tune_memory();
	open_input(s);
	compile(s);
	s->output = choose_output(s);
	records_open(s);
	results_open(s);
	observers_open(s);
	settle_width(s, o);
	observers_begin(s);
	signals_init(&s->job_mask);
	s->envp = envp = tokens_open(s, envp);
	if (!o->launch.dry_run &&
	    (err = keeper_start(s->most, o->pool.grace_ns, tokens_fd(s), argv)) != 0)
		warn("cannot start the keeper, kill -9 would leave jobs behind: %s", strerror(err));
	pacing_set_priority(s);
	s->gate = pacing_new_gate(s);
	choose_batches(s, envp);
	build(s, envp);
	tokens_widen(s);
	(void)signals_wake_at(events_first_tick(s));
	if ((err = signals_start(&events_of_signals, s)) != 0)
		die("cannot start a thread: %s", strerror(err));
}

static void
tear_down(struct session *s)
{
	/* But for what the signals thread may still look at: halt, timeout, ending, executor. */
	if (s->options->launch.prompt)
		prompt_close(&s->prompt);
	batch_free(s->batch);
	combine_free(s->rows);
	template_free(s->command);
	text_template_free(s->tag);
	text_template_free(s->wd);
	executor_join(s->executor);
	launch_free(s->launch);
	report_free(&s->report);
	argv_free(&s->word);
	buf_free(&s->text);
	buf_free(&s->directory);
}

int
session_run(struct options *o, char **argv, char *const *envp)
{
	static struct session s; /* the signals thread may still look at it while main returns */
	int sig;

	s.options = o;
	s.envp = envp;
	set_up(&s, o, argv, envp);
	feed(&s);
	executor_finish(s.executor);
	ending_finish(&s.ending);
	keeper_release();
	/* One that came together with the end of the last job counts. */
	if ((sig = atomic_load(&s.ending.signal)) == 0)
		sig = signals_pending();
	closing_input(&s);
	if (!records_close(&s))
		atomic_store(&s.broken, true);
	if (!results_close(&s))
		atomic_store(&s.broken, true);
	closing_output(&s);
	if (!observers_closing(&s, closing_status(&s), sig))
		atomic_store(&s.broken, true);
	closing_summary(&s, sig);
	tear_down(&s);
	keeper_finish();
	tokens_close(&s);
	if (sig != 0)
		signals_die(sig);
	return closing_status(&s);
}
