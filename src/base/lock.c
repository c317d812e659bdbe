/*
 * Locks on open files. Knows nothing of what they are for.
 */
#include "base/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>

#include "base/os.h"

static int
file_lock(int fd, int operation)
{
	while (flock(fd, operation) != 0)
		if (errno != EINTR)
			return errno == EWOULDBLOCK ? EAGAIN : errno;
	return 0;
}

int
lock_file(int fd, bool block)
{
	struct flock lock;
	const int err = os_description_lock(fd, block ? OS_LOCK_WAIT : OS_LOCK_TRY, &lock);

	if (err != EINVAL)
		return err;
	return file_lock(fd, block ? LOCK_EX : LOCK_EX | LOCK_NB);
}

int
lock_look(int fd)
{
	struct flock lock = {.l_type = F_UNLCK};
	int err = os_description_lock(fd, OS_LOCK_LOOK, &lock);

	if (err == 0)
		return lock.l_type == F_UNLCK ? 0 : EAGAIN;
	if (err != EINVAL)
		return err;
	/* Shared, so that two who look at once do not see each other; there is no other way. */
	err = file_lock(fd, LOCK_SH | LOCK_NB);
	if (err == 0)
		file_lock(fd, LOCK_UN);
	return err;
}
