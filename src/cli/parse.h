/*
 * The command line, read with the option table into struct options.
 */
#ifndef SPOOL_PARSE_H
#define SPOOL_PARSE_H

#include "base/buf.h"
#include "cli/options.h"

/*
 * Parse argv (which must outlive *o). envp is searched for SPOOL_JOBS, SPOOL_SHELL and TMPDIR.
 * Returns 0, or -1 with one line in *why that names option, value and reason (no "spool: ", no
 * newline, no other control character). Parsing ends at --help, --version and --completion.
 * options_free() is due either way.
 */
int options_parse(struct options *o, int argc, char **argv, char *const *envp, struct buf *why);

#endif
