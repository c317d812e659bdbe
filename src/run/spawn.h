/*
 * Programs started with posix_spawn, one after the other: what is the same for all of them is made
 * once. The only file that starts programs. One thread for each spawner.
 */
#ifndef SPOOL_SPAWN_H
#define SPOOL_SPAWN_H

#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <sys/types.h>

#include "run/path.h"

/* Set by the caller, read-only here. */
struct spawn_spec {
	char *const *argv;
	char *const *envp;
	const char *wd; /* NULL: spool's own */
	int from[3];    /* what becomes descriptor 0, 1, 2; above 2, or -1: left as it is */
};

/*
 * What a spawn is to do with descriptors. glibc asks for the limit on open files twice for each
 * one when such a list is made, so it is kept for the next child that gets the same ones.
 */
struct spawn_actions {
	bool made;
	int from[3];
	posix_spawn_file_actions_t list;
};

#define SPAWN_KEPT_ACTIONS 8

struct spawner {
	posix_spawnattr_t attributes;
	struct spawn_actions kept[SPAWN_KEPT_ACTIONS];
	unsigned next_kept;
	struct path_memory commands;
};

/*
 * mask: the signal mask of what is started. own_group: give each a process group of its own.
 * Returns 0, or errno with nothing to release.
 */
int spawner_init(struct spawner *s, const sigset_t *mask, bool own_group);
void spawner_release(struct spawner *s);

/*
 * Start it. Returns 0 with its *pid, or why it can't be. A script without "#!" is run by /bin/sh; a
 * file that is open for writing is waited for.
 */
int spawner_spawn(struct spawner *s, const struct spawn_spec *spec, pid_t *pid);

#endif
