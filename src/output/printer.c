/*
 * The pen and the two ways a job waits for it: a list in completion order, or the ring in submission order.
 * Locks: printer.lock for the pen and both containers; a job's own lock for what it has captured while it runs. Never
 * both at once, and nothing is written under printer.lock.
 */
#include "output/printer.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/util.h"
#include "output/emit.h"
#include "run/order.h"

#define WINDOW_JOBS 131072 /* admitted and not yet printed: what a slow head may have behind it */
#define HELD_BYTES (12 << 20) /* of finished jobs in memory; beyond it they wait on disk */
#define BUFFER_MAX (64 << 10)
#define BUFFER_MIN (4 << 10)
#define BUFFERS_BYTES (32 << 20) /* of all running jobs together */
#define LINES_BYTES (256 << 10) /* lines of one job that may wait for the pen */

struct printer {
	/* set before the first job, then read-only */
	const struct print_style *style;
	const struct printer_ops *ops;
	void *ctx;
	struct capture_store store;
	uint64_t window;
	unsigned slots;

	/* who has the pen */
	struct emitter emitter;
	bool lost;

	_Atomic size_t held;   /* bytes of finished jobs in memory */
	atomic_bool disk_full; /* some of them could not go to disk */

	pthread_mutex_t lock;
	pthread_cond_t room;  /* in_flight fell */
	pthread_cond_t taken; /* line mode: a job was taken off the ready list; ungrouped: the pen is free */
	/* guarded by lock */
	bool pen;         /* somebody has it */
	struct job *live; /* the pen belongs to this job's worker */
	struct job *ready;
	struct job **ready_tail;
	struct order order;
	uint64_t in_flight;
	unsigned waiting; /* workers in offer_lines */
	bool abandoned;
};

static size_t
buffer_bytes(const struct print_style *style, unsigned slots)
{
	size_t share = BUFFERS_BYTES / slots;

	if (style->buffer_bytes != 0)
		return style->buffer_bytes < (1U << 30) ? style->buffer_bytes : 1U << 30;
	return share > BUFFER_MAX ? BUFFER_MAX : share < BUFFER_MIN ? BUFFER_MIN : share;
}

struct printer *
printer_new(const struct print_style *style, const struct text_template *tag, unsigned slots,
    const struct printer_ops *ops, void *ctx)
{
	struct printer *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->style = style;
	p->ops = ops;
	p->ctx = ctx;
	p->slots = slots;
	p->window = WINDOW_JOBS + 2 * (uint64_t)slots;
	p->store.memory_bytes = buffer_bytes(style, slots);
	p->ready_tail = &p->ready;
	if ((p->store.spill = spill_new(style->tmpdir)) == NULL)
		goto free_printer;
	if (emitter_init(&p->emitter, &p->store, style->tag, tag) != 0)
		goto free_spill;
	if (order_init(&p->order) != 0)
		goto release_emitter;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->room, NULL);
	pthread_cond_init(&p->taken, NULL);
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
	order_release(&p->order);
	emitter_release(&p->emitter);
	spill_free(p->store.spill);
	pthread_cond_destroy(&p->taken);
	pthread_cond_destroy(&p->room);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

/* The lock is held. */
static bool
is_full(struct printer *p)
{
	if (p->in_flight == 0 || p->abandoned)
		return false;
	return p->in_flight >= p->window ||
	    (atomic_load(&p->disk_full) && atomic_load(&p->held) > HELD_BYTES);
}

void
printer_set_window(struct printer *p, uint64_t jobs)
{
	p->window = jobs;
}

void
printer_admit(struct printer *p)
{
	pthread_mutex_lock(&p->lock);
	while (is_full(p))
		pthread_cond_wait(&p->room, &p->lock);
	p->in_flight++;
	pthread_mutex_unlock(&p->lock);
}

void
printer_abandon(struct printer *p)
{
	pthread_mutex_lock(&p->lock);
	p->abandoned = true;
	pthread_cond_broadcast(&p->room);
	pthread_cond_broadcast(&p->taken);
	pthread_mutex_unlock(&p->lock);
}

/* Put a job on the ready list; the lock is held. */
static void
list_ready(struct printer *p, struct job *j)
{
	if (j->listed)
		return;
	j->listed = true;
	j->next = NULL;
	*p->ready_tail = j;
	p->ready_tail = &j->next;
}

/* The next job that has something to print; NULL: none. The lock and the pen are held. */
static struct job *
take_ready(struct printer *p)
{
	struct job *j;

	if (p->style->mode == PRINT_KEEP) {
		if ((j = order_head(&p->order)) == NULL || !j->done)
			return NULL;
		order_advance(&p->order);
		return j;
	}
	if ((j = p->ready) == NULL)
		return NULL;
	if ((p->ready = j->next) == NULL)
		p->ready_tail = &p->ready;
	j->listed = false;
	if (p->style->mode == PRINT_LINES)
		pthread_cond_broadcast(&p->taken);
	return j;
}

static void
check_lost(struct printer *p)
{
	int stream, err = emit_error(&p->emitter, &stream);

	if (err != 0 && !p->lost) {
		p->lost = true;
		p->ops->lost(p->ctx, err, stream);
	}
}

static void
flush(struct printer *p)
{
	emit_flush(&p->emitter);
	check_lost(p);
}

/* All of a finished job, and the end of it. The pen is held. */
static void
print_whole(struct printer *p, struct job *j)
{
	for (int i = 0; i < 2; i++) {
		int err = j->captures[i].error;

		emit_captured(&p->emitter, j, i, UINT64_MAX);
		capture_free(&j->captures[i], &p->store);
		j->captures[i].error = err;
	}
	atomic_fetch_sub(&p->held, j->held);
	/* What is said about such a job stands behind its output. */
	if (j->outcome == JOB_NOT_STARTED || j->captures[0].error || j->captures[1].error)
		emit_flush(&p->emitter);
	check_lost(p);
	p->ops->printed(p->ctx, j);
	job_free(j);
}

/*
 * What a running job has captured: its whole lines, or all of it, and then it goes live. The pen is held. False: output
 * was lost just now; that is dealt with first.
 */
static bool
print_part(struct printer *p, struct job *j, bool whole_lines)
{
	int stream;
	bool ok;

	pthread_mutex_lock(j->lock);
	for (int i = 0; i < 2; i++) {
		emit_captured(&p->emitter, j, i, whole_lines ? j->complete[i] : UINT64_MAX);
		j->complete[i] = 0;
	}
	if (!whole_lines)
		emit_flush(&p->emitter);
	ok = p->lost || emit_error(&p->emitter, &stream) == 0;
	/* Its worker may print as soon as it gets the lock: nothing of ours is left. */
	if (!whole_lines && ok)
		j->live = true;
	pthread_mutex_unlock(j->lock);
	return ok;
}

/*
 * Nothing is ready: pass the pen to the worker whose job has its turn, or put it down. The lock is held. Returns the
 * job that must be printed up to now before its worker gets the pen; NULL: the pen is gone.
 */
static struct job *
pass_pen(struct printer *p)
{
	struct job *head = p->style->mode == PRINT_KEEP ? order_head(&p->order) : NULL;

	if (head != NULL && !head->live)
		return head;
	p->live = head;
	p->pen = head != NULL;
	if (p->style->mode == PRINT_NONE)
		pthread_cond_broadcast(&p->taken);
	return NULL;
}

/* Jobs that the pen's owner has printed are no more in flight. The lock is held. */
static void
settle(struct printer *p, unsigned *printed)
{
	if (*printed > 0) {
		p->in_flight -= *printed;
		pthread_cond_signal(&p->room);
		*printed = 0;
	}
}

/*
 * In line mode the owner of the pen has a child that nobody drains meanwhile: after a round it leaves the pen to one
 * who waits for it, and so drains no child either. The lock is held.
 */
static bool
is_tired(const struct printer *p, unsigned taken)
{
	return p->style->mode == PRINT_LINES && taken >= p->slots && p->waiting > 0;
}

/*
 * What the owner of the pen does next: a job to print, all of it or (*part) what it has by now, or NULL: flush. False:
 * the pen is gone. The lock is held; dirty: there may be something to flush.
 */
static bool
choose(struct printer *p, unsigned taken, bool dirty, struct job **j, bool *part)
{
	bool tired = is_tired(p, taken);

	*j = tired ? NULL : take_ready(p);
	*part = *j != NULL && !(*j)->done;
	if (*j != NULL || dirty)
		return true;
	if (tired) {
		p->pen = false;
		pthread_cond_broadcast(&p->taken);
		return false;
	}
	*j = pass_pen(p);
	*part = true;
	return *j != NULL;
}

/* Print all that is ready, then give the pen away. The pen is held. */
static void
use_pen(struct printer *p)
{
	bool live = p->style->mode == PRINT_KEEP; /* what is printed in part goes live */
	bool dirty = true, part, more;
	unsigned taken = 0, printed = 0;
	struct job *j;

	for (;;) {
		pthread_mutex_lock(&p->lock);
		settle(p, &printed);
		more = choose(p, taken, dirty, &j, &part);
		pthread_mutex_unlock(&p->lock);
		if (!more)
			return;
		dirty = false;
		if (j == NULL) {
			flush(p);
			continue;
		}
		taken++;
		if (part && !print_part(p, j, !live))
			check_lost(p);
		if (!part)
			print_whole(p, j);
		printed += !part;
		/* A job that went live is flushed, and from now on its worker prints. */
		dirty = !part || !live;
	}
}

void
printer_begin(struct printer *p, struct job *j)
{
	if (p->style->mode != PRINT_KEEP)
		return;
	pthread_mutex_lock(&p->lock);
	if (order_put(&p->order, j) != 0)
		die("out of memory");
	if (!p->pen && order_head(&p->order) == j) {
		p->pen = true;
		p->live = j;
		j->live = true;
	}
	pthread_mutex_unlock(&p->lock);
}

/* In line mode: print the job's whole lines, or leave them to whoever has the pen; too many of them are waited for. */
static void
offer_lines(struct printer *p, struct job *j, uint64_t bytes)
{
	bool mine;

	pthread_mutex_lock(&p->lock);
	mine = !p->pen;
	p->pen = true;
	if (!mine) {
		list_ready(p, j);
		p->waiting++;
		while (bytes > LINES_BYTES && j->listed && p->pen && !p->abandoned)
			pthread_cond_wait(&p->taken, &p->lock);
		p->waiting--;
		mine = !p->pen;
		p->pen = true;
	}
	pthread_mutex_unlock(&p->lock);
	if (mine) {
		print_part(p, j, true);
		use_pen(p);
	}
}

static void
add_lines(struct printer *p, struct job *j, int stream, const char *data, size_t n)
{
	struct capture *c = &j->captures[stream];
	size_t whole = n;
	uint64_t complete = 0;

	while (whole > 0 && data[whole - 1] != '\n')
		whole--;
	pthread_mutex_lock(j->lock);
	if (whole > 0) {
		complete = c->len + whole;
		j->complete[stream] = complete;
	}
	capture_add(c, &p->store, data, n);
	pthread_mutex_unlock(j->lock);
	if (whole > 0)
		offer_lines(p, j, complete);
}

/* In submission order: straight through when it is the job's turn. */
static void
add_in_order(struct printer *p, struct job *j, int stream, const char *data, size_t n)
{
	bool live;

	pthread_mutex_lock(j->lock);
	if (!(live = j->live))
		capture_add(&j->captures[stream], &p->store, data, n);
	pthread_mutex_unlock(j->lock);
	if (live) {
		emit_bytes(&p->emitter, j, stream, data, n);
		flush(p);
	}
}

/* Ungrouped: what spool itself has to say must be out before the job starts. */
static void
add_now(struct printer *p, struct job *j, int stream, const char *data, size_t n)
{
	pthread_mutex_lock(&p->lock);
	while (p->pen)
		pthread_cond_wait(&p->taken, &p->lock);
	p->pen = true;
	pthread_mutex_unlock(&p->lock);
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

void
printer_announce(struct printer *p, struct job *j, int stream, const char *data, size_t n)
{
	bool mine;

	if (p->style->mode == PRINT_KEEP || p->style->mode == PRINT_NONE) {
		printer_add(p, j, stream, data, n);
		return;
	}
	pthread_mutex_lock(&p->lock);
	mine = !p->pen;
	p->pen = true;
	pthread_mutex_unlock(&p->lock);
	if (mine) {
		emit_bytes(&p->emitter, j, stream, data, n);
		use_pen(p);
	} else {
		printer_add(p, j, stream, data, n);
	}
}

/* The job may have to wait: keep what it printed as small as can be. Its lock, if it had one, is held. */
static void
pack(struct printer *p, struct job *j)
{
	for (int i = 0; i < 2; i++) {
		struct capture *c = &j->captures[i];

		if (atomic_load(&p->held) + c->memory_len <= HELD_BYTES)
			capture_shrink(c);
		else if (!capture_unload(c, &p->store))
			atomic_store(&p->disk_full, true);
		j->held += c->memory_len;
	}
	atomic_fetch_add(&p->held, j->held);
}

void
printer_end(struct printer *p, struct job *j)
{
	bool mine;

	if (j->lock != NULL) {
		pthread_mutex_lock(j->lock);
		pack(p, j);
		pthread_mutex_unlock(j->lock);
	}
	pthread_mutex_lock(&p->lock);
	j->done = true;
	if (p->style->mode != PRINT_KEEP) {
		mine = !p->pen;
		list_ready(p, j);
	} else {
		if (order_put(&p->order, j) != 0)
			die("out of memory");
		mine = p->live == j || (!p->pen && order_head(&p->order) == j);
		p->live = p->live == j ? NULL : p->live;
	}
	p->pen |= mine;
	pthread_mutex_unlock(&p->lock);
	if (mine)
		use_pen(p);
}
