/*
 * The personalities: their names, and the defaults in which they differ from spool. What follows
 * from options together is decided in settle.c.
 */
#include "cli/personality.h"

#include <string.h>

static const char *const names[] = {
    [AS_SPOOL] = "spool",
    [AS_XARGS] = "xargs",
    [AS_PARALLEL] = "parallel",
    [AS_SEM] = "sem",
};

static void
begin_xargs(struct options *o)
{
	o->given.list_separator = NULL;
	o->given.file_separator = NULL;
	o->command.names.value = NULL;
	o->command.mode = SHELL_NEVER;
	o->style.mode = PRINT_NONE;
	o->exit_rule = EXIT_RULE_XARGS;
}

static void
begin_parallel(struct options *o)
{
	o->command.mode = SHELL_PASTE;
	o->launch.parallel_variables = true;
}

enum personality
personality_of(const char *program)
{
	const char *slash = strrchr(program, '/');
	unsigned i;

	for (i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(slash != NULL ? slash + 1 : program, names[i]) == 0)
			return (enum personality)i;
	return AS_SPOOL;
}

void
personality_begin(struct options *o, enum personality personality)
{
	o->personality = personality;
	o->name = names[personality];
	if (personality == AS_XARGS)
		begin_xargs(o);
	if (personality == AS_PARALLEL || personality == AS_SEM)
		begin_parallel(o);
	if (personality == AS_SEM)
		o->exit_rule = EXIT_RULE_FIRST;
}
