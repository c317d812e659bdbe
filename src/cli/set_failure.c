/*
 * The setters of what a failure is, what it ends, and of times.
 */
#include "cli/set.h"

#include <string.h>

#include "base/util.h"

const char *
set_fail_fast(struct options *o, const char *value)
{
	o->halt = (struct halt_policy){HALT_SOON, HALT_FAIL, 1, 0};
	if (value != NULL && strcmp(value, "now") == 0)
		o->halt.when = HALT_NOW;
	return NULL;
}

const char *
set_ok_codes(struct options *o, const char *value)
{
	return codes_parse(value, &o->ok_codes) == 0 ? NULL : "not a list of exit codes";
}

const char *
set_timeout(struct options *o, const char *value)
{
	return timeout_parse(value, &o->timeout) == 0 ? NULL : "not a duration, nor a percentage";
}

const char *
set_termseq(struct options *o, const char *value)
{
	o->given.termseq = true;
	return termseq_parse(value, &o->termseq) == 0 ? NULL
	                                              : "not signals and milliseconds by turns";
}

const char *
set_deadline(struct options *o, const char *value)
{
	o->deadline = value;
	return parse_duration(value, &o->deadline_ns) == 0 ? NULL : "not a duration";
}
