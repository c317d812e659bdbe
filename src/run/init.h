/*
 * As process 1 of a container there is no init that reaps the orphans of jobs and gives signals
 * their default actions:
 * this is one.
 */
#ifndef SPOOL_INIT_H
#define SPOOL_INIT_H

/*
 * If this is process 1: fork, and return in the child only. Process 1 passes on every signal, reaps
 * whatever ends, and exits as the child did, 128 + n for a signal. Call first thing in main, before
 * any thread.
 */
void init_if_first(void);

#endif
