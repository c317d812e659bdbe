/*
 * A value that fits into any pipe is written to one, whose writing end is closed at once; a larger
 * one goes through a file, for nobody here waits for a job to read. Knows nothing of jobs. No lock.
 */
#include "run/stdin_value.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/os.h"

static int
write_all(int fd, const char *data, size_t n)
{
	while (n > 0) {
		ssize_t done = write(fd, data, n);

		if (done < 0 && errno != EINTR)
			return errno;
		if (done > 0) {
			data += done;
			n -= (size_t)done;
		}
	}
	return 0;
}

static int
write_values(int fd, const struct record *record, bool lines)
{
	const char *value = record->data;
	int err = 0;

	for (size_t i = 0; i < record->n && err == 0; i++) {
		size_t len = strlen(value);

		err = write_all(fd, value, len);
		if (err == 0 && lines)
			err = write_all(fd, "\n", 1);
		value += len + 1;
	}
	return err;
}

static int
through_pipe(const struct record *record, bool lines, int *fd)
{
	int ends[2];
	int err = os_pipe(ends);

	if (err != 0)
		return err;
	err = write_values(ends[1], record, lines);
	close(ends[1]);
	*fd = ends[0];
	return err;
}

static int
through_file(const struct record *record, bool lines, const char *tmpdir, int *fd)
{
	int err;

	if ((*fd = os_unnamed_file(tmpdir)) < 0)
		return errno;
	err = write_values(*fd, record, lines);
	return err == 0 && lseek(*fd, 0, SEEK_SET) != 0 ? errno : err;
}

int
stdin_value_open(const struct record *record, bool lines, const char *tmpdir, int *fd)
{
	int err;

	*fd = -1;
	/* Each value has a NUL in the record where its newline would stand. */
	err = record->bytes <= PIPE_BUF ? through_pipe(record, lines, fd)
	                                : through_file(record, lines, tmpdir, fd);
	if (err != 0 && *fd >= 0) {
		close(*fd);
		*fd = -1;
	}
	return err;
}
