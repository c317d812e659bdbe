/*
 * The tokens of a jobserver in a run: puts jobserver, keeper, gate and pool together.
 * Called by session.c and pacing.c.
 */
#ifndef SPOOL_TOKENS_H
#define SPOOL_TOKENS_H

#include "state.h"

/*
 * Join the pool that spool was started in, or serve one, if one is to be used, and set s->tokens;
 * die where that can't be done. Before the keeper is started. Returns the environment for the jobs,
 * made from envp. Main thread.
 */
char *const *tokens_open(struct session *s, char *const *envp);

/* What the keeper holds as long as jobs may run: the pool, or a semaphore; -1: nothing. */
int tokens_fd(const struct session *s);

/* The tokens alone say how many jobs run, if -j does not. The pool is built. Main thread. */
void tokens_widen(struct session *s);

/* Say so when tokens were lost. Any thread. */
void tokens_tell_lost(void);

/* Leave nothing behind. All workers and the keeper are gone. Main thread. */
void tokens_close(struct session *s);

#endif
