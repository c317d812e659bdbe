/*
 * Locks on open files: by open file description, by flock where there are none.
 */
#ifndef SPOOL_LOCK_H
#define SPOOL_LOCK_H

#include <stdbool.h>

/*
 * Lock the whole file (open for reading and writing) against all others who do the same. The lock
 * belongs to the open file description: it goes when the last copy of fd is closed, in whatever
 * process. block: wait for it. Returns 0, EAGAIN (another has it), or errno.
 */
int lock_file(int fd, bool block);

/* Whether another has the lock: 0 (no), EAGAIN (yes), or errno. Takes nothing. */
int lock_look(int fd);

#endif
