/*
 * All of a job's output at once, with what stands around it: marks for a CI system, a name of a
 * file. Its last bytes are kept for what is said of it when it has failed. No lock: who has the
 * pen.
 */
#include "output/printer_parts.h"

#include <stdlib.h>
#include <string.h>

void
printer_check_lost(struct printer *p)
{
	int stream, err = emit_error(&p->emitter, &stream);

	if (err != 0 && !p->lost) {
		p->lost = true;
		p->ops->lost(p->ctx, err, stream);
	}
}

void
printer_add_tail(const struct printer *p, struct tail **t, const struct capture *c)
{
	uint64_t at = c->len < p->tail_bytes ? 0 : c->len - p->tail_bytes;
	char last[PRINTER_TAIL_MOST];
	ssize_t n;

	while ((n = capture_read(c, at, last, p->tail_bytes)) > 0) {
		tail_add(t, p->tail_bytes, last, (size_t)n);
		at += (uint64_t)n;
	}
}

/*
 * What is said of a failed job shows what it printed last. A live one's is here, and from then on
 * another's is; where lines are printed as they come its worker has kept it.
 */
static void
keep_tails(struct printer *p, struct job *j)
{
	for (int i = 0; i < 2 && p->tail_bytes > 0; i++) {
		if (j->live && p->live_tails[i] != NULL && job_failed(j)) {
			free(j->tails[i]);
			j->tails[i] = p->live_tails[i];
			p->live_tails[i] = NULL;
		} else if (j->live && p->live_tails[i] != NULL) {
			p->live_tails[i]->total = 0;
		} else if (p->style->mode != PRINT_LINES && job_failed(j)) {
			printer_add_tail(p, &j->tails[i], &j->captures[i]);
		}
	}
}

static bool
print_frame(struct printer *p, struct job *j, bool end)
{
	bool more;

	if (!p->style->framed)
		return false;
	buf_reset(&p->marks);
	more = p->ops->frame(p->ctx, j, end, &p->marks);
	emit_mark(&p->emitter, 0, p->marks.data, p->marks.len);
	return more;
}

/*
 * One stream of a job. In a frame its last line is ended, and it goes out in its place among the
 * marks, which are on stdout.
 */
static void
print_stream(struct printer *p, struct job *j, int i, bool shown, bool in_frame)
{
	struct capture *c = &j->captures[i];
	const int err = c->error;
	char last = '\n';

	if (shown && c->len > 0) {
		if (in_frame && capture_read(c, c->len - 1, &last, 1) != 1)
			last = '\0';
		if (in_frame && i == 1)
			emit_flush(&p->emitter);
		emit_captured(&p->emitter, j, i, c, UINT64_MAX);
		if (last != '\n')
			emit_mark(&p->emitter, i, "\n", 1);
		if (in_frame && i == 1)
			emit_flush(&p->emitter);
	}
	capture_free(c, &p->store);
	c->error = err;
}

static bool
is_shown(const struct printer *p, const struct job *j)
{
	return p->style->show == SHOW_ALL || j->outcome == JOB_SHOWN ||
	       (p->style->show == SHOW_FAIL && job_failed(j));
}

/* Of a job whose output goes elsewhere: where it is. */
static void
print_place(struct printer *p, struct job *j)
{
	if (p->style->table)
		p->ops->row(p->ctx, j);
	if (!p->style->files || j->file == NULL || j->no_file || j->outcome == JOB_NOT_RUN)
		return;
	emit_bytes(&p->emitter, j, 0, j->file, strlen(j->file));
	emit_bytes(&p->emitter, j, 0, "\n", 1);
}

void
printer_whole(struct printer *p, struct job *j)
{
	const bool shown = is_shown(p, j);
	bool in_frame;

	keep_tails(p, j);
	in_frame = print_frame(p, j, false);
	emit_begin(&p->emitter);
	if (p->style->stored)
		print_place(p, j);
	for (int i = 0; i < 2; i++)
		print_stream(p, j, i, shown && !p->style->table, in_frame);
	if (in_frame)
		print_frame(p, j, true);
	atomic_fetch_sub(&p->window.held, j->held);
	/* What is said about such a job stands behind its output. */
	if (j->outcome == JOB_NOT_STARTED || j->truncated || j->captures[0].error ||
	    j->captures[1].error)
		emit_flush(&p->emitter);
	printer_check_lost(p);
	p->ops->printed(p->ctx, j);
	job_free(j);
	window_leave(&p->window, 1);
}
