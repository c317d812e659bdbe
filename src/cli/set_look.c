/*
 * The setters of what is shown while a run runs, and of colours; and what the terminals and the
 * environment make of them.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/set.h"

const char *
set_progress(struct options *o, const char *value)
{
	o->progress |=
	    value != NULL ? PROGRESS_PLAIN : PROGRESS_LINE | PROGRESS_BAR | PROGRESS_JOBS;
	return NULL;
}

const char *
set_bar(struct options *o, const char *value)
{
	(void)value;
	o->progress |= PROGRESS_LINE | PROGRESS_BAR;
	return NULL;
}

const char *
set_eta(struct options *o, const char *value)
{
	(void)value;
	o->progress |= PROGRESS_LINE;
	return NULL;
}

const char *
set_color(struct options *o, const char *value)
{
	o->color = value == NULL || strcmp(value, "always") == 0 ? COLOR_ALWAYS
	           : strcmp(value, "auto") == 0                  ? COLOR_AUTO
	                                                         : COLOR_NEVER;
	return NULL;
}

/* Empty where it is not set. */
static const char *
variable(const char *name)
{
	const char *value = getenv(name);

	return value != NULL ? value : "";
}

static bool
says_yes(const char *name)
{
	const char *value = variable(name);

	return *value != '\0' && strcmp(value, "0") != 0;
}

/* A terminal that knows no more than a printer, or whose output is a file in the end. */
static bool
is_dumb(void)
{
	const char *term = variable("TERM");

	return *term == '\0' || strcmp(term, "dumb") == 0 || says_yes("CI");
}

static bool
wants_color(const struct options *o, int fd)
{
	if (o->color != COLOR_AUTO)
		return o->color == COLOR_ALWAYS;
	if (*variable("NO_COLOR") != '\0')
		return false;
	if (says_yes("CLICOLOR_FORCE") || says_yes("FORCE_COLOR"))
		return true;
	return o->personality == AS_SPOOL && !is_dumb() && isatty(fd);
}

void
set_look_settle(struct options *o)
{
	bool terminal = isatty(STDERR_FILENO);

	o->style.color =
	    (wants_color(o, STDOUT_FILENO) ? 1 : 0) + (wants_color(o, STDERR_FILENO) ? 2 : 0);
	/* Nor where others write to the terminal that can't be asked to make room. */
	if (o->progress == 0 ||
	    (terminal && (o->progress & PROGRESS_PLAIN) == 0 && !is_dumb() &&
		o->style.mode != PRINT_NONE && !o->launch.tty && !o->launch.prompt))
		return;
	o->progress = terminal || (o->progress & PROGRESS_PLAIN) != 0 ? PROGRESS_PLAIN : 0;
}
