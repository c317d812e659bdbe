/*
 * The setters of the command, the pool, the output and the rest: one short function for each
 * option that is more than a flag. Each sees its own value alone; what follows from several
 * options together is decided in settle.c when all are known.
 */
#include "cli/set.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/util.h"
#include "cli/personality.h"

static bool
is_name_char(char c)
{
	return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static const char *
use_mode(struct options *o, enum print_mode mode)
{
	o->style.mode = mode;
	o->given.mode = true;
	return NULL;
}

const char *
set_directory_fault(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return strerror(errno);
	return S_ISDIR(st.st_mode) ? NULL : strerror(ENOTDIR);
}

const char *
set_shell_path(struct options *o, const char *value)
{
	o->command.shell = value;
	return *value == '\0' ? "must not be empty" : NULL;
}

const char *
set_wd(struct options *o, const char *value)
{
	o->launch.wd = value;
	return *value == '\0' ? "must not be empty" : NULL;
}

const char *
set_slot_variable(struct options *o, const char *value)
{
	const char *p = value;

	if (is_name_char(*p))
		while (is_name_char(*p) || (*p >= '0' && *p <= '9'))
			p++;
	o->launch.slot_variable = value;
	return p == value || *p != '\0' ? "not a variable name" : NULL;
}

/* A plain number needs no CPUs, and counting them takes a tenth of what a short run takes. */
const char *
set_jobs(struct options *o, const char *value)
{
	const char *why = NULL;

	o->given.jobs = value;
	o->given.jobs_by = "-j";
	o->pool.slots_given = true;
	o->pool.file = NULL;
	if (value[strspn(value, "0123456789")] != '\0')
		width_count_cpus(&o->cpus);
	if (width_parse(value, &o->cpus, &o->pool.slots, &why) == 0)
		return NULL;
	if (access(value, F_OK) != 0)
		return why;
	o->pool.file = value;
	return width_read(value, &o->cpus, &o->pool.slots, &why) == 0 ? NULL : why;
}

const char *
set_max_procs(struct options *o, const char *value)
{
	return value[strspn(value, "0123456789")] == '\0' ? set_jobs(o, value)
	                                                  : "not a number of jobs";
}

const char *
set_group(struct options *o, const char *value)
{
	(void)value;
	return use_mode(o, PRINT_GROUP);
}

const char *
set_keep_order(struct options *o, const char *value)
{
	(void)value;
	o->given.keep_order = true;
	return NULL;
}

const char *
set_line_buffer(struct options *o, const char *value)
{
	(void)value;
	return use_mode(o, PRINT_LINES);
}

const char *
set_ungroup(struct options *o, const char *value)
{
	(void)value;
	return use_mode(o, PRINT_NONE);
}

const char *
set_tag_string(struct options *o, const char *value)
{
	o->style.tag = true;
	o->style.tag_string = value;
	return NULL;
}

const char *
set_tmpdir(struct options *o, const char *value)
{
	o->style.tmpdir = value;
	return set_directory_fault(value);
}

const char *
set_buffer(struct options *o, const char *value)
{
	uint64_t bytes;

	if (parse_size(value, &bytes) != 0 || bytes == 0)
		return "not a size";
	if (bytes > SIZE_MAX / 2)
		return "too large";
	o->style.buffer_bytes = (size_t)bytes;
	return NULL;
}

const char *
set_exit_rule(struct options *o, const char *value)
{
	static const char *const names[] = {
	    [EXIT_RULE_COUNT] = "count",
	    [EXIT_RULE_XARGS] = "xargs",
	    [EXIT_RULE_FIRST] = "first",
	    [EXIT_RULE_MAX] = "max",
	};
	size_t i = 0;

	while (strcmp(names[i], value) != 0)
		i++;
	o->exit_rule = (enum exit_rule)i;
	return NULL;
}

const char *
set_halt(struct options *o, const char *value)
{
	return halt_parse(value, &o->halt) == 0
	           ? NULL
	           : "not never, nor soon or now with ,fail= ,success= or ,done= and a number";
}

const char *
set_grace(struct options *o, const char *value)
{
	return parse_duration(value, &o->pool.grace_ns) == 0 ? NULL : "not a duration";
}

const char *
set_shell_quote(struct options *o, const char *value)
{
	(void)value;
	o->launch.dry_run = true;
	o->launch.quote_only++;
	return NULL;
}

const char *
set_silent(struct options *o, const char *value)
{
	(void)value;
	o->launch.print_command = false;
	return NULL;
}

const char *
set_no_keep_order(struct options *o, const char *value)
{
	(void)value;
	o->given.keep_order = false;
	return NULL;
}

const char *
set_summary(struct options *o, const char *value)
{
	o->summary = strcmp(value, "auto") == 0     ? SUMMARY_AUTO
	             : strcmp(value, "always") == 0 ? SUMMARY_ALWAYS
	                                            : SUMMARY_NEVER;
	return NULL;
}

const char *
set_semaphore_id(struct options *o, const char *value)
{
	o->semaphore.id = value;
	return *value == '\0' ? "must not be empty" : NULL;
}

/* A negative time: after so long give up. */
const char *
set_semaphore_timeout(struct options *o, const char *value)
{
	bool negative = *value == '-';

	if (parse_duration(value + negative, &o->semaphore.timeout_ns) != 0)
		return "not a duration";
	if (negative)
		o->semaphore.timeout_ns = -o->semaphore.timeout_ns;
	o->given.semaphore = true;
	return NULL;
}

/* For what is so anyway: --gnu, --will-cite. */
const char *
set_nothing(struct options *o, const char *value)
{
	(void)o;
	(void)value;
	return NULL;
}

const char *
set_personality(struct options *o, const char *value)
{
	if (o->given.begun)
		return "must be the first option";
	personality_begin(o, personality_of(value));
	return NULL;
}

const char *
set_citation(struct options *o, const char *value)
{
	(void)value;
	o->action = ACTION_NOTHING;
	return NULL;
}

const char *
set_show_limits(struct options *o, const char *value)
{
	(void)value;
	o->action = ACTION_SHOW_LIMITS;
	return NULL;
}

const char *
set_completion(struct options *o, const char *value)
{
	o->action = ACTION_COMPLETION;
	o->completion_shell = value;
	return NULL;
}

const char *
set_help(struct options *o, const char *value)
{
	(void)value;
	o->action = ACTION_HELP;
	return NULL;
}

const char *
set_version(struct options *o, const char *value)
{
	(void)value;
	o->action = ACTION_VERSION;
	return NULL;
}
