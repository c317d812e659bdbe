/*
 * The command line, read with the option table into struct options.
 */
#ifndef SPOOL_PARSE_H
#define SPOOL_PARSE_H

#include "base/buf.h"
#include "cli/options.h"

/*
 * Parse argv (NULL-terminated; must outlive *o). envp is searched for SPOOL_JOBS, SPOOL_SHELL,
 * TMPDIR and, by personality, PARALLEL_SHELL, SHELL and SPOOL_SEM_DIR.
 * Returns 0, or -1 with one line in *why that names option, value and reason (no "spool: ", no
 * newline, no other control character); o->personality and o->name are set then too. *notice gets
 * what the user should know but is no fault: lines, each ended by a newline. Parsing ends at
 * --help, --version, --completion and --citation. options_free() is due either way.
 */
int options_parse(struct options *o, int argc, char **argv, char *const *envp, struct buf *why,
    struct buf *notice);

#endif
