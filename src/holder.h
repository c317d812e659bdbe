/*
 * "spool --as sem": run one command while a semaphore is held.
 */
#ifndef SPOOL_HOLDER_H
#define SPOOL_HOLDER_H

#include "cli/options.h"

/*
 * Take the semaphore, then run the command: here and now with --fg, else in a process that stays
 * behind and holds it, and return at once. With --wait only wait. Returns the exit status. argv and
 * envp are main's.
 */
int holder_run(struct options *o, char **argv, char *const *envp);

#endif
