/*
 * The setters of the files that tell other programs what happens in a run.
 */
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "base/util.h"
#include "cli/set.h"

/* What the jobs print goes to standard output as it comes: a line could land in the middle. */
static const char *
path_fault(const char *path)
{
	if (*path == '\0')
		return "must not be empty";
	return strcmp(path, "-") == 0 ? "standard output is the jobs'" : NULL;
}

/* Looked at here, before anything is opened that might get that number. */
static const char *
descriptor_fault(const char *digits, int *fd)
{
	uint64_t n;
	int flags;

	if (parse_uint(digits, 0, INT_MAX, &n) != 0)
		return "not a descriptor: fd:3, fd:4 ...";
	if (n <= 2)
		return "0, 1 and 2 are the jobs': from 3 on";
	flags = fcntl((int)n, F_GETFL);
	if (flags < 0)
		return "not open";
	if ((flags & O_ACCMODE) == O_RDONLY)
		return "not open for writing";
	*fd = (int)n;
	return NULL;
}

const char *
set_events(struct options *o, const char *value)
{
	o->records.events = value;
	o->records.events_fd = 0;
	if (strncmp(value, "fd:", 3) == 0)
		return descriptor_fault(value + 3, &o->records.events_fd);
	return path_fault(value);
}

const char *
set_trace(struct options *o, const char *value)
{
	o->records.trace = value;
	return path_fault(value);
}
