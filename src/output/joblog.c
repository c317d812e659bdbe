/*
 * Record files. Knows nothing of what a record says. Every write is checked; after the first
 * failure nothing more is written, so that no record stands behind half of another.
 */
#include "output/joblog.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int
joblog_open(struct joblog *l, const char *path, struct stat *st)
{
	int fd, err;

	*l = (struct joblog){.path = path, .standard_output = strcmp(path, "-") == 0};
	if (l->standard_output)
		fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	else
		fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666);
	if (fd < 0)
		return errno;
	err = fstat(fd, st) != 0 ? errno : sink_init(&l->sink, fd);
	if (err != 0)
		close(fd);
	return err;
}

/*
 * Whether the last byte of the file is there and ends no line. It may be a file only to write to.
 */
static bool
ends_in_line(const struct joblog *l, const struct stat *st)
{
	int fd = open(l->path, O_RDONLY | O_CLOEXEC);
	char last = '\n';

	if (fd < 0)
		return false;
	if (pread(fd, &last, 1, st->st_size - 1) != 1)
		last = '\n';
	close(fd);
	return last != '\n';
}

int
joblog_begin(struct joblog *l, const struct stat *st, enum joblog_start start, const char *header,
    const char *cut_off, size_t len)
{
	const bool is_file = S_ISREG(st->st_mode) && !l->standard_output;
	const bool has_text = is_file && st->st_size > 0;

	if (start == JOBLOG_ANEW && is_file && ftruncate(l->sink.fd, 0) != 0)
		return errno;
	if (start == JOBLOG_ANEW || (start == JOBLOG_RESUME && !has_text)) {
		if (header != NULL)
			sink_write(&l->sink, header, strlen(header));
	} else if (has_text && ends_in_line(l, st)) {
		sink_write(&l->sink, cut_off, len);
		sink_write(&l->sink, "\n", 1);
	}
	sink_flush(&l->sink);
	return l->sink.error;
}

int
joblog_write(struct joblog *l)
{
	sink_write(&l->sink, l->record.data, l->record.len);
	sink_flush(&l->sink);
	buf_reset(&l->record);
	return l->sink.error;
}

int
joblog_close(struct joblog *l)
{
	int err = l->sink.error;

	if (close(l->sink.fd) != 0 && errno != EINTR && err == 0)
		err = errno;
	sink_release(&l->sink);
	buf_free(&l->record);
	return err;
}
