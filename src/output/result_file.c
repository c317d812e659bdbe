/*
 * Names and files of results. Knows nothing of jobs; every descriptor is born close-on-exec. No
 * lock.
 */
#include "output/result_file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OPEN_FLAGS (O_RDWR | O_CLOEXEC | O_NOCTTY)
#define OPEN_TRIES 200 /* while descriptors are short, or others make and remove the same file */
#define OPEN_MS 10

int
result_file_quote(struct buf *out, const char *value, size_t max)
{
	static const char special[] = "\\\t/", to[] = "\\t_";
	const size_t start = out->len;
	const char *found;
	int err = 0;

	for (; *value != '\0' && err == 0; value++) {
		if ((found = strchr(special, *value)) != NULL)
			err = buf_putc(out, '\\');
		if (err == 0)
			err = buf_putc(out, found != NULL ? to[found - special] : *value);
	}
	if (out->len - start > max)
		out->len = start + max;
	return err;
}

int
result_file_compare(const char *a, const char *b)
{
	const long m = atol(a), n = atol(b);

	return m != n ? (m > n) - (m < n) : strcmp(a, b);
}

void
result_file_make_directories(char *path)
{
	for (char *slash = path; (slash = strchr(slash + 1, '/')) != NULL;) {
		*slash = '\0';
		(void)mkdir(path, 0777); /* whether it is there is seen by who opens the file */
		*slash = '/';
	}
}

int
result_file_reopen(const char *path, bool append, int *fd)
{
	/* Nobody waits for the reader of a FIFO. */
	*fd = open(path, OPEN_FLAGS | O_NONBLOCK | (append ? 0 : O_TRUNC));
	return *fd < 0 ? errno : 0;
}

/*
 * After a failed call: descriptors are short, for a moment only as long as jobs are being
 * started.
 */
static bool
may_retry(int *tries)
{
	if ((errno != EMFILE && errno != ENFILE) || ++*tries > OPEN_TRIES)
		return false;
	poll(NULL, 0, OPEN_MS);
	errno = EMFILE;
	return true;
}

int
result_file_open(char *path, int *fd, bool *replaced)
{
	struct stat st;
	bool made = false;

	*replaced = false;
	for (int tries = 0; (*fd = open(path, OPEN_FLAGS | O_CREAT | O_EXCL, 0666)) < 0;) {
		if (errno == ENOENT && !made) {
			made = true;
			result_file_make_directories(path);
		} else if (errno == EEXIST && ++tries < OPEN_TRIES) {
			/* Another one may just have removed it, to make it anew. */
			if (lstat(path, &st) == 0 &&
			    (!S_ISREG(st.st_mode) || (unlink(path) != 0 && errno != ENOENT)))
				return result_file_reopen(path, false, fd);
			*replaced = true;
		} else if (!may_retry(&tries)) {
			return errno;
		}
	}
	return 0;
}

int
result_file_open_temporary(const char *dir, struct buf *path, int *fd)
{
	const size_t start = path->len;
	int tries = 0;

	do {
		path->len = start;
		if (buf_printf(path, "%s/parXXXXXX.par", dir) != 0 || buf_string(path) == NULL)
			return ENOMEM;
		*fd = mkostemps(path->data + start, 4, O_CLOEXEC);
	} while (*fd < 0 && may_retry(&tries));
	return *fd < 0 ? errno : 0;
}
