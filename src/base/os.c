/*
 * Every platform difference of the project. Knows nothing of spool.
 *
 * What only Linux has is in os_linux.h; beside it here is the second choice that the others get,
 * then what is the same everywhere but for a line. -DOS_PORTABLE takes the second choice on
 * Linux too, -DOS_NO_PIPE2 only the pipe without pipe2(), so that both are tested there.
 *
 * One lock, spawn_lock, where a pipe can't be born close-on-exec.
 */
#include "base/os.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#if defined(__linux__) && !defined(OS_PORTABLE)
#define OS_LINUX 1
#include <sys/prctl.h>
#else
#define OS_LINUX 0
#endif

#if defined(__GLIBC__)
#include <malloc.h>
#endif

#if defined(__FreeBSD__)
#include <sys/param.h> /* __FreeBSD_version */
#endif

#if defined(__APPLE__) || defined(OS_PORTABLE) || defined(OS_NO_PIPE2)
#define OS_PIPE2 0
#else
#define OS_PIPE2 1
#endif

#if OS_LINUX || defined(__FreeBSD__) || defined(__NetBSD__)
#define OS_SIGTIMEDWAIT 1
#else
#define OS_SIGTIMEDWAIT 0
#endif

#if defined(__OpenBSD__)
#define OS_SPAWN_CHDIR 0
#elif defined(__FreeBSD__) && __FreeBSD_version < 1301000
#define OS_SPAWN_CHDIR 0
#elif defined(__GLIBC__) && __GLIBC__ == 2 && __GLIBC_MINOR__ < 29
#define OS_SPAWN_CHDIR 0
#else
#define OS_SPAWN_CHDIR 1
#endif

enum {
	NS_PER_MS = 1000000,
	MS_PER_S = 1000,
	SIGNAL_LOOK_MS = 50, /* between two looks at the pending signals, without sigtimedwait() */
	CLOSE_LIMIT = 65536, /* descriptors to try where nothing tells which are open */
};

/* One by one, where there is no close_range(). A limit may be a billion: that would never end. */
static void
close_up_to_limit(int keep_a, int keep_b)
{
	struct rlimit limit;
	int end = CLOSE_LIMIT;
	int fd;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < CLOSE_LIMIT)
		end = (int)limit.rlim_cur;
	for (fd = 0; fd < end; fd++)
		if (fd != keep_a && fd != keep_b)
			close(fd);
}

/* Visible under its name for an instant; a SIGKILL just then leaves an empty file. */
static int
named_and_unlinked_file(const char *dir)
{
	static const char name[] = "/spool.XXXXXX";
	const size_t dir_len = strlen(dir);
	char *path = malloc(dir_len + sizeof(name));
	int fd;
	int err;

	if (!path)
		return -1;
	memcpy(path, dir, dir_len);
	memcpy(path + dir_len, name, sizeof(name));
	fd = mkostemp(path, O_CLOEXEC);
	err = errno;
	if (fd >= 0 && unlink(path) != 0) {
		err = errno;
		close(fd);
		fd = -1;
	}
	free(path);
	errno = err;
	return fd;
}

#if OS_LINUX
#include "base/os_linux.h"
#else
#include "base/os_other.h"
#endif

#if OS_PIPE2

int
os_pipe(int fds[2])
{
	return pipe2(fds, O_CLOEXEC) == 0 ? 0 : errno;
}

void
os_spawn_lock(void)
{
}

void
os_spawn_unlock(void)
{
}

#else

static pthread_mutex_t spawn_lock = PTHREAD_MUTEX_INITIALIZER;

int
os_pipe(int fds[2])
{
	int err = 0;

	os_spawn_lock();
	if (pipe(fds) != 0) {
		err = errno;
	} else if (fcntl(fds[0], F_SETFD, FD_CLOEXEC) != 0 ||
		   fcntl(fds[1], F_SETFD, FD_CLOEXEC) != 0) {
		err = errno;
		close(fds[0]);
		close(fds[1]);
	}
	os_spawn_unlock();
	return err;
}

void
os_spawn_lock(void)
{
	pthread_mutex_lock(
	    &spawn_lock); /* can't fail: a plain mutex that this thread does not hold */
}

void
os_spawn_unlock(void)
{
	pthread_mutex_unlock(&spawn_lock);
}

#endif

#if OS_SIGTIMEDWAIT

static int
wait_for_signal(const sigset_t *set, int64_t timeout_ms)
{
	struct timespec t = {
	    .tv_sec = (time_t)(timeout_ms / MS_PER_S),
	    .tv_nsec = (long)(timeout_ms % MS_PER_S * NS_PER_MS),
	};
	int sig = sigtimedwait(set, NULL, &t);

	return sig < 0 ? 0 : sig;
}

#else

/* sigwait() would block, so it is called only when it can't: nobody else takes from set. */
static int
wait_for_signal(const sigset_t *set, int64_t timeout_ms)
{
	sigset_t pending;
	int sig;

	sigemptyset(&pending);
	sigpending(&pending);
	for (sig = 1; sig < NSIG; sig++)
		if (sigismember(set, sig) == 1 && sigismember(&pending, sig) == 1)
			return sigwait(set, &sig) == 0 ? sig : 0;
	poll(NULL, 0, timeout_ms < SIGNAL_LOOK_MS ? (int)timeout_ms : SIGNAL_LOOK_MS);
	return 0;
}

#endif

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * MS_PER_S + t.tv_nsec / NS_PER_MS;
}

int
os_sigwait(const sigset_t *set, int timeout_ms)
{
	int64_t end;
	int64_t left = timeout_ms;
	int sig;

	if (timeout_ms < 0) {
		while (sigwait(set, &sig) != 0) /* EINTR, from those that do not restart it */
			continue;
		return sig;
	}
	/* Stopped and continued, interrupted, or looked once: what is left of the time counts. */
	end = now_ms() + timeout_ms;
	while ((sig = wait_for_signal(set, left)) == 0 && left > 0) {
		left = end - now_ms();
		if (left < 0)
			left = 0;
	}
	return sig;
}

#if defined(F_OFD_SETLK) && !defined(OS_PORTABLE)

/* EINVAL: a kernel without them. l_pid must be 0, l_len 0 is the whole file. */
int
os_description_lock(int fd, enum os_lock_command command, struct flock *lock)
{
	static const int commands[] = {F_OFD_SETLK, F_OFD_SETLKW, F_OFD_GETLK};

	*lock = (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET};
	while (fcntl(fd, commands[command], lock) != 0)
		if (errno != EINTR)
			return errno == EACCES ? EAGAIN : errno;
	return 0;
}

#else

int
os_description_lock(int fd, enum os_lock_command command, struct flock *lock)
{
	(void)fd;
	(void)command;
	(void)lock;
	return EINVAL;
}

#endif

int
os_spawn_chdir(posix_spawn_file_actions_t *actions, const char *dir)
{
#if !OS_SPAWN_CHDIR
	(void)actions;
	(void)dir;
	return ENOSYS;
#elif defined(__NetBSD__)
	return posix_spawn_file_actions_addchdir(actions, dir);
#else
	return posix_spawn_file_actions_addchdir_np(actions, dir);
#endif
}

int
os_reap(pid_t pid, int *status, struct rusage *usage)
{
	while (wait4(pid, status, 0, usage) < 0)
		if (errno != EINTR)
			return errno;
	return 0;
}

uint64_t
os_max_rss(const struct rusage *usage)
{
#if defined(__APPLE__)
	return (uint64_t)usage->ru_maxrss;
#else
	return (uint64_t)usage->ru_maxrss << 10;
#endif
}

void
os_set_process_name(const char *name, char **argv)
{
	char *end;
	char *p;
	int i;

#if OS_LINUX
	prctl(PR_SET_NAME, name, 0, 0, 0); /* top and ps -A; the rest is for ps -f */
#elif defined(__FreeBSD__) || defined(__NetBSD__) || defined(__DragonFly__)
	setproctitle("-%s", name); /* ps shows the kernel's copy of argv there */
#endif
	if (!argv || !argv[0])
		return;
	/* The kernel lays the strings out one after the other; stop where somebody moved one. */
	end = argv[0] + strlen(argv[0]);
	for (i = 1; argv[i] && argv[i] == end + 1; i++)
		end = argv[i] + strlen(argv[i]);
	for (p = argv[0]; p < end; p++)
		*p = *name ? *name++ : '\0';
}

void
os_tune_memory(void)
{
#if defined(__GLIBC__)
	/*
	 * An arena per thread would multiply what the heap holds but does not use: small blocks are
	 * served from per-thread caches anyway, and a second arena takes a fortieth of the time of
	 * a run of one job. Setting any threshold also stops glibc from raising them all by itself,
	 * after which large buffers would stay in the heap for good.
	 */
	mallopt(M_ARENA_MAX, 1);
	mallopt(M_MMAP_THRESHOLD, 128 * 1024);
	mallopt(M_TRIM_THRESHOLD, 1024 * 1024);
#endif
}

int
os_poke_signal(void)
{
#if OS_LINUX
	return SIGURG; /* ignored by default, and yet kept pending while it is blocked */
#else
	return SIGVTALRM;          /* the BSDs drop what is ignored by default */
#endif
}

void
os_spawn_defaults(sigset_t *defaults)
{
#if defined(__GLIBC__)
	/*
	 * For each signal that is not named the child asks for its disposition, and sets it then.
	 */
	struct sigaction sa;

	for (int sig = 1; sig < NSIG; sig++)
		if (sigaction(sig, NULL, &sa) == 0 && sa.sa_handler == SIG_DFL)
			sigaddset(defaults, sig);
#else
	(void)defaults;
#endif
}
