/*
 * The setters of what runs again when it has failed.
 */
#include "cli/set.h"

#include <limits.h>

#include "base/util.h"

const char *
set_retries(struct options *o, const char *value)
{
	o->given.retries = true;
	if (parse_uint(value, 0, UINT_MAX, &o->retry.tries) != 0)
		return "not a number";
	if (o->retry.tries == 0)
		o->retry.tries = RETRY_FOREVER;
	return NULL;
}

const char *
set_retry_delay(struct options *o, const char *value)
{
	o->given.retry = "--retry-delay: needs --retries";
	return retry_delay_parse(value, &o->retry) == 0 ? NULL : "not a duration[,exp[,duration]]";
}

const char *
set_retry_on(struct options *o, const char *value)
{
	o->given.retry = "--retry-on: needs --retries";
	return retry_on_parse(value, &o->retry) == 0
	           ? NULL
	           : "not a list of exit codes, signal names and timeout";
}

const char *
set_retry_output(struct options *o, const char *value)
{
	o->retry.output = *value == 'a' ? RETRY_OUTPUT_ALL : RETRY_OUTPUT_LAST;
	return NULL;
}
