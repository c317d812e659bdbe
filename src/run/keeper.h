/*
 * The keeper: a small process that outlives a SIGKILL of spool and ends the jobs that spool can't
 * end any more.
 * It waits on a pipe whose write end only spool holds; the running process groups stand in memory
 * that both share, so that a job costs one store and no system call. The only fork of the project.
 */
#ifndef SPOOL_KEEPER_H
#define SPOOL_KEEPER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* One slot of the shared table. Written by the slot's worker, read by the keeper. */
struct keeper_entry {
	_Atomic uint64_t seq; /* the job that runs or is being started; 0: none */
	/* 0: nothing known; > 0: a process group; < 0: the single process -pid */
	_Atomic int32_t pid;
	_Atomic uint64_t start_ticks; /* not after the leader's start; 0: unknown */
};

/*
 * Fork the keeper. Call before the first thread and with descriptors 0 to 2 open. argv: main's, for
 * the process name. held_fd: a descriptor that the keeper holds as long as jobs may run; -1: none.
 * Returns 0 or errno; without a keeper everything else works.
 */
int keeper_start(unsigned slots, int64_t grace_ns, int held_fd, char **argv);

/* Before keeper_start(): what the keeper does last, when no job runs any more. */
void keeper_at_end(void (*f)(void));

/* The entry of a slot, counted from 0; NULL without a keeper. */
struct keeper_entry *keeper_entry(unsigned slot);

/* The job of that number is about to be started; 0: it is over. e may be NULL. */
void keeper_expect(struct keeper_entry *e, uint64_t seq);

/* Store what runs (see keeper_entry.pid), or 0. e may be NULL. */
void keeper_watch(struct keeper_entry *e, int32_t pid, uint64_t start_ticks);

/*
 * Send sig to the processes of jobs that are not over and that a signal to what is stored does not
 * reach, and return how many there are.
 */
unsigned keeper_signal_strays(pid_t run, int sig);

/* Numbers of the jobs that are not over, at most n of them. Returns how many. */
unsigned keeper_running(uint64_t *seqs, unsigned n);

/* No job runs any more, or will: let the keeper go, which takes it a moment. Any thread. */
void keeper_release(void);

/* The same, and wait for it, so that nothing is left behind. */
void keeper_finish(void);

#endif
