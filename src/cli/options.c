/*
 * Birth and death of struct options: the defaults that stand when nothing is written.
 */
#include "cli/options.h"

#include <stdlib.h>
#include <string.h>

#include "base/util.h"

#define GRACE_NS INT64_C(2000000000)

struct source_spec *
options_add_source(struct options *o, bool linked)
{
	struct combine_spec *combine = &o->combine;
	struct combine_source *more;

	/* Full whenever their number is a power of two: the room doubles then. */
	if ((combine->n & (combine->n - 1)) == 0) {
		more = xmalloc((combine->n == 0 ? 1 : 2 * combine->n) * sizeof *more);
		if (combine->n > 0)
			memcpy(more, combine->sources, combine->n * sizeof *more);
		free(combine->sources);
		combine->sources = more;
	}
	combine->sources[combine->n] = (struct combine_source){.linked = linked && combine->n > 0};
	return &combine->sources[combine->n++].source;
}

void
options_init(struct options *o, char *const *envp)
{
	memset(o, 0, sizeof *o);
	o->name = "spool";
	o->given.list_separator = ":::";
	o->given.file_separator = "::::";
	o->given.each.delimiter = "\n";
	o->given.each.delimiter_len = 1;
	o->command.names.value = "{}";
	o->command.append = true;
	o->command.envp = envp;
	o->pool.grace_ns = GRACE_NS;
	o->pool.held_fd = -1;
	o->pool.jobserver = JOBSERVER_AUTO;
	o->pool.jobserver_style = JOBSERVER_BOTH;
}

void
options_free(struct options *o)
{
	free(o->combine.sources);
	o->combine.sources = NULL;
	free(o->delimiter);
	o->delimiter = NULL;
}
