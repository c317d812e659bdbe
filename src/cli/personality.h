/*
 * Whose command line it is: by the name of the program or --as, and what it starts from.
 */
#ifndef SPOOL_PERSONALITY_H
#define SPOOL_PERSONALITY_H

#include "cli/options.h"

/* By a program's name, of which what stands behind the last slash counts; else AS_SPOOL. */
enum personality personality_of(const char *program);

/* Make o what the personality is before its options are read. */
void personality_begin(struct options *o, enum personality personality);

#endif
