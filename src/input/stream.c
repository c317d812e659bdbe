/*
 * A file or standard input in memory, block by block: one piece of memory, so that a delimiter that
 * two reads cut in half is found like any other. Knows nothing of items. One thread; no lock.
 */
#include "input/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/os.h"

static enum stream_status
fail(struct stream *in, int err)
{
	in->error = err;
	return STREAM_ERROR;
}

static void
drop_excess(struct stream *in)
{
	if (in->dropped == 0 && in->text - in->start <= in->max_bytes)
		return;
	in->dropped += in->text - in->start;
	in->start = in->text;
}

/*
 * Close the gaps before and behind the text of the item, and make room for at least half a block.
 * What of the memory is never used costs nothing, so the end of a short input must not move it.
 */
static int
make_room(struct stream *in)
{
	const size_t kept = in->text - in->start;
	const size_t ahead = in->end - in->scan;
	const size_t needed = kept + ahead + (in->block_bytes + 1) / 2 + STREAM_SLACK;
	size_t cap = in->cap;
	char *data;

	memmove(in->data, in->data + in->start, kept);
	memmove(in->data + kept, in->data + in->scan, ahead);
	if (in->find_nuls)
		in->nul = in->nul - in->scan + kept;
	in->start = 0;
	in->text = in->scan = kept;
	in->end = kept + ahead;
	while (cap < needed)
		cap *= 2;
	if (cap != in->cap) {
		data = realloc(in->data, cap);
		if (!data)
			return ENOMEM;
		in->data = data;
		in->cap = cap;
	}
	/* Reading may be stopped, and what is there looked at once more. */
	memset(in->data + in->end, '\0', STREAM_SLACK);
	return 0;
}

static enum stream_status
wait_for_input(struct stream *in)
{
	struct pollfd p[2] = {
	    {.fd = in->fd, .events = POLLIN},
	    {.fd = in->stop_fd, .events = POLLIN},
	};

	while (poll(p, 2, -1) < 0)
		if (errno != EINTR && errno != EAGAIN)
			return fail(in, errno);
	/* The end of a pipe can be told from that alone, and is worth to be known. */
	return p[1].revents != 0 && p[0].revents != POLLHUP ? STREAM_STOPPED : STREAM_READ;
}

enum stream_hand
stream_at_hand(const struct stream *in)
{
	struct pollfd p = {.fd = in->fd, .events = POLLIN};

	if (!in->pollable)
		return STREAM_HAS_DATA;
	if (poll(&p, 1, 0) != 1)
		return STREAM_WAITS;
	return p.revents == POLLHUP ? STREAM_HAS_ENDED : STREAM_HAS_DATA;
}

int
stream_open(struct stream *in, const char *path, size_t block_bytes, bool find_nuls, int stop_fd)
{
	struct stat st;

	*in = (struct stream){
	    .fd = -1, .stop_fd = stop_fd, .block_bytes = block_bytes, .find_nuls = find_nuls};
	in->nul = find_nuls ? 0 : SIZE_MAX;
	in->number = 1;
	if (strcmp(path, "-") == 0) {
		in->fd = STDIN_FILENO;
	} else {
		do
			in->fd = open(path, O_RDONLY | O_NOCTTY | O_CLOEXEC);
		while (in->fd < 0 && errno == EINTR);
		if (in->fd < 0)
			return errno;
		in->owned = true;
	}
	if (fstat(in->fd, &st) != 0)
		return errno;
	if (S_ISDIR(st.st_mode))
		return EISDIR;
	in->pollable = !S_ISREG(st.st_mode);
	if (!in->owned && (S_ISREG(st.st_mode) || S_ISBLK(st.st_mode))) {
		in->offset = lseek(in->fd, 0, SEEK_CUR);
		in->seekable = in->offset >= 0;
	}
	in->cap = block_bytes + STREAM_SLACK;
	in->data = malloc(in->cap);
	if (!in->data)
		return ENOMEM;
	memset(in->data, '\0', STREAM_SLACK);
	return 0;
}

enum stream_status
stream_fill(struct stream *in)
{
	enum stream_status status;
	size_t room;
	ssize_t n;

	if (in->error != 0)
		return STREAM_ERROR;
	if (!in->partial)
		in->begun = in->offset - (int64_t)(in->end - in->start);
	in->partial = true;
	drop_excess(in);
	if (make_room(in) != 0)
		return fail(in, ENOMEM);
	room = in->cap - STREAM_SLACK - in->end;
	if (room > in->block_bytes)
		room = in->block_bytes;
	do {
		status = in->pollable ? wait_for_input(in) : STREAM_READ;
		if (status != STREAM_READ)
			return status;
		n = read(in->fd, in->data + in->end, room);
	} while (n < 0 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK));
	if (n < 0)
		return fail(in, errno);
	in->ended = n == 0;
	in->offset += n;
	in->end += (size_t)n;
	memset(in->data + in->end, '\0', STREAM_SLACK);
	if (in->nul == in->end - (size_t)n)
		stream_find_nul(in, in->nul);
	return STREAM_READ;
}

void
stream_find_nul(struct stream *in, size_t from)
{
	const char *p = memchr(in->data + from, '\0', in->end - from);

	in->nul = p ? (size_t)(p - in->data) : in->end;
}

int64_t
stream_offset(const struct stream *in)
{
	if (!in->seekable)
		return -1;
	return in->partial ? in->begun : in->offset - (int64_t)(in->end - in->start);
}

void
stream_close(struct stream *in)
{
	if (in->owned)
		close(in->fd);
	free(in->data);
	in->data = NULL;
	in->owned = false;
}
