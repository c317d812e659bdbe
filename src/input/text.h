/*
 * What every text with replacement strings is checked for, a command or another. text.c implements
 * template.h's plain texts too. Pure.
 */
#ifndef SPOOL_TEXT_H
#define SPOOL_TEXT_H

#include "base/buf.h"
#include "input/replace.h"

/* Before it is compiled. Returns 0, ENOMEM, or EINVAL with a sentence in *why. */
int text_check(const char *text, const struct replace_spec *names, struct buf *why);

/* When all that uses names was compiled. Likewise. */
int text_check_names(const struct replace_set *names, struct buf *why);

#endif
