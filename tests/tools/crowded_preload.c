/*
 * crowded_preload.so, for LD_PRELOAD with glibc: in a program called "spool" no process can be
 * had until its third thread was asked for and, $CROWDED_SPAWNS refused spawns later, refused as
 * well: as where other programs have taken the last processes that a user may have.
 */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef int spawn_function(pid_t *, const char *, const posix_spawn_file_actions_t *,
    const posix_spawnattr_t *, char *const[], char *const[]);

enum {
	THIRD = 3,
	LOOK_US = 1000,
	MOST_LOOKS = 2000, /* where nobody tries any more */
};

static atomic_int threads; /* asked for */
static atomic_int spawns;  /* refused */
static atomic_bool over;

static int
is_spool(void)
{
	return strcmp(program_invocation_short_name, "spool") == 0;
}

static void
wait_for_spawns(void)
{
	const char *most = getenv("CROWDED_SPAWNS");

	for (int i = 0; i < MOST_LOOKS && most && atomic_load(&spawns) < atoi(most); i++)
		usleep(LOOK_US);
}

int
pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *), void *arg)
{
	int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

	*(void **)&real = dlsym(RTLD_NEXT, "pthread_create");
	if (!is_spool() || atomic_fetch_add(&threads, 1) + 1 != THIRD)
		return real(thread, attr, run, arg);
	wait_for_spawns();
	atomic_store(&over, 1);
	return EAGAIN;
}

int
posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions,
    const posix_spawnattr_t *attr, char *const argv[], char *const envp[])
{
	spawn_function *real;

	*(void **)&real = dlsym(RTLD_NEXT, "posix_spawnp");
	if (!is_spool() || atomic_load(&over))
		return real(pid, file, actions, attr, argv, envp);
	atomic_fetch_add(&spawns, 1);
	return EAGAIN;
}
