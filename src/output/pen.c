/*
 * The pen and the two ways a job waits for it: a list in completion order, or the ring in
 * submission order.
 * Lock: pen.lock, for who has the pen and for both containers. Never held with another, and not
 * while printing.
 */
#include "output/pen.h"

#include "base/util.h"

int
pen_init(struct pen *p, enum print_mode mode, unsigned slots)
{
	*p = (struct pen){.mode = mode, .slots = slots};
	p->ready_tail = &p->ready;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->moved, NULL);
	return order_init(&p->order);
}

void
pen_release(struct pen *p)
{
	order_release(&p->order);
	pthread_cond_destroy(&p->moved);
	pthread_mutex_destroy(&p->lock);
}

/* The lock is held in all of these. */

static void
tell_waiting(struct pen *p)
{
	if (p->waiting > 0)
		pthread_cond_broadcast(&p->moved);
}

static void
list_ready(struct pen *p, struct job *j)
{
	if (j->listed)
		return;
	j->listed = true;
	j->listed_next = NULL;
	*p->ready_tail = j;
	p->ready_tail = &j->listed_next;
}

static void
enter_order(struct pen *p, struct job *j)
{
	if (order_put(&p->order, j) != 0)
		die("out of memory");
}

/* The next job that has something to print; NULL: none. */
static struct job *
take_ready(struct pen *p)
{
	struct job *j;

	if (p->mode == PRINT_KEEP) {
		if ((j = order_head(&p->order)) == NULL || !j->done)
			return NULL;
		order_advance(&p->order);
		return j;
	}
	if ((j = p->ready) == NULL)
		return NULL;
	if ((p->ready = j->listed_next) == NULL)
		p->ready_tail = &p->ready;
	j->listed = false;
	tell_waiting(p);
	return j;
}

/*
 * Nothing is ready: pass the pen to the worker whose job has its turn, or put it down. Returns the
 * job that must be printed up to now before its worker gets the pen; NULL: the pen is gone.
 */
static struct job *
pass(struct pen *p)
{
	struct job *head = p->mode == PRINT_KEEP ? order_head(&p->order) : NULL;

	if (head != NULL && !head->live)
		return head;
	p->live = head;
	p->held = head != NULL;
	tell_waiting(p);
	return NULL;
}

/*
 * In line mode the owner of the pen has a child that nobody drains meanwhile: after a round it
 * leaves the pen to one who waits for it, and so drains no child either.
 */
static bool
is_tired(const struct pen *p, const struct pen_turn *turn)
{
	return p->mode == PRINT_LINES && turn->taken >= p->slots && p->waiting > 0;
}

static enum pen_task
choose(struct pen *p, struct pen_turn *turn, struct job **j)
{
	bool tired = is_tired(p, turn);

	*j = tired ? NULL : take_ready(p);
	if (*j != NULL)
		return (*j)->done ? PEN_WHOLE : PEN_PART;
	if (!turn->clean)
		return PEN_FLUSH;
	if (tired) {
		p->held = false;
		tell_waiting(p);
		return PEN_GONE;
	}
	return (*j = pass(p)) != NULL ? PEN_PART : PEN_GONE;
}

enum pen_task
pen_next(struct pen *p, struct pen_turn *turn, struct job **j)
{
	enum pen_task task;

	pthread_mutex_lock(&p->lock);
	task = choose(p, turn, j);
	pthread_mutex_unlock(&p->lock);
	turn->taken += *j != NULL;
	/* A job that goes live is flushed, and then it is its worker who prints. */
	turn->clean = task == PEN_FLUSH || (task == PEN_PART && p->mode == PRINT_KEEP);
	return task;
}

void
pen_begin(struct pen *p, struct job *j)
{
	pthread_mutex_lock(&p->lock);
	enter_order(p, j);
	if (!p->held && order_head(&p->order) == j) {
		p->held = true;
		p->live = j;
		j->live = true;
	}
	pthread_mutex_unlock(&p->lock);
}

bool
pen_end(struct pen *p, struct job *j)
{
	bool mine;

	pthread_mutex_lock(&p->lock);
	j->done = true;
	if (p->mode != PRINT_KEEP) {
		mine = !p->held;
		list_ready(p, j);
	} else {
		enter_order(p, j);
		mine = p->live == j || (!p->held && order_head(&p->order) == j);
		p->live = p->live == j ? NULL : p->live;
	}
	p->held |= mine;
	pthread_mutex_unlock(&p->lock);
	return mine;
}

bool
pen_offer(struct pen *p, struct job *j, bool too_many)
{
	bool mine;

	pthread_mutex_lock(&p->lock);
	if (p->held) {
		list_ready(p, j);
		p->waiting++;
		while (too_many && j->listed && p->held && !p->abandoned)
			pthread_cond_wait(&p->moved, &p->lock);
		p->waiting--;
	}
	mine = !p->held;
	p->held = true;
	pthread_mutex_unlock(&p->lock);
	return mine;
}

bool
pen_try(struct pen *p)
{
	bool mine;

	pthread_mutex_lock(&p->lock);
	mine = !p->held;
	p->held = true;
	pthread_mutex_unlock(&p->lock);
	return mine;
}

void
pen_wait(struct pen *p)
{
	pthread_mutex_lock(&p->lock);
	p->waiting++;
	while (p->held)
		pthread_cond_wait(&p->moved, &p->lock);
	p->waiting--;
	p->held = true;
	pthread_mutex_unlock(&p->lock);
}

void
pen_abandon(struct pen *p)
{
	pthread_mutex_lock(&p->lock);
	p->abandoned = true;
	pthread_cond_broadcast(&p->moved);
	pthread_mutex_unlock(&p->lock);
}
