/*
 * The setters of the records that a run leaves, and of what it makes of those of the last one.
 */
#include "cli/set.h"

/* The one that does most counts, wherever it stands. */
static const char *
use_mode(struct options *o, enum resume_mode mode)
{
	if (mode > o->records.resume)
		o->records.resume = mode;
	return NULL;
}

const char *
set_joblog(struct options *o, const char *value)
{
	o->records.append = *value == '+';
	o->records.joblog = value + o->records.append;
	return *o->records.joblog == '\0' ? "must not be empty" : NULL;
}

const char *
set_fail_log(struct options *o, const char *value)
{
	o->records.fail_log = value;
	return *value == '\0' ? "must not be empty" : NULL;
}

const char *
set_junit(struct options *o, const char *value)
{
	o->records.junit = value;
	return *value == '\0' ? "must not be empty" : NULL;
}

const char *
set_tap(struct options *o, const char *value)
{
	o->records.tap = value;
	return *value == '\0' ? "must not be empty" : NULL;
}

const char *
set_resume(struct options *o, const char *value)
{
	(void)value;
	return use_mode(o, RESUME_ALL);
}

const char *
set_resume_failed(struct options *o, const char *value)
{
	(void)value;
	return use_mode(o, RESUME_FAILED);
}

const char *
set_retry_failed(struct options *o, const char *value)
{
	(void)value;
	return use_mode(o, RETRY_FAILED);
}
