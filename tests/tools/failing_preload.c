/*
 * failing_preload.so, for LD_PRELOAD with glibc: in a program called "spool", the call number $FAIL_AT (from 1) of the
 * function $FAIL_CALL fails as it does when the system is short of something. The file $FAIL_LOG is made when it does, so that
 * a test can go on until nothing failed any more.
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

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);

static atomic_long calls;
static const char *target;
static long target_call;

__attribute__((constructor)) static void
start(void)
{
	const char *at = getenv("FAIL_AT");

	if (!at || strcmp(program_invocation_short_name, "spool") != 0)
		return;
	target_call = atol(at);
	target = getenv("FAIL_CALL");
}

static int
fails(const char *name)
{
	const char *log;
	int fd;

	if (!target || strcmp(target, name) != 0 || atomic_fetch_add(&calls, 1) + 1 != target_call)
		return 0;
	if ((log = getenv("FAIL_LOG")) && (fd = open(log, O_WRONLY | O_CREAT | O_CLOEXEC, 0600)) >= 0)
		close(fd);
	return 1;
}

static void *
out_of_memory(void)
{
	errno = ENOMEM;
	return NULL;
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
pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*start_routine)(void *), void *arg)
{
	int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

	if (fails("pthread_create"))
		return EAGAIN;
	*(void **)&real = dlsym(RTLD_NEXT, "pthread_create");
	return real(thread, attr, start_routine, arg);
}

int
pipe2(int fds[2], int flags)
{
	int (*real)(int *, int);

	if (fails("pipe2")) {
		errno = EMFILE;
		return -1;
	}
	*(void **)&real = dlsym(RTLD_NEXT, "pipe2");
	return real(fds, flags);
}

int
posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attr,
    char *const argv[], char *const envp[])
{
	int (*real)(pid_t *, const char *, const posix_spawn_file_actions_t *, const posix_spawnattr_t *,
	    char *const[], char *const[]);

	if (fails("posix_spawn"))
		return EAGAIN;
	*(void **)&real = dlsym(RTLD_NEXT, "posix_spawn");
	return real(pid, path, actions, attr, argv, envp);
}
