/*
 * One run, from options to exit status: wires the modules in the order in which the data flows.
 */
#ifndef SPOOL_SESSION_H
#define SPOOL_SESSION_H

#include "cli/options.h"

/*
 * Run. argv and envp are main's. Returns the exit status, or does not return when a signal ended
 * the run.
 */
int session_run(struct options *o, char **argv, char *const *envp);

#endif
