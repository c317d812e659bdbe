/*
 * --help, printed from the option table.
 */
#ifndef SPOOL_HELP_H
#define SPOOL_HELP_H

#include "base/buf.h"
#include "cli/options.h"

/* The whole help of a personality, at most 80 columns wide. Returns 0 or ENOMEM. */
int help_print(struct buf *out, enum personality personality);

#endif
