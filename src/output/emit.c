/*
 * Bytes of jobs to the two sinks. A tag stands before the first byte of each line; whether a line
 * was begun is a fact of the job, so a job may be printed in several pieces.
 */
#include "output/emit.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define CHUNK (16 << 10)
#define COLORS 6 /* that can be read on light and on dark */

int
emitter_init(struct emitter *e, const struct capture_store *store, emit_tag *tag, void *ctx)
{
	int err;

	*e = (struct emitter){.store = store, .tag = tag, .ctx = ctx};
	if ((err = sink_init(&e->sinks[0], STDOUT_FILENO)) != 0)
		return err;
	if ((err = sink_init(&e->sinks[1], STDERR_FILENO)) != 0)
		sink_release(&e->sinks[0]);
	return err;
}

void
emitter_release(struct emitter *e)
{
	sink_release(&e->sinks[0]);
	sink_release(&e->sinks[1]);
	buf_free(&e->tag_text);
}

void
emit_begin(struct emitter *e)
{
	e->guards[0] = e->guards[1] = (struct ci_guard)CI_GUARD_INIT;
}

void
emit_mark(struct emitter *e, int stream, const char *data, size_t n)
{
	if (n > 0)
		sink_write(&e->sinks[stream], data, n);
}

/* Bytes of a job, less what would be a command. */
static void
put(struct emitter *e, int stream, const char *data, size_t n)
{
	struct sink *s = &e->sinks[stream];
	size_t len;
	bool hit;

	for (; e->guard != CI_NONE && n > 0; data += len, n -= len) {
		len = ci_guard_next(&e->guards[stream], e->guard, data, n, &hit);
		sink_write(s, data, len - hit);
		if (hit) {
			sink_write(s, (const char[]){ci_filler(e->guard)}, 1);
			sink_write(s, data + len - 1, 1);
		}
	}
	sink_write(s, data, n);
}

static void
make_tag(struct emitter *e, const struct job *j)
{
	int err;

	if (e->tag_place == j->place)
		return;
	e->tag_place = j->place;
	buf_reset(&e->tag_text);
	if ((err = e->tag(e->ctx, j, &e->tag_text)) == 0)
		err = buf_putc(&e->tag_text, '\t');
	if (err != 0)
		e->tag_failed = true;
}

/* Jobs differ by colour, as far as there are some. */
static void
put_tag(struct emitter *e, const struct job *j, int stream)
{
	const bool colored = (e->color >> stream & 1) != 0;
	const size_t tab = e->tag_text.len - (e->tag_text.len > 0);
	char color[] = "\033[31m";

	color[3] = (char)('1' + j->seq % COLORS);
	if (colored)
		emit_mark(e, stream, color, sizeof(color) - 1);
	put(e, stream, e->tag_text.data, colored ? tab : e->tag_text.len);
	if (colored)
		emit_mark(e, stream, "\033[m\t", 4);
}

static void
emit_tagged(struct emitter *e, struct job *j, int stream, const char *data, size_t n)
{
	make_tag(e, j);
	while (n > 0) {
		const char *end = memchr(data, '\n', n);
		size_t len = end ? (size_t)(end - data) + 1 : n;

		if (!j->in_line[stream])
			put_tag(e, j, stream);
		put(e, stream, data, len);
		j->in_line[stream] = end == NULL;
		data += len;
		n -= len;
	}
}

void
emit_bytes(struct emitter *e, struct job *j, int stream, const char *data, size_t n)
{
	if (e->tag != NULL)
		emit_tagged(e, j, stream, data, n);
	else
		put(e, stream, data, n);
}

/* A piece of a file, through memory because its bytes are to be seen. */
static void
emit_file(struct emitter *e, struct job *j, int stream, const struct piece *p)
{
	char chunk[CHUNK];
	size_t done = 0;

	while (done < p->len) {
		size_t want = p->len - done < sizeof(chunk) ? p->len - done : sizeof(chunk);
		ssize_t n = pread(p->fd, chunk, want, p->offset + (off_t)done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			e->sinks[stream].error = n < 0 ? errno : EIO;
			return;
		}
		emit_bytes(e, j, stream, chunk, (size_t)n);
		done += (size_t)n;
	}
}

void
emit_captured(struct emitter *e, struct job *j, int stream, struct capture *c, uint64_t n)
{
	struct piece p;
	size_t len;

	while (n > 0 && (len = capture_front(c, n, &p)) > 0) {
		if (p.data != NULL)
			emit_bytes(e, j, stream, p.data, len);
		else if (e->tag != NULL || e->guard != CI_NONE)
			emit_file(e, j, stream, &p);
		else
			sink_copy(&e->sinks[stream], p.fd, p.offset, len, p.final);
		capture_consume(c, e->store, len);
		n -= len;
	}
}

void
emit_flush(struct emitter *e)
{
	sink_flush(&e->sinks[0]);
	sink_flush(&e->sinks[1]);
}

int
emit_error(const struct emitter *e, int *stream)
{
	for (*stream = 0; *stream < 2; ++*stream)
		if (e->sinks[*stream].error != 0)
			return e->sinks[*stream].error;
	*stream = 0;
	return e->tag_failed ? ENOMEM : 0;
}
