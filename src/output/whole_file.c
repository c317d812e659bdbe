/*
 * The content is written to a file without a name in the same directory. Where that can't be given
 * a name later, it is copied under a name of its own first. No lock.
 */
#include "output/whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/os.h"

/* A file without a name beside path. */
static int
open_beside(char *path)
{
	char *slash = strrchr(path, '/');
	int fd;

	if (slash == NULL)
		return os_nameless_file(".");
	*slash = '\0';
	fd = os_nameless_file(slash == path ? "/" : path);
	*slash = '/';
	return fd;
}

/* What a name stands for that may be a link, as far as the system tells. NULL: out of memory. */
static char *
real_path(const char *path)
{
	char self[40], real[PATH_MAX];
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = -1;

	if (fd >= 0) {
		snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
		n = readlink(self, real, sizeof(real) - 1);
		close(fd);
	}
	if (n <= 0)
		return strdup(path);
	real[n] = '\0';
	return strdup(real);
}

/* What is written to by others already: it can't be replaced. -1: it is none of that. */
static int
standard_stream(const char *path)
{
	struct stat st, other;

	if (strcmp(path, "-") == 0)
		return STDOUT_FILENO;
	for (int fd = STDOUT_FILENO; stat(path, &st) == 0 && fd <= STDERR_FILENO; fd++)
		if (fstat(fd, &other) == 0 && other.st_dev == st.st_dev &&
		    other.st_ino == st.st_ino)
			return fd;
	return -1;
}

int
whole_file_open(struct whole_file *f, const char *path)
{
	const int standard = standard_stream(path);
	struct stat st;
	int fd, err;

	*f = (struct whole_file){0};
	if (standard >= 0) {
		fd = fcntl(standard, F_DUPFD_CLOEXEC, 3);
	} else if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
		fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	} else if ((f->path = real_path(path)) == NULL) {
		return ENOMEM;
	} else if (access(f->path, F_OK) == 0 && access(f->path, W_OK) != 0) {
		fd = -1;
	} else {
		fd = open_beside(f->path);
	}
	err = fd < 0 ? errno : sink_init(&f->sink, fd);
	if (err == 0)
		return 0;
	if (fd >= 0)
		close(fd);
	free(f->path);
	return err;
}

static int
copy(const struct whole_file *f, const char *path)
{
	struct sink out;
	struct stat st;
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666), err;

	if (fd < 0)
		return errno;
	if ((err = fstat(f->sink.fd, &st) != 0 ? errno : sink_init(&out, fd)) == 0) {
		sink_copy(&out, f->sink.fd, 0, (size_t)st.st_size, true);
		err = out.error;
		sink_release(&out);
	}
	if (close(fd) != 0 && err == 0)
		err = errno;
	return err;
}

/* A name that is taken can't be given: then it is another one first. */
static int
give_name(const struct whole_file *f)
{
	const size_t size = strlen(f->path) + 32;
	char *other;
	int err = os_name_file(f->sink.fd, f->path);

	if (err == 0)
		return 0;
	if ((other = malloc(size)) == NULL)
		return ENOMEM;
	snprintf(other, size, "%s.%ld.tmp", f->path, (long)getpid());
	if (err != EEXIST || (err = os_name_file(f->sink.fd, other)) != 0)
		err = copy(f, other);
	if (err == 0 && rename(other, f->path) != 0)
		err = errno;
	if (err != 0 && err != EEXIST)
		unlink(other);
	free(other);
	return err;
}

int
whole_file_close(struct whole_file *f, int err)
{
	sink_flush(&f->sink);
	if (err == 0)
		err = f->sink.error;
	if (err == 0 && f->path != NULL)
		err = give_name(f);
	if (close(f->sink.fd) != 0 && errno != EINTR && err == 0)
		err = errno;
	sink_release(&f->sink);
	free(f->path);
	return err;
}
