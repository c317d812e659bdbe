/*
 * Every platform difference of the project, chosen at compile time or by ENOSYS at run time.
 * Nothing else in the tree has an #ifdef on a system. Knows nothing of spool.
 */
#ifndef SPOOL_OS_H
#define SPOOL_OS_H

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <termios.h>

/* A pipe, both ends close-on-exec and blocking. Returns 0 or errno. */
int os_pipe(int fds[2]);

/* The size of the window whose terminal fd is. False: it is none, or has no size. */
bool os_window(int fd, struct winsize *size);

/*
 * A terminal of that size, both sides close-on-exec: what is written to fds[1] is read from fds[0],
 * byte for byte; reading fails with EIO when nobody has the other side any more. Returns 0 or
 * errno.
 */
int os_pty(int fds[2], const struct winsize *size);

/*
 * The pipe that fd reads from, for reading, close-on-exec and not blocking, whatever flags fd has
 * and keeps. Returns a descriptor, or -1 and errno.
 */
int os_reopen(int fd);

/*
 * Around every spawn: where a pipe can't be born close-on-exec, this keeps the child from
 * inheriting another thread's. Costs nothing elsewhere. No os_pipe() and no other lock in between.
 */
void os_spawn_lock(void);
void os_spawn_unlock(void);

/*
 * An exit descriptor (poll for POLLIN) of a child that is not yet reaped, close-on-exec; -1 where
 * there is none.
 */
int os_exit_fd(pid_t pid);

/* Give back the disk space of [offset, offset+len); where the system can't, nothing happens. */
void os_punch_hole(int fd, off_t offset, off_t len);

/*
 * An unlinked read-write file in dir, close-on-exec, mode 0600. Never visible under a name where
 * the system can. Returns the descriptor, or -1 and errno.
 */
int os_unnamed_file(const char *dir);

/*
 * The same for a file that os_name_file() may give a name later, as an ordinary one of the user.
 * Returns 0 or errno: EEXIST: the name is taken; else it can't be done, and is to be copied.
 */
int os_nameless_file(const char *dir);
int os_name_file(int fd, const char *path);

/*
 * Copy up to n bytes from the file in (at *offset, advanced) to out without passing through this
 * process. final: in is never written again where it is copied from. If it may be, a pipe or a
 * socket, which would be given the pages themselves, is EINVAL. ENOSYS and EINVAL: use read and
 * write. Returns bytes copied, 0 at end of file, -1 and errno.
 */
ssize_t os_copy(int out, int in, off_t *offset, size_t n, bool final);

/*
 * Move up to n bytes that are in a pipe (there are some, or it is at its end) to the file out at
 * *offset, advanced. Returns bytes moved, 0 at the end, -1 and errno; ENOSYS and EINVAL: use read
 * and write.
 */
ssize_t os_move(int out, off_t *offset, int pipe, size_t n);

enum os_lock_command {
	OS_LOCK_TRY,
	OS_LOCK_WAIT,
	OS_LOCK_LOOK, /* *lock says who is in the way, F_UNLCK: nobody */
};

/*
 * Lock fd by open file description, exclusively. Returns 0 or errno: EAGAIN: somebody has it;
 * EINVAL: the system has no such locks. See lock.h.
 */
int os_description_lock(int fd, enum os_lock_command command, struct flock *lock);

/*
 * A descriptor, close-on-exec, that poll finds readable when another closes a file that is watched;
 * -1 where there is none. An event comes an instant before the lock of that file is gone.
 * os_watch_file() adds a file (0 or errno), os_watch_clear() forgets what has happened.
 */
int os_watch_open(void);
int os_watch_file(int watch, const char *path);
void os_watch_clear(int watch);

/* A number for the controlling terminal; 0: there is none, or the system does not tell. */
uint64_t os_terminal(void);

/* CPUs in this process's affinity mask, and all CPUs that are online. At least 1. */
unsigned os_cpus_allowed(void);
unsigned os_cpus_online(void);

/*
 * Wait for one of set, at most timeout_ms (-1: for ever). Returns the signal, 0 after the time.
 * All of set must be blocked, and only one thread may wait for it.
 */
int os_sigwait(const sigset_t *set, int timeout_ms);

/* A signal that a thread may be sent to end its os_sigwait(), and that nobody else misses. */
int os_poke_signal(void);

/*
 * Add to defaults, the signals that a spawn is to set to their default, those that are at it
 * anyway, where naming them makes the spawn cheaper. Changes nothing that a child sees.
 */
void os_spawn_defaults(sigset_t *defaults);

/* The child's working directory as a spawn file action. Returns 0 or errno (ENOSYS: has none). */
int os_spawn_chdir(posix_spawn_file_actions_t *actions, const char *dir);

/* Reap pid (which has exited) and get its usage. Returns 0 or errno. */
int os_reap(pid_t pid, int *status, struct rusage *usage);

/* The most memory that it had in RAM, in bytes. */
uint64_t os_max_rss(const struct rusage *usage);

/*
 * Start time of a process in clock ticks since boot; 0 where the system does not tell, or there
 * is no such process. Async-signal-safe.
 */
uint64_t os_start_ticks(pid_t pid);

/* Now, by the clock and in the unit of os_start_ticks(); 0 where the system does not tell. */
uint64_t os_now_ticks(void);

/* Close every descriptor but keep_a and keep_b (-1: none). Async-signal-safe. */
void os_close_all_but(int keep_a, int keep_b);

/*
 * Name of this process for ps and top. Overwrites the strings of argv in place, and so is called
 * once; argv may be NULL.
 */
void os_set_process_name(const char *name, char **argv);

/* The longest single argument exec takes, its NUL not counted. */
size_t os_max_argument(void);

/* What exec takes for argv, envp and the program's path: their strings, and a pointer each. */
uint64_t os_argument_space(void);

/* Memory settings that keep a process with many threads small; call before the first thread. */
void os_tune_memory(void);

#endif
