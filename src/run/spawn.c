/*
 * Everything between the pipes and exec. No lock but that of os_spawn_lock(), where pipes can't be
 * made close-on-exec at once.
 */
#include "run/spawn.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"

#define BUSY_TRIES 5 /* for ETXTBSY: somebody forked while the file was open for writing */

static void
forget_actions(struct spawn_actions *a)
{
	if (a->made)
		posix_spawn_file_actions_destroy(&a->list);
	a->made = false;
}

int
spawner_init(struct spawner *s, const sigset_t *mask, bool own_group)
{
	short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
	sigset_t defaults;
	int err;

	*s = (struct spawner){0};
	if ((err = posix_spawnattr_init(&s->attributes)) != 0)
		return err;
	/* Exactly what spool changed, and SIGPIPE and SIGXFSZ even if they were ignored before. */
	sigemptyset(&defaults);
	sigaddset(&defaults, SIGPIPE);
	sigaddset(&defaults, SIGCHLD);
	sigaddset(&defaults, SIGXFSZ);
	os_spawn_defaults(&defaults);
	if (own_group)
		flags |= POSIX_SPAWN_SETPGROUP; /* attribute pgroup 0: a group of its own */
	if ((err = posix_spawnattr_setflags(&s->attributes, flags)) != 0 ||
	    (err = posix_spawnattr_setsigmask(&s->attributes, mask)) != 0 ||
	    (err = posix_spawnattr_setsigdefault(&s->attributes, &defaults)) != 0)
		posix_spawnattr_destroy(&s->attributes);
	return err;
}

void
spawner_release(struct spawner *s)
{
	for (unsigned i = 0; i < SPAWN_KEPT_ACTIONS; i++)
		forget_actions(&s->kept[i]);
	path_memory_free(&s->commands);
	posix_spawnattr_destroy(&s->attributes);
}

/*
 * Every descriptor here is above 2 (main saw to it), so no dup2 can hit one that is still needed,
 * and none is its own target, which would keep close-on-exec set.
 */
static int
make_actions(struct spawn_actions *a, const int from[3], const char *wd)
{
	int err;

	if ((err = posix_spawn_file_actions_init(&a->list)) != 0)
		return err;
	a->made = true;
	memcpy(a->from, from, sizeof(a->from));
	if (wd != NULL)
		err = os_spawn_chdir(&a->list, wd);
	for (int i = 0; i < 3 && err == 0; i++)
		if (from[i] >= 0)
			err = posix_spawn_file_actions_adddup2(&a->list, from[i], i);
	if (err != 0)
		forget_actions(a);
	return err;
}

/* The actions for this one, made or kept, in *out. Returns 0 or errno. */
static int
find_actions(struct spawner *s, const struct spawn_spec *spec, struct spawn_actions **out)
{
	for (unsigned i = 0; i < SPAWN_KEPT_ACTIONS && spec->wd == NULL; i++) {
		*out = &s->kept[i];
		if ((*out)->made && memcmp((*out)->from, spec->from, sizeof(spec->from)) == 0)
			return 0;
	}
	*out = &s->kept[s->next_kept++ % SPAWN_KEPT_ACTIONS];
	forget_actions(*out);
	return make_actions(*out, spec->from, spec->wd);
}

/* A script without "#!": exec can't run it, a shell can; what execvp does. */
static int
spawn_through_shell(struct spawner *s, const struct spawn_spec *spec,
    const posix_spawn_file_actions_t *actions, pid_t *pid)
{
	char file[4096];
	size_t n = 0;
	char **argv;
	int err;

	while (spec->argv[n] != NULL)
		n++;
	if (!path_find(spec->argv[0], spec->wd, file, sizeof(file)))
		return ENOEXEC;
	if ((argv = malloc((n + 2) * sizeof(*argv))) == NULL)
		return ENOMEM;
	argv[0] = (char[]){"sh"};
	argv[1] = file;
	memcpy(argv + 2, spec->argv + 1, n * sizeof(*argv));
	os_spawn_lock();
	err = posix_spawn(pid, "/bin/sh", actions, &s->attributes, argv, spec->envp);
	os_spawn_unlock();
	free(argv);
	return err;
}

/* A command is searched for in PATH once, and again when it is no longer there. */
static int
spawn_command(struct spawner *s, const struct spawn_spec *spec,
    const posix_spawn_file_actions_t *actions, pid_t *pid)
{
	const char *file = path_recall(&s->commands, spec->argv[0]);

	if (file != NULL) {
		if (posix_spawn(pid, file, actions, &s->attributes, spec->argv, spec->envp) == 0)
			return 0;
		path_forget(&s->commands, file);
	}
	return posix_spawnp(pid, spec->argv[0], actions, &s->attributes, spec->argv, spec->envp);
}

static int
spawn_once(struct spawner *s, const struct spawn_spec *spec,
    const posix_spawn_file_actions_t *actions, pid_t *pid)
{
	int err;

	for (int i = 0;; i++) {
		os_spawn_lock();
		err = spawn_command(s, spec, actions, pid);
		os_spawn_unlock();
		if (err != ETXTBSY || i == BUSY_TRIES)
			break;
		poll(NULL, 0, 10 << i);
	}
	return err == ENOEXEC ? spawn_through_shell(s, spec, actions, pid) : err;
}

int
spawner_spawn(struct spawner *s, const struct spawn_spec *spec, pid_t *pid)
{
	struct spawn_actions *actions;
	int err;

	if ((err = find_actions(s, spec, &actions)) != 0)
		return err;
	err = spawn_once(s, spec, &actions->list, pid);
	if (spec->wd != NULL)
		forget_actions(actions);
	return err;
}
