/*
 * A linked list under one lock. The pusher is woken when a quarter is left, not for every job: on a
 * busy machine each of its wake-ups takes a processor from a job. Knows of a job only its links
 * and when it is due.
 */
#include "run/queue.h"

#include "run/job.h"
#include "run/later.h"

void
queue_init(struct queue *q, size_t ahead, size_t room)
{
	*q = (struct queue){.ahead = ahead, .room = room};
	q->tail = &q->head;
	pthread_mutex_init(&q->lock, NULL);
	pthread_cond_init(&q->filled, NULL);
	pthread_cond_init(&q->drained, NULL);
	pthread_cond_init(&q->left, NULL);
}

void
queue_release(struct queue *q)
{
	pthread_cond_destroy(&q->left);
	pthread_cond_destroy(&q->drained);
	pthread_cond_destroy(&q->filled);
	pthread_mutex_destroy(&q->lock);
}

/*
 * Wait while there are limit or more. One waits on until a quarter of them is left, so as not to be
 * woken for every single job. Locked.
 */
static void
wait_while_full(struct queue *q, size_t limit)
{
	q->wake = limit / 4;
	while (q->len >= limit)
		pthread_cond_wait(&q->drained, &q->lock);
}

void
queue_await(struct queue *q)
{
	pthread_mutex_lock(&q->lock);
	wait_while_full(q, q->ahead);
	pthread_mutex_unlock(&q->lock);
}

bool
queue_push(struct queue *q, struct job *j)
{
	bool idle;

	j->next = NULL;
	pthread_mutex_lock(&q->lock);
	wait_while_full(q, q->room);
	*q->tail = j;
	q->tail = &j->next;
	q->len++;
	idle = q->waiting >= q->len;
	if (q->waiting > 0)
		pthread_cond_signal(&q->filled);
	pthread_mutex_unlock(&q->lock);
	return idle;
}

void
queue_join(struct queue *q)
{
	pthread_mutex_lock(&q->lock);
	q->workers++;
	pthread_mutex_unlock(&q->lock);
}

/* Enter a job where at points to. Locked. */
static void
insert(struct queue *q, struct job **at, struct job *j)
{
	if ((j->next = *at) == NULL)
		q->tail = &j->next;
	*at = j;
	q->len++;
	pthread_cond_signal(&q->filled);
}

/* Locked. */
static void
take_due(struct queue *q, int64_t now_ns)
{
	struct job **at = &q->head, *j;

	while (q->later != NULL && q->later->due_ns <= now_ns) {
		j = later_take(&q->later);
		insert(q, at, j);
		at = &j->next;
	}
	/* Workers that waited for these have nothing to wait for any more. */
	if (at != &q->head && q->later == NULL && q->closed)
		pthread_cond_broadcast(&q->filled);
}

void
queue_return(struct queue *q, struct job *j)
{
	pthread_mutex_lock(&q->lock);
	insert(q, &q->head, j);
	pthread_mutex_unlock(&q->lock);
}

void
queue_put_off(struct queue *q, struct job *j)
{
	pthread_mutex_lock(&q->lock);
	if (q->hurried)
		insert(q, &q->head, j);
	else
		later_put(&q->later, j);
	pthread_mutex_unlock(&q->lock);
}

int64_t
queue_due(struct queue *q, int64_t now_ns, size_t *lacking)
{
	int64_t next;

	pthread_mutex_lock(&q->lock);
	take_due(q, now_ns);
	*lacking = q->len > q->waiting ? q->len - q->waiting : 0;
	next = q->later != NULL ? q->later->due_ns : 0;
	pthread_mutex_unlock(&q->lock);
	return next;
}

void
queue_hurry(struct queue *q)
{
	pthread_mutex_lock(&q->lock);
	q->hurried = true;
	take_due(q, INT64_MAX);
	pthread_mutex_unlock(&q->lock);
}

bool
queue_retire(struct queue *q, struct job *j)
{
	bool others;

	pthread_mutex_lock(&q->lock);
	if ((others = q->workers > 1)) {
		q->workers--;
		insert(q, &q->head, j);
	}
	pthread_mutex_unlock(&q->lock);
	return others;
}

/* Locked. */
static bool
is_over(const struct queue *q)
{
	return q->closed && q->head == NULL && q->later == NULL && q->workers == 0;
}

struct job *
queue_pop(struct queue *q)
{
	struct job *j;

	pthread_mutex_lock(&q->lock);
	q->waiting++;
	while (q->head == NULL && (!q->closed || q->later != NULL))
		pthread_cond_wait(&q->filled, &q->lock);
	q->waiting--;
	if ((j = q->head) != NULL) {
		if ((q->head = j->next) == NULL)
			q->tail = &q->head;
		if (--q->len == q->wake)
			pthread_cond_signal(&q->drained);
	} else if (q->workers > 0) {
		q->workers--;
		if (is_over(q))
			pthread_cond_signal(&q->left);
	}
	pthread_mutex_unlock(&q->lock);
	return j;
}

size_t
queue_len(struct queue *q)
{
	size_t len;

	pthread_mutex_lock(&q->lock);
	len = q->len;
	pthread_mutex_unlock(&q->lock);
	return len;
}

void
queue_close(struct queue *q)
{
	pthread_mutex_lock(&q->lock);
	q->closed = true;
	pthread_cond_broadcast(&q->filled);
	pthread_mutex_unlock(&q->lock);
}

bool
queue_is_over(struct queue *q)
{
	bool over;

	pthread_mutex_lock(&q->lock);
	over = is_over(q);
	pthread_mutex_unlock(&q->lock);
	return over;
}

void
queue_await_end(struct queue *q)
{
	pthread_mutex_lock(&q->lock);
	while (!is_over(q))
		pthread_cond_wait(&q->left, &q->lock);
	pthread_mutex_unlock(&q->lock);
}
