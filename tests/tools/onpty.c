/*
 * onpty COMMAND [ARG]...: run a command as the leader of a new session on a new terminal. What it
 * writes there comes out of stdout, what comes in on stdin is typed there (end of file is not). The
 * status is as a shell gives it.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void
fail(const char *what)
{
	fprintf(stderr, "onpty: %s: %s\n", what, strerror(errno));
	exit(125);
}

static void
run(const char *terminal, char **argv)
{
	int fd;

	if (setsid() < 0)
		fail("setsid");
	if ((fd = open(terminal, O_RDWR)) < 0)
		fail(terminal);
	ioctl(fd, TIOCSCTTY, 0); /* where opening alone does not make it the controlling terminal */
	for (int i = 0; i < 3; i++)
		dup2(fd, i);
	if (fd > 2)
		close(fd);
	execvp(argv[0], argv);
	fail(argv[0]);
}

/* Returns 0 at the end of in. */
static int
copy(int in, int out)
{
	char block[4096];
	ssize_t n = read(in, block, sizeof block);

	if (n < 0 && errno == EINTR)
		return 1;
	for (ssize_t done = 0, k; done < n; done += k)
		if ((k = write(out, block + done, n - done)) < 0)
			return 0;
	return n > 0;
}

int
main(int argc, char **argv)
{
	int master, status;
	pid_t pid;

	if (argc < 2) {
		fprintf(stderr, "usage: onpty COMMAND [ARG]...\n");
		return 125;
	}
	if ((master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) < 0 || grantpt(master) ||
	    unlockpt(master))
		fail("pseudo-terminal");
	if ((pid = fork()) < 0)
		fail("fork");
	if (!pid)
		run(ptsname(master), argv + 1);

	struct pollfd ends[] = {{.fd = master, .events = POLLIN}, {.fd = 0, .events = POLLIN}};

	for (;;) {
		if (poll(ends, 2, -1) < 0 && errno != EINTR)
			fail("poll");
		if (ends[0].revents && !copy(master, 1))
			break; /* EIO: nobody has the terminal open any more */
		if (ends[1].revents && !copy(0, master))
			ends[1].fd = -1;
	}
	close(master);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			fail("wait");
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
