/*
 * What stands behind the command: ::: and :::: with their words. Internal to the parser.
 */
#ifndef SPOOL_SOURCES_H
#define SPOOL_SOURCES_H

#include "base/buf.h"
#include "cli/options.h"

/* Does word begin a source, as the user calls that? */
bool sources_begin(const struct options *o, const char *word);

/*
 * Read words, which start with a separator and end with a NULL, to the end. Returns 0, or -1 with
 * one line in *why.
 */
int sources_read(struct options *o, char **words, struct buf *why);

#endif
