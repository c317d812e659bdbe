/*
 * Commands of the shell's grammar: lists, words, case, comments. Internal to the script scanner.
 */
#ifndef SPOOL_COMMANDS_H
#define SPOOL_COMMANDS_H

#include "input/scan.h"

/* Read commands up to end, which is not read; fits struct scan's list. */
void commands_read(struct scan *s, enum scan_end end);

#endif
