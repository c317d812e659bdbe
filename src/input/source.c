/*
 * Bytes to records. Knows nothing of what a record is for. One thread; no lock.
 *
 * What was read and not yet handed out is one piece of memory, data[start..end), so that a
 * delimiter that two reads cut in half is found like any other. Each byte is looked at once:
 * [start..scanned) holds no delimiter that begins there.
 */
#include "input/source.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/os.h"

enum {
	BLOCK_BYTES = 65536,
};

struct source {
	/* Set by source_open(), then read-only. */
	struct source_spec spec;
	size_t max_bytes; /* of a record */
	bool refuse_nul;  /* a NUL can't be data; where it is the delimiter none can be left over */
	bool pollable;    /* a read may block: not a regular file */
	bool owned;       /* fd is not standard input but was opened here */
	int fd;           /* -1: a list */
	int stop_fd;

	/* Of a stream. */
	char *data;
	size_t cap;
	size_t start;
	size_t scanned;
	size_t end;
	size_t nul;       /* the first NUL at or after start, or end */
	uint64_t dropped; /* bytes of the record at start that were too many to keep */
	uint64_t number;  /* of the record at start, from 1 */
	bool ended;       /* end of file was seen; a terminal must not be asked again */

	/* Of a list. */
	size_t next_value;
	const char *rest; /* of the value that is being split, or NULL */

	enum source_status final; /* SOURCE_RECORD while there may be more */
	struct buf error;
};

static bool
is_blank(const char *value, size_t len)
{
	size_t i;

	/* A newline: with -0 a command may hold one, and nothing else. */
	for (i = 0; i < len; i++)
		if (value[i] != ' ' && value[i] != '\t' && value[i] != '\n')
			return false;
	return true;
}

static bool
is_passed_over(const struct source *s, const char *value, size_t len)
{
	if (len == 0)
		return s->spec.skip_empty || s->spec.skip_blank;
	return s->spec.skip_blank && is_blank(value, len);
}

static enum source_status
fail(struct source *s)
{
	s->final = SOURCE_ERROR;
	return s->final;
}

static const char *
display_name(const struct source *s)
{
	if (!s->spec.path)
		return "the list";
	return strcmp(s->spec.path, "-") == 0 ? "standard input" : s->spec.path;
}

static enum source_status
fail_to_read(struct source *s, int err)
{
	buf_printf(&s->error, "cannot read %s: %s", display_name(s), strerror(err));
	return fail(s);
}

static enum source_status
fail_for_nul(struct source *s)
{
	const bool lines = s->spec.delimiter_len == 1 && *s->spec.delimiter == '\n';

	buf_printf(&s->error, "%s %llu of %s holds a NUL byte; use -0", lines ? "line" : "record",
	    (unsigned long long)s->number, display_name(s));
	return fail(s);
}

/* Hand out a record, which was dropped bytes longer than what is left of it. */
static enum source_status
hand_out(struct source *s, const char *value, size_t len, uint64_t dropped, struct record **out)
{
	struct record *r;

	if (dropped > 0 || len > s->max_bytes)
		r = record_new_too_long(dropped + len);
	else
		r = record_new(value, len);
	if (!r)
		return fail_to_read(s, ENOMEM);
	*out = r;
	return SOURCE_RECORD;
}

/* The delimiter in data[from..end), or NULL. */
static const char *
find_delimiter(const struct source *s, const char *from, size_t len)
{
	if (s->spec.delimiter_len == 1)
		return memchr(from, *s->spec.delimiter, len);
	return memmem(from, len, s->spec.delimiter, s->spec.delimiter_len);
}

static void
find_nul(struct source *s, size_t from)
{
	const char *p = s->refuse_nul ? memchr(s->data + from, '\0', s->end - from) : NULL;

	s->nul = p ? (size_t)(p - s->data) : s->end;
}

/* Wait until there is something to read. SOURCE_RECORD: go on. */
static enum source_status
wait_for_input(struct source *s)
{
	struct pollfd p[2] = {
	    {.fd = s->fd, .events = POLLIN},
	    {.fd = s->stop_fd, .events = POLLIN},
	};

	while (poll(p, 2, -1) < 0)
		if (errno != EINTR && errno != EAGAIN)
			return fail_to_read(s, errno);
	return p[1].revents != 0 ? SOURCE_STOPPED : SOURCE_RECORD;
}

/* Room for one more block behind what is there. Moves it to the front, so offsets change. */
static int
make_room(struct source *s)
{
	const size_t kept = s->end - s->start;
	size_t cap = s->cap;
	char *data;

	if (s->start > 0) {
		memmove(s->data, s->data + s->start, kept);
		s->scanned -= s->start;
		s->nul -= s->start;
		s->start = 0;
		s->end = kept;
	}
	if (cap - kept >= s->spec.block_bytes)
		return 0;
	while (cap - kept < s->spec.block_bytes)
		cap *= 2;
	data = realloc(s->data, cap);
	if (!data)
		return ENOMEM;
	s->data = data;
	s->cap = cap;
	return 0;
}

/* One block more, or the end. SOURCE_RECORD: go on. */
static enum source_status
read_block(struct source *s)
{
	enum source_status status;
	const size_t old_end = s->end - s->start;
	ssize_t n;

	if (make_room(s) != 0)
		return fail_to_read(s, ENOMEM);
	do {
		status = s->pollable ? wait_for_input(s) : SOURCE_RECORD;
		if (status != SOURCE_RECORD)
			return status;
		n = read(s->fd, s->data + s->end, s->spec.block_bytes);
	} while (n < 0 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK));
	if (n < 0)
		return fail_to_read(s, errno);
	s->ended = n == 0;
	s->end += (size_t)n;
	if (s->nul == old_end)
		find_nul(s, old_end);
	return SOURCE_RECORD;
}

/*
 * No delimiter begins before s->scanned. What can't become an argument any more is not kept:
 * a line of a gigabyte is read past.
 */
static void
drop_excess(struct source *s)
{
	if (s->dropped == 0 && s->scanned - s->start <= s->max_bytes)
		return;
	s->dropped += s->scanned - s->start;
	s->start = s->scanned;
}

/* After a record: the next one starts at data[start]. */
static void
advance(struct source *s, size_t start)
{
	s->start = start;
	s->scanned = start;
	s->dropped = 0;
	s->number++;
	if (s->nul < start)
		find_nul(s, start);
}

/* All of data[start..end) was searched in vain: get more. SOURCE_RECORD: search again. */
static enum source_status
continue_record(struct source *s)
{
	const size_t overlap = s->spec.delimiter_len - 1;

	/* The last bytes may be the beginning of a delimiter. */
	if (s->end - s->scanned > overlap)
		s->scanned = s->end - overlap;
	if (s->nul < s->scanned)
		return fail_for_nul(s);
	drop_excess(s);
	return read_block(s);
}

static enum source_status
next_of_stream(struct source *s, struct record **out)
{
	enum source_status status;

	for (;;) {
		const char *found = find_delimiter(s, s->data + s->scanned, s->end - s->scanned);
		const uint64_t dropped = s->dropped;
		const size_t start = s->start;
		size_t len;

		if (!found && !s->ended) {
			status = continue_record(s);
			if (status != SOURCE_RECORD)
				return status;
			continue;
		}
		len = found ? (size_t)(found - s->data) - start : s->end - start;
		if (s->nul < start + len)
			return fail_for_nul(s);
		if (!found && len == 0 && dropped == 0)
			return s->final = SOURCE_END;
		advance(s, start + len + (found ? s->spec.delimiter_len : 0));
		if (dropped == 0 && is_passed_over(s, s->data + start, len))
			continue;
		return hand_out(s, s->data + start, len, dropped, out);
	}
}

static enum source_status
next_of_list(struct source *s, struct record **out)
{
	for (;;) {
		const char *value = s->rest;
		const char *found = NULL;
		size_t len;

		if (!value) {
			if (s->next_value == s->spec.list_len)
				return s->final = SOURCE_END;
			value = s->spec.list[s->next_value++];
		}
		len = strlen(value);
		s->rest = NULL;
		if (s->spec.split_list)
			found = find_delimiter(s, value, len);
		if (found) {
			/* As in a file, a last delimiter adds no empty record. */
			if ((size_t)(found - value) + s->spec.delimiter_len < len)
				s->rest = found + s->spec.delimiter_len;
			len = (size_t)(found - value);
		}
		if (!is_passed_over(s, value, len))
			return hand_out(s, value, len, 0, out);
	}
}

static int
open_stream(struct source *s)
{
	struct stat st;

	if (strcmp(s->spec.path, "-") == 0) {
		s->fd = STDIN_FILENO;
	} else {
		do
			s->fd = open(s->spec.path, O_RDONLY | O_NOCTTY | O_CLOEXEC);
		while (s->fd < 0 && errno == EINTR);
		if (s->fd < 0)
			return errno;
		s->owned = true;
	}
	if (fstat(s->fd, &st) != 0)
		return errno;
	if (S_ISDIR(st.st_mode))
		return EISDIR;
	s->pollable = !S_ISREG(st.st_mode);
	s->cap = s->spec.block_bytes;
	s->data = malloc(s->cap);
	return s->data ? 0 : ENOMEM;
}

int
source_open(struct source **s, const struct source_spec *spec, int stop_fd)
{
	struct source *new = calloc(1, sizeof(*new));
	int err = 0;

	*s = NULL;
	if (!new)
		return ENOMEM;
	new->spec = *spec;
	if (new->spec.block_bytes == 0)
		new->spec.block_bytes = BLOCK_BYTES;
	new->max_bytes = os_max_argument();
	new->refuse_nul = spec->delimiter_len != 1 || *spec->delimiter != '\0';
	new->fd = -1;
	new->stop_fd = stop_fd;
	new->number = 1;
	new->final = SOURCE_RECORD;
	if (spec->path)
		err = open_stream(new);
	if (err == 0)
		*s = new;
	else
		source_free(new);
	return err;
}

enum source_status
source_next(struct source *s, struct record **out)
{
	if (s->final != SOURCE_RECORD)
		return s->final;
	return s->spec.path ? next_of_stream(s, out) : next_of_list(s, out);
}

bool
source_ready(const struct source *s)
{
	return s->final != SOURCE_RECORD || !s->spec.path || s->ended ||
	       find_delimiter(s, s->data + s->scanned, s->end - s->scanned) != NULL;
}

const char *
source_error(const struct source *s)
{
	return s->error.data ? s->error.data : "out of memory";
}

void
source_free(struct source *s)
{
	if (!s)
		return;
	if (s->owned)
		close(s->fd);
	free(s->data);
	buf_free(&s->error);
	free(s);
}
