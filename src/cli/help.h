/*
 * --help, printed from the option table.
 */
#ifndef SPOOL_HELP_H
#define SPOOL_HELP_H

#include "base/buf.h"

/* The whole help, at most 80 columns wide. Returns 0 or ENOMEM. */
int help_print(struct buf *out);

#endif
