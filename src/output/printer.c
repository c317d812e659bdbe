/*
 * Each job's bytes: captured, printed, or printed straight through, by mode and by whose turn it
 * is. The pen says who prints; only its owner touches the emitter.
 * Lock: a running job's own, for what it has captured, in the modes in which the pen's owner may
 * print from it.
 */
#include "output/printer_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* admitted and not yet printed: what a slow head may have behind it */
#define WINDOW_JOBS 131072
#define HELD_BYTES (12 << 20) /* of finished jobs in memory; beyond it they wait on disk */
#define BUFFER_MAX (64 << 10) /* of one stream of a running job */
#define BUFFER_MIN (4 << 10)
#define BUFFERS_BYTES (32 << 20) /* of all running jobs together */
#define LINES_BYTES (256 << 10)  /* lines of one job that may wait for the pen */

static size_t
buffer_bytes(const struct print_style *style, unsigned slots)
{
	size_t share = BUFFERS_BYTES / slots;

	if (style->mode == PRINT_LINES) /* a full read, and the unfinished line before it */
		share = 2 * (share > BUFFER_MAX ? BUFFER_MAX : share);
	if (style->buffer_bytes != 0)
		return style->buffer_bytes < (1U << 30) ? style->buffer_bytes : 1U << 30;
	if (style->mode != PRINT_LINES && share > BUFFER_MAX)
		share = BUFFER_MAX;
	return share < BUFFER_MIN ? BUFFER_MIN : share;
}

struct printer *
printer_new(
    const struct print_style *style, unsigned slots, const struct printer_ops *ops, void *ctx)
{
	struct printer *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->style = style;
	p->ops = ops;
	p->ctx = ctx;
	p->store.memory_bytes = buffer_bytes(style, slots);
	if ((p->store.spill = spill_new(style->tmpdir)) == NULL)
		goto free_printer;
	if (emitter_init(&p->emitter, &p->store, style->tag ? ops->tag : NULL, ctx) != 0)
		goto free_spill;
	if (pen_init(&p->pen, style->mode, slots) != 0)
		goto release_emitter;
	p->emitter.guard = style->guard;
	p->emitter.color = style->color;
	window_init(&p->window, WINDOW_JOBS + 2 * (uint64_t)slots, HELD_BYTES);
	return p;
release_emitter:
	emitter_release(&p->emitter);
free_spill:
	spill_free(p->store.spill);
free_printer:
	free(p);
	return NULL;
}

void
printer_free(struct printer *p)
{
	window_release(&p->window);
	pen_release(&p->pen);
	emitter_release(&p->emitter);
	spill_free(p->store.spill);
	free(p->live_tails[0]);
	free(p->live_tails[1]);
	buf_free(&p->marks);
	free(p);
}

void
printer_keep_tails(struct printer *p, size_t bytes)
{
	p->tail_bytes = bytes < PRINTER_TAIL_MOST ? bytes : PRINTER_TAIL_MOST;
}

uint64_t
printer_written(const struct printer *p)
{
	return p->emitter.sinks[0].written + p->emitter.sinks[1].written;
}

void
printer_set_window(struct printer *p, uint64_t jobs)
{
	p->window.jobs = jobs;
}

void
printer_admit(struct printer *p)
{
	window_admit(&p->window);
}

void
printer_abandon(struct printer *p)
{
	window_open(&p->window);
	pen_abandon(&p->pen);
}

/* --- who has the pen --- */

static void
flush(struct printer *p)
{
	emit_flush(&p->emitter);
	printer_check_lost(p);
}

bool
printer_flush(struct printer *p)
{
	flush(p);
	return !p->lost;
}

/*
 * All that a running job has captured, and then it goes live: its worker may print as soon as it
 * gets the lock, so nothing of ours is left by then. If output was lost just now, that is dealt
 * with first.
 */
static void
go_live(struct printer *p, struct job *j)
{
	int stream;
	bool ok;

	pthread_mutex_lock(j->lock);
	for (int i = 0; i < 2; i++) {
		if (p->tail_bytes > 0)
			printer_add_tail(p, &p->live_tails[i], &j->captures[i]);
		emit_captured(&p->emitter, j, i, &j->captures[i], UINT64_MAX);
	}
	emit_flush(&p->emitter);
	ok = p->lost || emit_error(&p->emitter, &stream) == 0;
	if (ok)
		j->live = true;
	pthread_mutex_unlock(j->lock);
	if (!ok)
		printer_check_lost(p);
}

/*
 * The whole lines of a running job. They are taken out first, and its worker captures on while they
 * are printed; only where that would copy too much (a huge line behind them) it has to wait.
 */
static void
print_lines(struct printer *p, struct job *j, int i)
{
	struct capture *c = &j->captures[i], lines = {0};
	bool taken = false;
	uint64_t n;

	pthread_mutex_lock(j->lock);
	/* less when some could not be stored */
	n = j->complete[i] < c->len ? j->complete[i] : c->len;
	if (n > 0 && !(taken = capture_take(c, n, &lines)))
		emit_captured(&p->emitter, j, i, c, n);
	j->complete[i] = 0;
	pthread_mutex_unlock(j->lock);
	if (taken)
		emit_captured(&p->emitter, j, i, &lines, UINT64_MAX);
	capture_free(&lines, &p->store);
}

static void
print_part(struct printer *p, struct job *j)
{
	if (p->style->mode != PRINT_LINES) {
		go_live(p, j);
		return;
	}
	print_lines(p, j, 0);
	print_lines(p, j, 1);
	printer_check_lost(p);
}

/* Print all that is ready, until the pen is gone. */
static void
use_pen(struct printer *p)
{
	struct pen_turn turn = {0};
	enum pen_task task;
	struct job *j;

	while ((task = pen_next(&p->pen, &turn, &j)) != PEN_GONE) {
		if (task == PEN_FLUSH)
			flush(p);
		else if (task == PEN_WHOLE)
			printer_whole(p, j);
		else
			print_part(p, j);
	}
}

/* --- the worker of a job --- */

void
printer_begin(struct printer *p, struct job *j)
{
	if (p->style->mode == PRINT_KEEP && !p->style->whole && !j->provisional)
		pen_begin(&p->pen, j);
}

/* In submission order: straight through when it is the job's turn. */
static void
add_in_order(struct printer *p, struct job *j, int stream, const char *data, size_t n)
{
	bool live, cut;

	pthread_mutex_lock(j->lock);
	if (!(live = j->live))
		capture_add(&j->captures[stream], &p->store, data, n);
	cut = j->captures[stream].error != 0;
	pthread_mutex_unlock(j->lock);
	if (live && !cut) { /* what was cut off once stays so, and has no hole */
		if (p->tail_bytes > 0)
			tail_add(&p->live_tails[stream], p->tail_bytes, data, n);
		emit_bytes(&p->emitter, j, stream, data, n);
		flush(p);
	}
}

/* In line mode: print the job's whole lines, or leave them to whoever has the pen. */
static void
add_lines(struct printer *p, struct job *j, int stream, const char *data, size_t n)
{
	struct capture *c = &j->captures[stream];
	size_t whole = n;
	uint64_t complete = 0;

	while (whole > 0 && data[whole - 1] != '\n')
		whole--;
	if (p->tail_bytes > 0)
		tail_add(&j->tails[stream], p->tail_bytes, data, n);
	pthread_mutex_lock(j->lock);
	if (whole > 0) {
		complete = c->len + whole;
		j->complete[stream] = complete;
	}
	capture_add(c, &p->store, data, n);
	pthread_mutex_unlock(j->lock);
	if (whole > 0 && pen_offer(&p->pen, j, complete > LINES_BYTES)) {
		print_part(p, j);
		use_pen(p);
	}
}

/* Ungrouped: what spool itself has to say must be out before the job starts. */
static void
add_now(struct printer *p, struct job *j, int stream, const char *data, size_t n)
{
	pen_wait(&p->pen);
	emit_bytes(&p->emitter, j, stream, data, n);
	use_pen(p);
}

void
printer_add(struct printer *p, struct job *j, int stream, const char *data, size_t n)
{
	switch (p->style->mode) {
	case PRINT_KEEP:
		add_in_order(p, j, stream, data, n);
		break;
	case PRINT_LINES:
		add_lines(p, j, stream, data, n);
		break;
	case PRINT_NONE:
		add_now(p, j, stream, data, n);
		break;
	default:
		capture_add(&j->captures[stream], &p->store, data, n);
	}
}

ssize_t
printer_move(struct printer *p, struct job *j, int stream, int pipe)
{
	ssize_t n = -1;

	errno = EINVAL;
	if (p->style->mode == PRINT_GROUP)
		return capture_move(&j->captures[stream], &p->store, pipe);
	if (p->style->mode != PRINT_KEEP)
		return -1;
	pthread_mutex_lock(j->lock);
	if (!j->live)
		n = capture_move(&j->captures[stream], &p->store, pipe);
	pthread_mutex_unlock(j->lock);
	return n;
}

void
printer_announce(struct printer *p, struct job *j, int stream, const char *data, size_t n)
{
	if (p->style->stored) {
		add_now(p, j, stream, data, n);
	} else if (p->style->mode == PRINT_KEEP || p->style->mode == PRINT_NONE ||
		   !pen_try(&p->pen)) {
		printer_add(p, j, stream, data, n);
	} else {
		emit_bytes(&p->emitter, j, stream, data, n);
		use_pen(p);
	}
}

void
printer_forget(struct printer *p, struct job *j)
{
	if (j->lock == NULL)
		return;
	pthread_mutex_lock(j->lock);
	for (int i = 0; i < 2; i++) {
		capture_free(&j->captures[i], &p->store);
		j->captures[i].error = 0;
		j->complete[i] = 0;
	}
	pthread_mutex_unlock(j->lock);
}

/* The job may have to wait: keep what it printed as small as can be. Its lock is held. */
static void
pack(struct printer *p, struct job *j)
{
	atomic_fetch_sub(&p->window.held, j->held); /* it may have been packed before */
	j->held = 0;
	for (int i = 0; i < 2; i++) {
		struct capture *c = &j->captures[i];

		if (atomic_load(&p->window.held) + c->memory_len <= HELD_BYTES)
			capture_shrink(c);
		else if (!capture_unload(c, &p->store))
			atomic_store(&p->window.disk_full, true);
		j->held += c->memory_len;
	}
	atomic_fetch_add(&p->window.held, j->held);
}

void
printer_rest(struct printer *p, struct job *j)
{
	if (j->lock == NULL)
		return;
	pthread_mutex_lock(j->lock);
	for (int i = 0; i < 2; i++)
		capture_close(&j->captures[i]);
	pack(p, j);
	pthread_mutex_unlock(j->lock);
}

/* A file of its own is closed now, and read no more: what is to be said of it is taken before. */
static void
take_tails(struct printer *p, struct job *j)
{
	if (j->lock == NULL || p->tail_bytes == 0 || !job_failed(j))
		return;
	pthread_mutex_lock(j->lock);
	for (int i = 0; i < 2; i++)
		if (capture_is_into(&j->captures[i]))
			printer_add_tail(p, &j->tails[i], &j->captures[i]);
	pthread_mutex_unlock(j->lock);
}

void
printer_end(struct printer *p, struct job *j)
{
	take_tails(p, j);
	printer_rest(p, j);
	if (pen_end(&p->pen, j))
		use_pen(p);
}
