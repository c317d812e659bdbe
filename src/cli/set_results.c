/*
 * The setters of where output goes besides standard output, and of how much it may be.
 */
#include "base/util.h"
#include "cli/set.h"

const char *
set_results(struct options *o, const char *value)
{
	o->style.results = value;
	return *value == '\0' ? "must not be empty" : NULL;
}

const char *
set_max_output(struct options *o, const char *value)
{
	o->style.max_output_text = value;
	if (parse_size(value, &o->style.max_output) != 0 || o->style.max_output == 0)
		return "not a size";
	return NULL;
}
