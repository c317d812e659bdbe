/*
 * Completions for the shells, printed from the option table.
 */
#ifndef SPOOL_COMPLETION_H
#define SPOOL_COMPLETION_H

#include "base/buf.h"

/* shell: bash, zsh or fish (checked by the option table). Returns 0 or ENOMEM. */
int completion_print(struct buf *out, const char *shell);

#endif
