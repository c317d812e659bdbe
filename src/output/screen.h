/*
 * A few lines that stand on the terminal of stderr, under all that is printed there. Nothing of the
 * terminal is changed: when they are erased nothing is left of them.
 */
#ifndef SPOOL_SCREEN_H
#define SPOOL_SCREEN_H

#include "output/progress.h"

/*
 * Guard the terminal (base/terminal.h). f draws the area; it is called by any thread, one at a
 * time, and false means that there is none. Before the first thread.
 */
void screen_open(bool (*f)(struct progress_area *a));

/*
 * Show what has changed; at most ten times a second, and not while spool is in the background or an
 * unfinished line of unknown length is in the way. Any thread.
 */
void screen_refresh(void);

/* Erase it; no other will come. */
void screen_close(void);

#endif
