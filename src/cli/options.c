/*
 * Birth and death of struct options: the defaults that stand when nothing is written.
 */
#include "cli/options.h"

#include <stdlib.h>
#include <string.h>

#define GRACE_NS INT64_C(2000000000)

void
options_init(struct options *o, char *const *envp)
{
	memset(o, 0, sizeof *o);
	o->source.delimiter = "\n";
	o->source.delimiter_len = 1;
	o->command.append = true;
	o->command.envp = envp;
	o->pool.grace_ns = GRACE_NS;
}

void
options_free(struct options *o)
{
	free(o->delimiter);
	o->delimiter = NULL;
}
