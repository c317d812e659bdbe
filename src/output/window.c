/*
 * Counted with atomics, so that a job costs no lock here; the lock is for the one who waits.
 */
#include "output/window.h"

void
window_init(struct window *w, uint64_t jobs, size_t memory_bytes)
{
	*w = (struct window){.jobs = jobs, .memory_bytes = memory_bytes};
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->moved, NULL);
}

void
window_release(struct window *w)
{
	pthread_cond_destroy(&w->moved);
	pthread_mutex_destroy(&w->lock);
}

static bool
is_full(struct window *w)
{
	uint64_t n = atomic_load(&w->in_flight);

	if (n == 0 || atomic_load(&w->open))
		return false;
	return n >= w->jobs ||
	       (atomic_load(&w->disk_full) && atomic_load(&w->held) > w->memory_bytes);
}

void
window_admit(struct window *w)
{
	if (is_full(w)) {
		pthread_mutex_lock(&w->lock);
		/*
		 * Say so, then look once more: who leaves after the look sees that somebody waits.
		 */
		atomic_store(&w->waiting, true);
		while (is_full(w))
			pthread_cond_wait(&w->moved, &w->lock);
		atomic_store(&w->waiting, false);
		pthread_mutex_unlock(&w->lock);
	}
	atomic_fetch_add(&w->in_flight, 1);
}

static void
wake(struct window *w)
{
	pthread_mutex_lock(&w->lock);
	pthread_cond_signal(&w->moved);
	pthread_mutex_unlock(&w->lock);
}

void
window_leave(struct window *w, unsigned jobs)
{
	atomic_fetch_sub(&w->in_flight, jobs);
	if (atomic_load(&w->waiting))
		wake(w);
}

void
window_open(struct window *w)
{
	atomic_store(&w->open, true);
	wake(w);
}
