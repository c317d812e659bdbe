/*
 * Here-documents: noted where << stands, read when their line ends. Internal to the script scanner.
 */
#ifndef SPOOL_HEREDOC_H
#define SPOOL_HEREDOC_H

#include "input/scan.h"

/*
 * At <<, not at <<<: read the operator and its delimiter, note the document in the list's
 * s->heredocs.
 */
void heredoc_open(struct scan *s);

/* Behind a newline: read the bodies of what was noted, in order, and forget them. */
void heredoc_bodies(struct scan *s);

/* Forget what was noted but never came. */
void heredoc_drop(struct scan *s);

#endif
