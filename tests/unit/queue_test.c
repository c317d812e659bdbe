#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "run/job.h"
#include "run/queue.h"
#include "tap.h"

enum {
	WORKERS_MOST = 4,
	ROOM_MOST = 3,
	JOBS = 1500,
};

/* A crowd of workers around one queue. */
struct crowd {
	struct queue queue;
	struct job jobs[JOBS];
	atomic_int popped[JOBS];
	atomic_bool disordered; /* a worker was given an older job after a younger one */
	pthread_t threads[WORKERS_MOST];
};

static struct crowd crowd;

static void *
work(void *arg)
{
	struct crowd *c = arg;
	uint64_t last = 0;
	struct job *j;

	while ((j = queue_pop(&c->queue)) != NULL) {
		if (j->seq <= last)
			atomic_store(&c->disordered, true);
		last = j->seq;
		atomic_fetch_add(&c->popped[j->seq - 1], 1);
		if (last % 7 == 0)
			sched_yield();
	}
	return NULL;
}

static void
start(struct crowd *c, unsigned workers, size_t room)
{
	memset(c, 0, sizeof(*c));
	queue_init(&c->queue, room, room);
	for (int i = 0; i < JOBS; i++)
		c->jobs[i].seq = (uint64_t)i + 1;
	for (unsigned i = 0; i < workers; i++)
		pthread_create(&c->threads[i], NULL, work, c);
}

static void
finish(struct crowd *c, unsigned workers)
{
	queue_close(&c->queue);
	for (unsigned i = 0; i < workers; i++)
		pthread_join(c->threads[i], NULL);
	queue_release(&c->queue);
}

static size_t
length(struct queue *q)
{
	size_t len;

	pthread_mutex_lock(&q->lock);
	len = q->len;
	pthread_mutex_unlock(&q->lock);
	return len;
}

static void
wait_for_idle(struct queue *q, size_t workers)
{
	bool idle;

	do {
		sched_yield();
		pthread_mutex_lock(&q->lock);
		idle = q->waiting == workers && q->len == 0;
		pthread_mutex_unlock(&q->lock);
	} while (!idle);
}

static void
test_crowd(unsigned workers, size_t room)
{
	bool bounded = true, once = true;

	start(&crowd, workers, room);
	for (int i = 0; i < JOBS; i++) {
		queue_push(&crowd.queue, &crowd.jobs[i]);
		bounded = bounded && length(&crowd.queue) <= room;
	}
	finish(&crowd, workers);
	for (int i = 0; i < JOBS; i++)
		once = once && atomic_load(&crowd.popped[i]) == 1;
	ok(once, "%u workers, room for %zu: each job is given to one worker, once", workers, room);
	ok(!atomic_load(&crowd.disordered), "the older one first");
	ok(bounded, "no more wait than there is room for");
}

/* Jobs come one at a time, each when all workers wait: no wake-up may be lost. */
static void
test_wakeups(unsigned workers, size_t room)
{
	bool idle = true, once = true;

	start(&crowd, workers, room);
	for (int i = 0; i < JOBS / 5; i++) {
		wait_for_idle(&crowd.queue, workers);
		idle = queue_push(&crowd.queue, &crowd.jobs[i]) && idle;
	}
	finish(&crowd, workers);
	for (int i = 0; i < JOBS / 5; i++)
		once = once && atomic_load(&crowd.popped[i]) == 1;
	ok(idle, "%u workers, room for %zu: push tells that one is idle", workers, room);
	ok(once, "and wakes it");
}

static void
test_without_workers(void)
{
	struct queue q;
	struct job jobs[3] = {{.seq = 1}, {.seq = 2}, {.seq = 3}};

	queue_init(&q, 3, 3);
	for (int i = 0; i < 3; i++)
		ok(!queue_push(&q, &jobs[i]), "push tells that nobody is idle");
	is_int(length(&q), 3, "the jobs wait");
	queue_close(&q);
	for (int i = 0; i < 3; i++)
		ok(queue_pop(&q) == &jobs[i],
		    "after the close the waiting ones are still given out");
	ok(queue_pop(&q) == NULL, "then there is nothing");
	ok(queue_pop(&q) == NULL, "however often one asks");
	queue_release(&q);
}

/* A worker that was told of one job and has not taken it yet is not idle for a second one. */
static void
test_more_jobs_than_idle(void)
{
	struct queue q;
	struct job jobs[2] = {{.seq = 1}, {.seq = 2}};

	queue_init(&q, 3, 3);
	q.waiting = 1;
	ok(queue_push(&q, &jobs[0]), "one job, one worker that waits: nobody else is needed");
	ok(!queue_push(&q, &jobs[1]), "with a second job one more may help");
	queue_release(&q);
}

static void *
await(void *arg)
{
	queue_await(arg);
	return arg;
}

/* Jobs at hand may fill the whole room, but others are sought only when few wait. */
static void
test_await(void)
{
	struct queue q;
	struct job jobs[6] = {
	    {.seq = 1}, {.seq = 2}, {.seq = 3}, {.seq = 4}, {.seq = 5}, {.seq = 6}};
	pthread_t thread;

	queue_init(&q, 4, 6);
	for (int i = 0; i < 3; i++)
		queue_push(&q, &jobs[i]);
	queue_await(&q);
	ok(true, "fewer than four wait: more are sought at once");
	for (int i = 3; i < 6; i++)
		queue_push(&q, &jobs[i]);
	if (pthread_create(&thread, NULL, await, &q) != 0)
		exit(1);
	while (length(&q) > 1)
		queue_pop(&q);
	pthread_join(thread, NULL);
	is_int(length(&q), 1, "six wait: more are sought when a quarter of four is left");
	queue_release(&q);
}

static void
test_close(void)
{
	start(&crowd, WORKERS_MOST, 1);
	wait_for_idle(&crowd.queue, WORKERS_MOST);
	finish(&crowd, WORKERS_MOST);
	ok(true, "a close wakes all who wait");
}

/* A worker that leaves gives its job back, before all others; the last one stays. */
static void
test_retire(void)
{
	struct queue q;
	struct job jobs[3] = {{.seq = 1}, {.seq = 2}, {.seq = 3}};

	queue_init(&q, 2, 2);
	queue_join(&q);
	queue_join(&q);
	queue_push(&q, &jobs[0]);
	queue_push(&q, &jobs[1]);
	ok(queue_pop(&q) == &jobs[0], "a worker of two takes a job");
	ok(queue_retire(&q, &jobs[0]), "and can leave");
	ok(queue_pop(&q) == &jobs[0], "its job is the other's next one");
	ok(!queue_retire(&q, &jobs[0]), "who can't leave");
	queue_push(&q, &jobs[2]);
	ok(queue_pop(&q) == &jobs[1] && queue_pop(&q) == &jobs[2], "and has the rest in order");
	queue_join(&q);
	ok(queue_retire(&q, &jobs[2]), "until another comes");
	queue_push(&q, &jobs[1]);
	ok(queue_pop(&q) == &jobs[2] && queue_pop(&q) == &jobs[1],
	    "a job given back to an empty queue stands in front of a new one");
	queue_close(&q);
	ok(queue_pop(&q) == NULL, "whoever finds it closed has left");
	queue_release(&q);
}

/*
 * Jobs that are put off take no room, come back in front of others, and keep workers from
 * leaving.
 */
static void
test_put_off(void)
{
	struct queue q;
	struct job jobs[4] = {
	    {.seq = 1}, {.seq = 2}, {.seq = 3, .due_ns = 30}, {.seq = 4, .due_ns = 20}};
	size_t lacking;

	queue_init(&q, 2, 2);
	queue_join(&q);
	queue_put_off(&q, &jobs[2]);
	queue_put_off(&q, &jobs[3]);
	is_int(length(&q), 0, "jobs that are put off do not wait");
	queue_push(&q, &jobs[0]);
	queue_push(&q, &jobs[1]);
	is_int(queue_due(&q, 19, &lacking), 20, "the first one tells when it is due");
	is_int(lacking, 2, "and how many workers those that wait could use");
	ok(queue_pop(&q) == &jobs[0], "until then others have their turn");
	is_int(queue_due(&q, 20, &lacking), 30, "then it is the other one's time");
	ok(queue_pop(&q) == &jobs[3], "and the one that was due goes before what waits");
	queue_put_off(&q, &jobs[3]);
	is_int(queue_due(&q, 30, &lacking), 0, "when all are due, nothing is left to ask for");
	ok(queue_pop(&q) == &jobs[3] && queue_pop(&q) == &jobs[2] && queue_pop(&q) == &jobs[1],
	    "the one that was due first goes first");
	jobs[2].due_ns = INT64_MAX - 1;
	queue_put_off(&q, &jobs[2]);
	queue_hurry(&q);
	ok(queue_pop(&q) == &jobs[2], "in a hurry none is waited for");
	queue_put_off(&q, &jobs[2]);
	queue_close(&q);
	ok(queue_pop(&q) == &jobs[2], "nor put off any more");
	ok(!queue_is_over(&q), "as long as a job runs it is not over");
	ok(queue_pop(&q) == NULL, "and that was all");
	ok(queue_is_over(&q), "when the last worker has left it is over");
	queue_await_end(&q);
	queue_release(&q);
}

/*
 * A closed queue lets nobody go while a job is put off, and all when the last one was taken: that
 * one may be put off again, by who took it.
 */
static void
test_put_off_crowd(unsigned workers)
{
	size_t lacking;

	start(&crowd, workers, 1);
	wait_for_idle(&crowd.queue, workers);
	for (int i = 0; i < 3; i++) {
		crowd.jobs[i].due_ns = i + 1;
		queue_put_off(&crowd.queue, &crowd.jobs[i]);
	}
	queue_close(&crowd.queue);
	wait_for_idle(&crowd.queue, workers);
	is_int(queue_due(&crowd.queue, 1, &lacking), 2, "%u workers: one job is due", workers);
	wait_for_idle(&crowd.queue, workers);
	ok(atomic_load(&crowd.popped[0]) == 1 && atomic_load(&crowd.popped[1]) == 0,
	    "it is taken, and all wait for the others");
	is_int(queue_due(&crowd.queue, 3, &lacking), 0, "all are due");
	finish(&crowd, workers);
	ok(atomic_load(&crowd.popped[1]) == 1 && atomic_load(&crowd.popped[2]) == 1,
	    "they are taken, and all leave");
}

int
main(void)
{
	test_without_workers();
	test_more_jobs_than_idle();
	test_await();
	test_close();
	test_retire();
	test_put_off();
	for (unsigned workers = 1; workers <= WORKERS_MOST; workers++)
		test_put_off_crowd(workers);
	for (unsigned workers = 1; workers <= WORKERS_MOST; workers++)
		for (size_t room = 1; room <= ROOM_MOST; room++) {
			test_crowd(workers, room);
			test_wakeups(workers, room);
		}
	return done_testing();
}
