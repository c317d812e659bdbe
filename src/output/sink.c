/*
 * Checked, buffered output to a descriptor that others may share: its flags are never changed.
 */
#include "output/sink.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/os.h"
#include "base/terminal.h"

#define BUFFER_BYTES (64 << 10)

int
sink_init(struct sink *s, int fd)
{
	*s = (struct sink){.fd = fd, .guarded = terminal_is_guarded(fd)};
	s->buffer = malloc(BUFFER_BYTES);
	return s->buffer == NULL ? ENOMEM : 0;
}

void
sink_release(struct sink *s)
{
	free(s->buffer);
	s->buffer = NULL;
}

/* After a failed call: true when it is worth another try. */
static bool
may_retry(const struct sink *s)
{
	struct pollfd p = {.fd = s->fd, .events = POLLOUT};

	if (errno == EINTR)
		return true;
	if (errno != EAGAIN && errno != EWOULDBLOCK)
		return false;
	poll(&p, 1, -1);
	return true;
}

/* One thread at a time writes, so it needs no locked instruction. */
static void
count(struct sink *s, size_t n)
{
	const uint64_t written = atomic_load_explicit(&s->written, memory_order_relaxed);

	atomic_store_explicit(&s->written, written + n, memory_order_relaxed);
}

static void
write_all(struct sink *s, const char *data, size_t n)
{
	const char *start = data;
	bool guarded = s->guarded && n > 0 && terminal_before(true);

	while (n > 0 && s->error == 0) {
		ssize_t w = write(s->fd, data, n);

		if (w < 0) {
			if (!may_retry(s))
				s->error = errno;
			continue;
		}
		data += w;
		n -= (size_t)w;
		count(s, (size_t)w);
	}
	if (guarded)
		terminal_after(start, (size_t)(data - start));
}

void
sink_flush(struct sink *s)
{
	size_t n = s->len;

	s->len = 0;
	write_all(s, s->buffer, n);
}

void
sink_write(struct sink *s, const char *data, size_t n)
{
	if (n > BUFFER_BYTES - s->len)
		sink_flush(s);
	if (n >= BUFFER_BYTES) {
		write_all(s, data, n);
		return;
	}
	memcpy(s->buffer + s->len, data, n);
	s->len += n;
}

/* What os_copy can't do: through the buffer, which is empty. */
static void
copy_by_hand(struct sink *s, int fd, off_t offset, size_t n)
{
	while (n > 0 && s->error == 0) {
		size_t want = n < BUFFER_BYTES ? n : BUFFER_BYTES;
		ssize_t r = pread(fd, s->buffer, want, offset);

		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0) {
			s->error = r < 0 ? errno : EIO;
			return;
		}
		write_all(s, s->buffer, (size_t)r);
		offset += r;
		n -= (size_t)r;
	}
}

void
sink_copy(struct sink *s, int fd, off_t offset, size_t n, bool final)
{
	sink_flush(s);
	while (n > 0 && s->error == 0) {
		ssize_t c = s->guarded ? -1 : os_copy(s->fd, fd, &offset, n, final);

		if (c > 0) {
			n -= (size_t)c;
			count(s, (size_t)c);
		} else if (c == 0) {
			s->error = EIO; /* the file is shorter than what was written to it */
		} else if (s->guarded || errno == EINVAL || errno == ENOSYS) {
			copy_by_hand(s, fd, offset, n);
			return;
		} else if (!may_retry(s)) {
			s->error = errno;
		}
	}
}
