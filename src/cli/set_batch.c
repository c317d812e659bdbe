/*
 * The setters that decide how many values a job gets. As xargs -n, -L and -I are ways of which the
 * last one counts, and the user is told of the others in the words of GNU xargs.
 */
#include "cli/set.h"

#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "input/batch.h"

enum way {
	WAY_ARGS,
	WAY_LINES,
	WAY_REPLACE,
};

/* "-n and -I are mutually exclusive": what is written now wins. */
static void
tell_conflict(struct options *o, const char *before, const char *now)
{
	(void)buf_printf(o->given.notice,
	    "warning: options %s and %s are mutually exclusive, ignoring previous %s value\n",
	    before, now, before);
}

/* As xargs: what was written before and does not go with now is forgotten. */
static void
choose_way(struct options *o, enum way way, const char *now)
{
	struct given *given = &o->given;

	if (o->personality != AS_XARGS)
		return;
	if (way != WAY_LINES && given->max_lines.given) {
		tell_conflict(o, "--max-lines", now);
		given->max_lines.given = false;
	}
	if (way != WAY_ARGS && given->max_args.given) {
		tell_conflict(o, "--max-args", now);
		given->max_args.given = false;
	}
	if (way != WAY_REPLACE && o->command.names.value != NULL) {
		tell_conflict(o, "--replace", now);
		o->command.names.value = NULL;
	}
}

/* A number of things; k and K are thousands, but not to xargs. */
static const char *
count_of(const struct options *o, const char *value, uint64_t *n)
{
	int err;

	if (o->personality != AS_XARGS)
		return strchr(value, '.') == NULL && parse_size(value, n) == 0 ? NULL
		                                                               : "not a number";
	err = parse_uint(value, 1, UINT64_MAX, n);
	if (err == ERANGE && value[strspn(value, "0")] == '\0')
		return "must be at least 1";
	if (err == ERANGE)
		*n = UINT64_MAX;
	return err == EINVAL ? "not a number" : NULL;
}

static const char *
use_count(const struct options *o, struct given_count *count, const char *value)
{
	count->given = true;
	return count_of(o, value, &count->n);
}

/* A size out of range is no error to xargs: the nearest in the range counts. */
static uint64_t
xargs_size(struct options *o, const char *value, uint64_t n)
{
	struct batch_limits limits;

	if (n == 0) {
		(void)buf_printf(o->given.notice, "value %s for -s option should be >= 1\n", value);
		return 1;
	}
	batch_measure(&limits, o->command.envp);
	if (n <= limits.usable)
		return n;
	(void)buf_printf(o->given.notice, "value %s for -s option should be <= %llu\n", value,
	    (unsigned long long)limits.usable);
	return limits.usable;
}

const char *
set_max_args(struct options *o, const char *value)
{
	struct given_count count;
	const char *reason = use_count(o, &count, value);

	/* xargs -I with -n1 is no contradiction */
	if (reason != NULL ||
	    (o->personality == AS_XARGS && o->command.names.value != NULL && count.n == 1))
		return reason;
	choose_way(o, WAY_ARGS, "--max-args/-n");
	o->given.max_args = count;
	return NULL;
}

const char *
set_max_replace_args(struct options *o, const char *value)
{
	return use_count(o, &o->given.max_replace_args, value);
}

const char *
set_max_lines(struct options *o, const char *value)
{
	choose_way(o, WAY_LINES, "-L");
	o->given.line_context = true;
	return use_count(o, &o->given.max_lines, value);
}

/* -l: one line if no number is given, or 0 as GNU parallel. */
const char *
set_lines(struct options *o, const char *value)
{
	const char *reason;

	choose_way(o, WAY_LINES, "--max-lines/-l");
	o->given.line_context = false;
	reason = use_count(o, &o->given.max_lines, value != NULL ? value : "1");
	if (o->given.max_lines.n == 0)
		o->given.max_lines.n = 1;
	return reason;
}

const char *
set_max_chars(struct options *o, const char *value)
{
	uint64_t n;

	if (o->personality == AS_XARGS) {
		if (parse_uint(value, 0, UINT64_MAX, &n) == EINVAL)
			return "not a number";
		o->batch.max_chars = xargs_size(o, value, n);
		return NULL;
	}
	if (parse_size(value, &o->batch.max_chars) != 0)
		return "not a size";
	return o->batch.max_chars == 0 ? "must be at least 1" : NULL;
}

const char *
set_replacement(struct options *o, const char *value)
{
	if (*value == '\0')
		return "must not be empty";
	choose_way(o, WAY_REPLACE, "--replace/-I/-i");
	o->command.names.value = value;
	return NULL;
}

/* -i: {} if nothing is given. */
const char *
set_replace(struct options *o, const char *value)
{
	return set_replacement(o, value != NULL && *value != '\0' ? value : "{}");
}
