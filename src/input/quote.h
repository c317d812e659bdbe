/*
 * Shell quoting, so that what spool prints can be pasted. Pure.
 */
#ifndef SPOOL_QUOTE_H
#define SPOOL_QUOTE_H

#include "base/buf.h"

/*
 * Append word so that a POSIX shell reads it back as exactly these bytes: bare when it is safe,
 * else in single quotes, control characters and all (no $'...'). Returns 0 or ENOMEM; a failure
 * leaves out as it was.
 */
int quote_word(struct buf *out, const char *word);

/* The same where a command is expected: a=b, %1 or if would be no command's name there. */
int quote_command_word(struct buf *out, const char *word);

/* Append an argument vector, quoted, one blank between words; the first as a command. */
int quote_argv(struct buf *out, char *const *argv);

#endif
