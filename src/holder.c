/*
 * Who holds a semaphore: this process or a child of it that stays behind. The lock is on a
 * descriptor, so whoever has the last copy of it (the keeper, when the holder was killed) holds it.
 * Forks before the first thread.
 */
#include "holder.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "session.h"

static void
fail(struct buf *why)
{
	warn("%s", buf_string(why) ? why->data : "out of memory");
	buf_free(why);
}

/* Out of the way of who waits for this process, not of its terminal. */
static int
stay_behind(struct options *o, char **argv, char *const *envp)
{
	pid_t pid = fork();

	if (pid < 0) {
		warn("cannot fork: %s", strerror(errno));
		return util_failure_status();
	}
	if (pid == 0)
		_exit(session_run(o, argv, envp));
	return 0;
}

/* The semaphore could be had, or was gone on without: that is said. */
static void
tell(struct buf *why)
{
	if (why->len > 0 && buf_string(why))
		warn("%s", why->data);
	buf_free(why);
}

int
holder_run(struct options *o, char **argv, char *const *envp)
{
	struct buf why = {0};
	int err;

	err = o->semaphore.wait ? semaphore_wait(&o->semaphore, &why)
	                        : semaphore_take(&o->semaphore, &o->pool.held_fd, &why);
	if (err != 0) {
		fail(&why);
		return err == ETIMEDOUT ? 1 : util_failure_status(); /* 1 as GNU parallel */
	}
	tell(&why);
	if (o->semaphore.wait)
		return 0;
	if (o->semaphore.foreground)
		return session_run(o, argv, envp);
	return stay_behind(o, argv, envp);
}
