/*
 * The tokens of a jobserver of make: a pool of bytes in a pipe, one for each job that may run
 * beside the first one of every program in it. spool is a client of the pool it was started in, or
 * serves one itself. One a process. See makeflags.h for how a pool is named.
 * But for jobserver_restore(), all is for one thread at a time.
 */
#ifndef SPOOL_JOBSERVER_H
#define SPOOL_JOBSERVER_H

#include <stdbool.h>
#include <stddef.h>

#include "run/makeflags.h"

/* What spool was started with. */
struct jobserver_found {
	struct makeflags flags;
	bool offered; /* a pool */
	bool usable;  /* it is open */
	int error;    /* errno when it could not be opened */
};

/*
 * Look for a pool in the environment. Before this process opens its first descriptor, which might
 * take the number of one that the pool's text names and that is closed. Opens nothing.
 */
void jobserver_find(char *const *envp);

/* Open what was found, if anything was. With descriptors 0 to 2 taken. */
const struct jobserver_found *jobserver_open(void);

/* The same again, for whom it was not given. */
const struct jobserver_found *jobserver_found(void);

/*
 * Serve a pool for so many jobs: make a FIFO in a directory of its own in dir, which has no blanks
 * in its name. Descriptors for the jobs are left open for them when wanted. offer is filled in.
 * Returns 0 or errno, and nothing is left then.
 */
int jobserver_serve(
    unsigned jobs, const char *dir, bool descriptors, struct makeflags_offer *offer);

/*
 * Begin to use the pool, of which at most room tokens will be held; before the keeper is started.
 * poke: called, in a thread of its own, when there is a token to take and jobserver_fd() does not
 * tell; it must not wait. Returns 0 or ENOMEM. The descriptor that jobserver_restore() needs is
 * jobserver_write_fd().
 */
int jobserver_start(unsigned room, void (*poke)(void *ctx), void *ctx);
int jobserver_write_fd(void);

/* As struct gate_tokens in gate.h says. */
unsigned jobserver_hold(unsigned n);
void jobserver_idle(void);
int jobserver_fd(void);

/* How many tokens of the pool that is served were lost and put in anew, since the last call. */
unsigned jobserver_lost(void);

/*
 * Give back all that is held, and remove the FIFO; in another process of this one's making too,
 * when this one is gone.
 */
void jobserver_restore(void);

#endif
