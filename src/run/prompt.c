/*
 * One question at a time, answered from /dev/tty, whatever stdin is.
 * Lock: prompt.lock, held while a question is open.
 */
#include "run/prompt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "base/buf.h"

int
prompt_open(struct prompt *p, int stop_fd)
{
	p->stop_fd = stop_fd;
	if ((p->tty = open("/dev/tty", O_RDONLY | O_CLOEXEC)) < 0)
		return errno;
	pthread_mutex_init(&p->lock, NULL);
	return 0;
}

void
prompt_close(struct prompt *p)
{
	close(p->tty);
	pthread_mutex_destroy(&p->lock);
}

/* One byte of the answer; false: there is none, or the run is over. */
static bool
read_byte(struct prompt *p, char *byte)
{
	struct pollfd fds[2] = {
	    {.fd = p->tty, .events = POLLIN}, {.fd = p->stop_fd, .events = POLLIN}};

	for (;;) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return false;
		if (fds[1].revents != 0)
			return false;
		if (fds[0].revents != 0)
			return read(p->tty, byte, 1) == 1;
	}
}

bool
prompt_ask(struct prompt *p, const char *question, size_t len)
{
	struct buf text = {0};
	char first = 'n', byte = 0;
	bool begun = false, answered = false;

	pthread_mutex_lock(&p->lock);
	if (buf_add(&text, question, len) == 0 && buf_puts(&text, "?...") == 0 &&
	    write(STDERR_FILENO, text.data, text.len) == (ssize_t)text.len) {
		while (read_byte(p, &byte)) {
			if (!begun)
				first = byte;
			begun = true;
			if ((answered = byte == '\n'))
				break;
		}
	}
	pthread_mutex_unlock(&p->lock);
	buf_free(&text);
	return answered && (first == 'y' || first == 'Y');
}
