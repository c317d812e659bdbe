/*
 * A counting semaphore that processes share by name, for "spool --as sem": locks that the kernel
 * releases when their holder is gone, in a directory of this user. Main thread.
 */
#ifndef SPOOL_SEMAPHORE_H
#define SPOOL_SEMAPHORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/* Set by the options, then read-only. */
struct semaphore_spec {
	const char *directory; /* $SPOOL_SEM_DIR; NULL: /tmp/spool-sem-UID */
	const char *id;        /* --id; NULL: that of the controlling terminal, or of all without */
	/*
	 * -j: how many may hold it at once; 1 is a mutex. It is that of who takes: he takes one of
	 * the first so many slots, so of two numbers for one id the larger opens more.
	 */
	unsigned slots;
	bool foreground; /* --fg: stay until the command is done */
	bool wait;       /* --wait: until nobody holds it; no command */
	/*
	 * --st: 0: wait for ever; > 0: after so long go on without it; < 0: after so long give up
	 */
	int64_t timeout_ns;
};

/*
 * Take it, waiting as spec says. Returns 0 and *fd, close-on-exec, which holds it until the last
 * copy is closed, in whatever process (-1: gone on without it, said in *why); else errno
 * (ETIMEDOUT: given up) with a sentence in *why.
 */
int semaphore_take(const struct semaphore_spec *spec, int *fd, struct buf *why);

/*
 * Wait until nobody holds it, whatever -j they had. Returns 0 (after a timeout_ns > 0 too, said in
 * *why) or errno with *why.
 */
int semaphore_wait(const struct semaphore_spec *spec, struct buf *why);

#endif
