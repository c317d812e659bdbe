/*
 * Terminals: the size of one, and pseudo-terminals. A part of os.c.
 * Lock: name_lock, for the one buffer in which the system keeps the name of a terminal.
 */
#include "base/os.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

static pthread_mutex_t name_lock = PTHREAD_MUTEX_INITIALIZER;

bool
os_window(int fd, struct winsize *size)
{
	return ioctl(fd, TIOCGWINSZ, size) == 0 && size->ws_col > 0;
}

static int
open_slave(int master)
{
	const char *name;
	int fd = -1;

	pthread_mutex_lock(&name_lock);
	if ((name = ptsname(master)) != NULL)
		fd = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	pthread_mutex_unlock(&name_lock);
	return fd;
}

int
os_pty(int fds[2], const struct winsize *size)
{
	struct termios mode;
	int err;

	/* The system has only so many: then it is as with descriptors. */
	if ((fds[0] = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) < 0)
		return errno == ENOSPC ? EAGAIN : errno;
	if (grantpt(fds[0]) != 0 || unlockpt(fds[0]) != 0 || (fds[1] = open_slave(fds[0])) < 0) {
		err = errno;
		goto close_master;
	}
	/* What is written is what is read: no carriage returns. */
	if (tcgetattr(fds[1], &mode) != 0)
		goto close_slave;
	mode.c_oflag &= ~(tcflag_t)OPOST;
	if (tcsetattr(fds[1], TCSANOW, &mode) != 0 || ioctl(fds[1], TIOCSWINSZ, size) != 0)
		goto close_slave;
	return 0;
close_slave:
	err = errno;
	close(fds[1]);
close_master:
	close(fds[0]);
	return err;
}
