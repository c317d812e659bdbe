/*
 * The setters: one short function for each option that is more than a flag. Each sees its own
 * value alone; what follows from several options together is decided in parse.c when all are
 * known.
 */
#include "cli/set.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool
is_name_char(char c)
{
	return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* NULL when path is a directory, else why it is not. */
static const char *
not_a_directory(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return strerror(errno);
	return S_ISDIR(st.st_mode) ? NULL : strerror(ENOTDIR);
}

static int
digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 99;
}

/*
 * Up to max digits at *p, moved past them. Returns the number, or -1: none there, or more than
 * a byte holds.
 */
static int
take_byte(const char **p, int base, int max)
{
	int value = 0, n;

	for (n = 0; n < max && digit_of(**p) < base; n++)
		value = value * base + digit_of(*(*p)++);
	return n == 0 || value > 255 ? -1 : value;
}

/* What stands after a backslash at *p, moved past it, as one byte. Returns -1: no such escape. */
static int
decode_escape(const char **p)
{
	static const char letters[] = "abfnrtv\\";
	static const char bytes[] = "\a\b\f\n\r\t\v\\";
	const char *at;

	if (digit_of(**p) < 8)
		return take_byte(p, 8, 3);
	if (**p == 'x') {
		(*p)++;
		return take_byte(p, 16, 2);
	}
	at = **p == '\0' ? NULL : strchr(letters, **p);
	if (at == NULL)
		return -1;
	(*p)++;
	return (unsigned char)bytes[at - letters];
}

static void
use_delimiter(struct options *o, char *owned, const char *bytes, size_t len)
{
	free(o->delimiter);
	o->delimiter = owned;
	o->source.delimiter = bytes;
	o->source.delimiter_len = len;
	o->given.delimiter = true;
}

static const char *
use_mode(struct options *o, enum print_mode mode)
{
	o->style.mode = mode;
	o->given.mode = true;
	return NULL;
}

const char *
set_arg_file(struct options *o, const char *value)
{
	if (o->source.path != NULL)
		return SEVERAL_SOURCES;
	o->source.path = value;
	return *value == '\0' ? "must not be empty" : NULL;
}

const char *
set_null(struct options *o, const char *value)
{
	(void)value;
	use_delimiter(o, NULL, "", 1);
	o->source.split_list = false;
	return NULL;
}

const char *
set_delimiter(struct options *o, const char *value)
{
	char *bytes = xmalloc(strlen(value) + 1);
	size_t len = 0;
	int byte;

	while (*value != '\0') {
		byte = (unsigned char)*value++;
		if (byte == '\\' && (byte = decode_escape(&value)) < 0) {
			free(bytes);
			return "not a known escape; write \\\\ for a backslash";
		}
		bytes[len++] = (char)byte;
	}
	if (len == 0) {
		free(bytes);
		return "must not be empty";
	}
	use_delimiter(o, bytes, bytes, len);
	o->source.split_list = true;
	return NULL;
}

const char *
set_replacement(struct options *o, const char *value)
{
	o->command.replacement = value;
	return *value == '\0' ? "must not be empty" : NULL;
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
	return not_a_directory(value);
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
	if (value[strspn(value, "0123456789")] != '\0')
		width_count_cpus(&o->cpus);
	return width_parse(value, &o->cpus, &o->pool.slots, &why) == 0 ? NULL : why;
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
	return not_a_directory(value);
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
