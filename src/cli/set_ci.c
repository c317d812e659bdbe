/*
 * The setters of what a CI log shows.
 */
#include "cli/set.h"

#include "base/util.h"

#define HEARTBEAT_NS 60000000000LL
#define MOST_NS (INT64_MAX / 4)

const char *
set_ci(struct options *o, const char *value)
{
	o->given.ci = true;
	o->ci.system = value == NULL ? CI_AUTO : ci_named(value);
	return NULL;
}

const char *
set_show(struct options *o, const char *value)
{
	o->style.show = *value == 'f' ? SHOW_FAIL : *value == 'a' ? SHOW_ALL : SHOW_NONE;
	return NULL;
}

const char *
set_quiet_ok(struct options *o, const char *value)
{
	(void)value;
	o->style.show = SHOW_FAIL;
	return NULL;
}

const char *
set_heartbeat(struct options *o, const char *value)
{
	o->given.heartbeat = true;
	if (parse_duration(value, &o->heartbeat_ns) != 0)
		return "not a duration";
	if (o->heartbeat_ns > MOST_NS)
		o->heartbeat_ns = MOST_NS;
	return NULL;
}

const char *
set_ci_fault(const struct options *o)
{
	if (o->ci.safe && !o->given.ci)
		return "--ci-safe: needs --ci";
	if (o->style.show != SHOW_ALL &&
	    (o->style.mode == PRINT_LINES || o->style.mode == PRINT_NONE))
		return o->style.mode == PRINT_LINES ? "--show: contradicts --line-buffer"
		                                    : "--show: contradicts -u";
	return NULL;
}

void
set_ci_settle(struct options *o, char *const *envp)
{
	struct print_style *style = &o->style;

	if (o->ci.system == CI_AUTO)
		o->ci.system = ci_detect(envp);
	if (o->launch.dry_run)
		o->ci.system = CI_NONE;
	style->framed = o->ci.system != CI_NONE;
	if (o->ci.safe && o->ci.system != CI_GITHUB)
		style->guard = o->ci.system;
	if (style->framed && !o->given.heartbeat)
		o->heartbeat_ns = HEARTBEAT_NS;
	if (!style->framed && style->show == SHOW_ALL)
		return;
	style->whole = true;
	if (style->mode != PRINT_KEEP)
		style->mode = PRINT_GROUP;
	o->given.mode = true; /* --tty does not take it back */
}
