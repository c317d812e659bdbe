/*
 * The options are all read: here they meet, each other and the environment. What sources and
 * batches become is in settle_input.c.
 */
#include "cli/settle.h"

#include <string.h>
#include <unistd.h>

#include "base/os.h"
#include "cli/set.h"
#include "cli/settle_input.h"
#include "output/sheet.h"
#include "run/jobserver.h"

static const char *
environment_value(char *const *envp, const char *name)
{
	size_t len = strlen(name);

	for (; envp != NULL && *envp != NULL; envp++)
		if (strncmp(*envp, name, len) == 0 && (*envp)[len] == '=' &&
		    (*envp)[len + 1] != '\0')
			return *envp + len + 1;
	return NULL;
}

/* What is to be read before it is written must be a file. */
static const char *
log_fault(const struct options *o)
{
	static const char *const needs[] = {
	    [RESUME_ALL] = "--resume: needs --joblog",
	    [RESUME_FAILED] = "--resume-failed: needs --joblog",
	    [RETRY_FAILED] = "--retry-failed: needs --joblog",
	};
	const struct records_policy *records = &o->records;

	if (records->resume == RESUME_NO)
		return NULL;
	if (records->joblog == NULL)
		return needs[records->resume];
	if (strcmp(records->joblog, "-") == 0 && !records->append)
		return "--joblog -: what is on standard output can't be read again";
	return NULL;
}

/* The commands come from the log, as lines for a shell like any; nothing else counts. */
static void
settle_retry(struct options *o)
{
	if (o->records.resume != RETRY_FAILED)
		return;
	o->command.n_words = 0;
	o->given.shell = o->given.quote = false;
	o->given.no_input = false;
	o->launch.stdin_value = false;
}

/* Contradictions, and what can't be done. */
static const char *
contradiction(const struct options *o)
{
	if (o->given.shell && o->given.quote)
		return "-q: contradicts --shell";
	if (o->given.tollef && !o->given.gnu)
		return "--tollef: GNU parallel has retired it; --gnu overrides it";
	if (o->launch.pty && o->style.mode == PRINT_NONE)
		return "--pty: contradicts -u";
	if (o->style.max_output != 0 && o->style.mode == PRINT_NONE)
		return "--max-output: contradicts -u";
	if (o->given.retry != NULL && !o->given.retries)
		return o->given.retry;
	if (o->retry.output == RETRY_OUTPUT_LAST &&
	    (o->style.mode == PRINT_LINES || o->style.mode == PRINT_NONE))
		return "--retry-output last: lines and ungrouped output are out before the last "
		       "try is known";
	if (o->launch.stdin_value && o->command.n_words == 0)
		return "--stdin-value: needs a command";
	if (o->personality == AS_SEM && o->command.n_words == 0 && !o->semaphore.wait)
		return "a semaphore needs a command";
	return NULL;
}

static const char *
shell_of_parallel(char *const *envp)
{
	const char *shell = environment_value(envp, "PARALLEL_SHELL");

	if (shell == NULL)
		shell = environment_value(envp, "SHELL");
	return shell != NULL ? shell : "/bin/sh";
}

static void
settle_command(struct options *o, char *const *envp)
{
	static char echo[] = "echo";
	static char *const default_command[] = {echo, NULL};
	struct template_spec *command = &o->command;
	bool pastes = o->personality == AS_PARALLEL || o->personality == AS_SEM;

	if (o->given.shell)
		command->mode = SHELL_JOIN;
	if (o->given.quote)
		command->mode = pastes ? SHELL_PASTE_QUOTED : SHELL_NEVER;
	if (command->shell == NULL)
		command->shell =
		    pastes ? shell_of_parallel(envp) : environment_value(envp, "SPOOL_SHELL");
	if (o->records.resume == RETRY_FAILED && !pastes)
		command->shell = NULL; /* what a log has is for this one */
	command->append = !o->launch.stdin_value && o->personality != AS_SEM;
	if (o->personality == AS_XARGS) {
		/* To xargs a function of bash is no command. */
		command->envp = NULL;
		command->append = command->names.value == NULL;
		command->names.only_value = true;
		if (command->n_words == 0) {
			command->words = default_command;
			command->n_words = 1;
		}
	}
}

static void
settle_launch(struct options *o)
{
	struct launch_style *launch = &o->launch;

	launch->trace = launch->trace || launch->prompt;
	/* A dry run needs no terminal: there is nothing to ask for, and no job to read from it. */
	launch->prompt = launch->prompt && !launch->dry_run;
	launch->tty = (launch->tty || o->given.tty) && !launch->dry_run;
	launch->stdin_lines = !o->given.delimiter;
	if (launch->parallel_variables && launch->slot_variable == NULL)
		launch->slot_variable = "PARALLEL_JOBSLOT0";
	/* The values come from elsewhere, so stdin is the job's. */
	launch->keep_stdin =
	    o->personality == AS_SEM ||
	    (o->personality == AS_XARGS && strcmp(o->combine.sources[0].source.path, "-") != 0);
}

/* May text hold a replacement string? A brace may be one: better a job that fails than no run. */
static bool
may_replace(const struct replace_spec *names, const char *text)
{
	const char *const all[] = {"{", names->value, names->no_extension, names->base,
	    names->directory, names->base_no_extension, names->seq, names->slot};
	size_t i;

	for (i = 0; i < sizeof all / sizeof *all; i++)
		if (all[i] != NULL && strstr(text, all[i]) != NULL)
			return true;
	return false;
}

static int
settle_directory(const struct options *o, struct buf *why)
{
	const char *reason;

	if (o->launch.wd == NULL || may_replace(&o->command.names, o->launch.wd))
		return 0;
	if ((reason = set_directory_fault(o->launch.wd)) == NULL)
		return 0;
	(void)buf_printf(why, "--wd %s: %s", o->launch.wd, reason);
	return -1;
}

/* -j, else --tty's one job at a time, else the environment; else options_settle_width() tells. */
static int
settle_pool(struct options *o, char *const *envp, struct buf *why)
{
	const char *from = o->given.tty ? "--tty" : "SPOOL_JOBS";
	const char *jobs = o->given.tty ? "1" : environment_value(envp, "SPOOL_JOBS");
	const char *reason = NULL;

	if (o->given.jobs == NULL && jobs != NULL) {
		reason = set_jobs(o, jobs);
		o->given.jobs_by = from;
	}
	if (reason != NULL) {
		(void)buf_printf(why, "%s %s: %s", from, jobs, reason);
		return -1;
	}
	return 0;
}

/*
 * What make has said to its recipe. In a jobserver the tokens say how many jobs run, up to -j;
 * where one is closed to this recipe, one job runs at a time, as make itself does then.
 */
static void
settle_make(struct options *o)
{
	const struct jobserver_found *found = jobserver_found();
	const struct makeflags *m = &found->flags;
	struct pool_policy *pool = &o->pool;

	o->launch.dry_run = o->launch.dry_run || m->dry;
	if (o->launch.dry_run || pool->jobserver == JOBSERVER_OFF ||
	    (!found->offered && pool->jobserver != JOBSERVER_CLIENT))
		return;
	pool->in_pool = found->usable;
	if (o->given.jobs == NULL) {
		if (!found->usable)
			pool->slots = 1;
		else if (m->jobs != 0)
			pool->slots = m->jobs < WIDTH_MAX ? m->jobs : WIDTH_MAX;
		o->given.jobs_by = "jobserver";
		o->given.jobs = "of make";
	}
	if (!found->usable)
		(void)buf_printf(o->given.notice,
		    "cannot use the jobserver of make (%.*s: %s), so %u job%s at a time; does the "
		    "recipe start with '+'?\n",
		    m->auth != NULL ? m->auth_len : 4, m->auth != NULL ? m->auth : "none",
		    strerror(found->error), pool->slots, pool->slots == 1 ? "" : "s");
}

/* One at a time unless -P says otherwise; of a semaphore, -j is what the holders share. */
static void
settle_single(struct options *o, char *const *envp)
{
	if (o->given.jobs == NULL)
		o->pool.slots = 1;
	if (o->personality != AS_SEM)
		return;
	o->semaphore.slots = o->pool.slots;
	o->pool.file = NULL;
	o->semaphore.directory = environment_value(envp, "SPOOL_SEM_DIR");
	o->pool.slots = 1;
	if (o->semaphore.wait)
		o->command.n_words = 0;
}

/*
 * What goes elsewhere is complete when it is told where it is. As in GNU parallel, -u goes before
 * --files and tables, but not before files that are named.
 */
static void
settle_results(struct options *o)
{
	struct print_style *style = &o->style;

	if (o->launch.dry_run) {
		style->results = NULL;
		style->files = false;
	}
	style->table = style->results != NULL && sheet_format(style->results) != SHEET_NONE;
	if (style->results != NULL && !style->table)
		style->files = style->files || style->mode == PRINT_LINES;
	else if (style->mode == PRINT_NONE)
		style->files = false;
	style->stored = style->results != NULL || style->files;
	style->whole = style->whole || style->stored;
	if (style->stored && (style->mode == PRINT_LINES || !style->table))
		style->mode = PRINT_GROUP;
}

/* One job at a time prints like the serial run: in order, live. */
static void
keep_order_of_one(struct options *o)
{
	if (o->pool.slots == 1 && o->style.mode == PRINT_GROUP)
		o->style.mode = PRINT_KEEP;
}

void
options_settle_width(struct options *o, bool one_job)
{
	o->pool.slots = 1;
	if (!one_job) {
		width_count_cpus(&o->cpus);
		o->pool.slots = o->cpus.usable < WIDTH_MAX ? o->cpus.usable : WIDTH_MAX;
	}
	/* What it looks like does not depend on when it is known that there is one job only. */
	if (!one_job || os_cpus_allowed() == 1)
		keep_order_of_one(o);
}

static void
settle_style(struct options *o, char *const *envp)
{
	struct print_style *style = &o->style;

	if (style->tmpdir == NULL)
		style->tmpdir = environment_value(envp, "TMPDIR");
	if (style->tmpdir == NULL)
		style->tmpdir = "/tmp";
	style->whole = (o->pace.memory.free_bytes != 0 || o->pace.limit != NULL) &&
	               o->retry.output != RETRY_OUTPUT_ALL;
	set_ci_settle(o, envp);
	if (o->given.tty && !o->given.mode && !o->given.keep_order && !o->launch.pty &&
	    style->max_output == 0 && o->retry.output != RETRY_OUTPUT_LAST)
		style->mode = PRINT_NONE;
	if (o->launch.dry_run && style->mode == PRINT_NONE)
		style->mode = PRINT_GROUP;
	settle_results(o);
	/* With -u there is no order to keep, wherever it stands, as in GNU parallel. */
	if (o->given.keep_order && style->mode != PRINT_NONE)
		style->mode = PRINT_KEEP;
	keep_order_of_one(o);
	o->retry.keeps_output = o->retry.output == RETRY_OUTPUT_ALL || style->mode == PRINT_LINES ||
	                        style->mode == PRINT_NONE;
	if (style->mode == PRINT_NONE)
		style->tag = false;
}

static void
settle_ending(struct options *o)
{
	if (!o->given.termseq)
		termseq_of_grace(&o->termseq, o->pool.grace_ns);
}

int
settle(struct options *o, char *const *envp, struct buf *why)
{
	const char *fault = log_fault(o);
	bool single = o->personality == AS_XARGS || o->personality == AS_SEM;

	settle_retry(o);
	if (fault == NULL)
		fault = contradiction(o);
	if (fault == NULL)
		fault = set_partition_fault(o);
	if (fault == NULL)
		fault = set_ci_fault(o);
	if (fault != NULL) {
		(void)buf_puts(why, fault);
		return -1;
	}
	if (settle_input(o, why) != 0 || settle_directory(o, why) != 0)
		return -1;
	if (single)
		settle_single(o, envp);
	else if (settle_pool(o, envp, why) != 0)
		return -1;
	if (!single)
		settle_make(o);
	settle_command(o, envp);
	settle_launch(o);
	settle_style(o, envp);
	set_look_settle(o);
	settle_ending(o);
	settle_batch(o);
	return 0;
}
