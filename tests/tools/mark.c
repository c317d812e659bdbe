/*
 * mark DIR LOG VALUE [BYTES]: a job that leaves traces. It appends "start" to DIR/VALUE, prints
 * VALUE and so many bytes after it as one line, looks whether LOG has a record of it already, and
 * appends "end", or "early" where that was so. A rerun says so by itself: the file has two starts.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char text[1 << 20]; /* of the log, or of the output */

static void
put(int fd, const char *data, size_t n)
{
	ssize_t written;

	for (; n > 0; data += written, n -= (size_t)written)
		if ((written = write(fd, data, n)) < 0)
			_exit(3);
}

/* A record ends in the command, and that in the value, or in the value and the number of bytes. */
static int
is_recorded(const char *log, const char *end)
{
	int fd = open(log, O_RDONLY);
	ssize_t n;
	size_t size = 0;

	if (fd < 0)
		return 0;
	while ((n = read(fd, text + size, sizeof(text) - size)) > 0)
		size += (size_t)n;
	close(fd);
	return memmem(text, size, end, strlen(end)) != NULL;
}

int
main(int argc, char **argv)
{
	char end[300];
	size_t bytes;
	int fd, dir;

	if (argc < 4 || (dir = open(argv[1], O_RDONLY | O_DIRECTORY)) < 0 ||
	    (fd = openat(dir, argv[3], O_WRONLY | O_APPEND | O_CREAT, 0666)) < 0)
		return 2;
	put(fd, "start\n", 6);
	bytes = argc > 4 ? strtoul(argv[4], NULL, 10) : 0;
	if (bytes >= sizeof(text))
		return 2;
	put(STDOUT_FILENO, argv[3], strlen(argv[3]));
	memset(text, 'x', bytes);
	text[bytes] = '\n';
	put(STDOUT_FILENO, text, bytes + 1);
	snprintf(
	    end, sizeof(end), " %s%s%s\n", argv[3], argc > 4 ? " " : "", argc > 4 ? argv[4] : "");
	if (is_recorded(argv[2], end))
		put(fd, "early\n", 6);
	put(fd, "end\n", 4);
	return 0;
}
