/*
 * Processes of a run that no table knows: a child that spool had no time to enter, or one that left
 * its job's process group. They are found by what each job has in its environment. Linux; elsewhere
 * none are found.
 */
#ifndef SPOOL_STRAYS_H
#define SPOOL_STRAYS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Send sig (0: none) to every process whose environment has SPOOL_PID=run and SPOOL_SEQ=n and of
 * which wanted() says so.
 * It must not be older than since_ticks (os_now_ticks() at the start of the run) and must be in
 * this pid namespace, for numbers come again. Returns how many there are. Allocates; not for use
 * after a fork with threads.
 */
unsigned strays_signal(pid_t run, uint64_t since_ticks, int sig,
    bool (*wanted)(void *ctx, uint64_t seq, pid_t pid), void *ctx);

#endif
