/*
 * --stdin-value: the values of a job as a descriptor to read from.
 */
#ifndef SPOOL_STDIN_VALUE_H
#define SPOOL_STDIN_VALUE_H

#include <stdbool.h>

#include "input/record.h"

/*
 * Open in *fd, close-on-exec, what a job is to read: its values one after the other, with lines a
 * newline behind each. Large ones go to an unlinked file in tmpdir. Returns 0 or errno. Any thread.
 */
int stdin_value_open(const struct record *record, bool lines, const char *tmpdir, int *fd);

#endif
