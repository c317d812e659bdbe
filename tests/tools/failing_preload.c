/*
 * failing_preload.so, for LD_PRELOAD with glibc: in a program called "spool", the call number
 * $FAIL_AT (from 1) of the function $FAIL_CALL fails as it does when the system is short of
 * something, or with the error number $FAIL_ERRNO. With FAIL_AT=5+ all that follow fail too. The
 * file $FAIL_LOG is made when one does, so that a test can go on until nothing failed any more.
 * "malloc" stands for calloc and realloc as well, "posix_spawn" for posix_spawnp.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef int spawn_function(pid_t *, const char *, const posix_spawn_file_actions_t *,
    const posix_spawnattr_t *, char *const[], char *const[]);

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);

static atomic_long calls;
static const char *target;
static long target_call;
static int lasting;
static int error; /* 0: the usual one */

__attribute__((constructor)) static void
start(void)
{
	const char *at = getenv("FAIL_AT");

	if (!at || strcmp(program_invocation_short_name, "spool") != 0)
		return;
	target_call = atol(at);
	lasting = strchr(at, '+') != NULL;
	error = getenv("FAIL_ERRNO") ? atoi(getenv("FAIL_ERRNO")) : 0;
	target = getenv("FAIL_CALL");
}

static int
fails(const char *name)
{
	const char *log;
	long call;
	int fd;

	if (!target || strcmp(target, name) != 0)
		return 0;
	call = atomic_fetch_add(&calls, 1) + 1;
	if (call < target_call || (call > target_call && !lasting))
		return 0;
	log = getenv("FAIL_LOG");
	if (log && (fd = open(log, O_WRONLY | O_CREAT | O_CLOEXEC, 0600)) >= 0)
		close(fd);
	return 1;
}

static int
chosen(int usual)
{
	return error ? error : usual;
}

static void *
out_of_memory(void)
{
	errno = chosen(ENOMEM);
	return NULL;
}

/* For what returns -1. */
static int
refused(int usual)
{
	errno = chosen(usual);
	return -1;
}

void *
malloc(size_t n)
{
	return fails("malloc") ? out_of_memory() : __libc_malloc(n);
}

void *
calloc(size_t n, size_t size)
{
	return fails("malloc") ? out_of_memory() : __libc_calloc(n, size);
}

void *
realloc(void *p, size_t n)
{
	return fails("malloc") ? out_of_memory() : __libc_realloc(p, n);
}

int
pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *), void *arg)
{
	int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

	*(void **)&real = dlsym(RTLD_NEXT, "pthread_create");
	return fails("pthread_create") ? chosen(EAGAIN) : real(thread, attr, run, arg);
}

int
pipe2(int fds[2], int flags)
{
	int (*real)(int *, int);

	*(void **)&real = dlsym(RTLD_NEXT, "pipe2");
	return fails("pipe2") ? refused(EMFILE) : real(fds, flags);
}

pid_t
fork(void)
{
	pid_t (*real)(void);

	*(void **)&real = dlsym(RTLD_NEXT, "fork");
	return fails("fork") ? refused(EAGAIN) : real();
}

ssize_t
read(int fd, void *data, size_t n)
{
	ssize_t (*real)(int, void *, size_t);

	*(void **)&real = dlsym(RTLD_NEXT, "read");
	return fails("read") ? refused(EIO) : real(fd, data, n);
}

int
posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
    const posix_spawnattr_t *attr, char *const argv[], char *const envp[])
{
	spawn_function *real;

	*(void **)&real = dlsym(RTLD_NEXT, "posix_spawn");
	if (fails("posix_spawn"))
		return chosen(EAGAIN);
	return real(pid, path, actions, attr, argv, envp);
}

int
posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions,
    const posix_spawnattr_t *attr, char *const argv[], char *const envp[])
{
	spawn_function *real;

	*(void **)&real = dlsym(RTLD_NEXT, "posix_spawnp");
	if (fails("posix_spawn"))
		return chosen(EAGAIN);
	return real(pid, file, actions, attr, argv, envp);
}
