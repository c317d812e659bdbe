/*
 * A minimal init in front of spool. The one place that waits for any child: spool itself, its
 * child, waits only for what it started.
 */
#include "run/init.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/os.h"
#include "base/util.h"

/* Reap all that has ended. True: the child was among it, and *status says how it ended. */
static bool
reap_all(pid_t child, int *status)
{
	bool ended = false;
	pid_t pid;
	int s;

	while ((pid = waitpid(-1, &s, WNOHANG)) > 0) {
		if (pid == child) {
			ended = true;
			*status = s;
		}
	}
	return ended;
}

_Noreturn static void
be_init(pid_t child, const sigset_t *all)
{
	int status = 0, sig;

	for (;;) {
		sig = os_sigwait(all, -1);
		if (sig != SIGCHLD)
			kill(child, sig);
		else if (reap_all(child, &status))
			_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	}
}

void
init_if_first(void)
{
	struct sigaction sa = {.sa_handler = SIG_DFL};
	sigset_t all, old;
	pid_t child;

	if (getpid() != 1)
		return;
	sigemptyset(&sa.sa_mask);
	sigaction(SIGCHLD, &sa, NULL); /* if it was ignored, nothing would be left to reap */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &old);
	child = fork();
	if (child < 0)
		die("cannot fork:");
	if (child > 0)
		be_init(child, &all);
	sigprocmask(SIG_SETMASK, &old, NULL);
}
