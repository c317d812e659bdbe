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

/*
 * Quote what stands in out from from on, in place, with the bytes that GNU parallel makes of it.
 * For a POSIX shell; a newline stays one in single quotes. Returns 0 or ENOMEM.
 */
int quote_pasted(struct buf *out, size_t from);

/* How long quote_pasted() makes a text. */
size_t quote_pasted_len(const char *text, size_t len);

/* Append an argument vector, quoted, one blank between words; the first as a command. */
int quote_argv(struct buf *out, char *const *argv);

#endif
