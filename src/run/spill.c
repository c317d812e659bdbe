/*
 * A block allocator over one unlinked file. Block sizes are powers of two; freed blocks wait in a
 * list for their size, and the file is cut to nothing when the last block is given back. Knows
 * nothing of jobs.
 * Lock: spill.lock, around the allocator only; blocks are read and written without it.
 */
#include "run/spill.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/os.h"

#define MIN_LOG2 12 /* one page: what the file system would round up to anyway */
#define CLASSES 40
#define PUNCH_BYTES (1 << 20) /* blocks from this size on give their disk space back at once */
#define OWN_FILES 16          /* at a time */
#define OWN_BYTES ((uint64_t)1 << 62) /* no end in sight */
#define OPEN_TRIES 200
#define OPEN_MS 10

struct free_list {
	off_t *offsets;
	size_t n;
	size_t cap;
};

struct spill {
	const char *dir; /* read-only */
	atomic_int own_left;
	pthread_mutex_t lock;
	/* guarded by lock */
	int fd; /* -1 until the first block */
	off_t end;
	size_t live;
	struct free_list lists[CLASSES];
};

struct spill *
spill_new(const char *dir)
{
	struct spill *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->dir = dir;
	s->fd = -1;
	atomic_init(&s->own_left, OWN_FILES);
	pthread_mutex_init(&s->lock, NULL);
	return s;
}

void
spill_free(struct spill *s)
{
	if (s == NULL)
		return;
	for (int i = 0; i < CLASSES; i++)
		free(s->lists[i].offsets);
	if (s->fd >= 0)
		close(s->fd);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

static unsigned
size_class(uint64_t bytes)
{
	unsigned c = 0;

	while (c < CLASSES - 1 && ((uint64_t)1 << (MIN_LOG2 + c)) < bytes)
		c++;
	return c;
}

/* Descriptors may be short for a moment, while a job is being started. The lock is held. */
static int
open_file(struct spill *s)
{
	for (int i = 0; (s->fd = os_unnamed_file(s->dir)) < 0; i++) {
		if ((errno != EMFILE && errno != ENFILE) || i == OPEN_TRIES)
			return errno;
		poll(NULL, 0, OPEN_MS);
	}
	return 0;
}

int
spill_alloc(struct spill *s, uint64_t want, struct extent *e)
{
	unsigned c = size_class(want);
	struct free_list *list = &s->lists[c];
	int err = 0;

	*e = (struct extent){.fd = -1, .size = (uint64_t)1 << (MIN_LOG2 + c)};
	pthread_mutex_lock(&s->lock);
	if (s->fd < 0)
		err = open_file(s);
	if (err == 0) {
		if (list->n > 0) {
			e->offset = list->offsets[--list->n];
		} else {
			e->offset = s->end;
			s->end += (off_t)e->size;
		}
		s->live++;
		e->fd = s->fd;
	}
	pthread_mutex_unlock(&s->lock);
	return err;
}

/*
 * The lowest free descriptor is taken, so its number tells how many there are; jobs need the rest
 * more.
 */
static bool
are_short(int fd)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_NOFILE, &limit) == 0 && (rlim_t)fd > limit.rlim_cur / 4;
}

int
spill_alloc_own(struct spill *s, struct extent *e)
{
	int err = 0;

	if (atomic_fetch_sub(&s->own_left, 1) <= 0) {
		atomic_fetch_add(&s->own_left, 1);
		return EBUSY;
	}
	*e = (struct extent){.own = true, .size = OWN_BYTES};
	if ((e->fd = os_unnamed_file(s->dir)) < 0) {
		err = errno;
	} else if (are_short(e->fd)) {
		close(e->fd);
		err = EBUSY;
	}
	if (err != 0)
		atomic_fetch_add(&s->own_left, 1);
	return err;
}

int
spill_use_file(struct extent *e, int fd)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return errno;
	*e = (struct extent){
	    .fd = fd, .own = true, .named = true, .offset = st.st_size, .size = OWN_BYTES};
	return 0;
}

int
spill_write(struct extent *e, const char *data, size_t n, size_t *done)
{
	*done = 0;
	if (n > e->size - e->end)
		n = (size_t)(e->size - e->end);
	while (*done < n) {
		ssize_t w = pwrite(e->fd, data + *done, n - *done, e->offset + (off_t)e->end);

		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return errno;
		if (w == 0)
			return ENOSPC;
		*done += (size_t)w;
		e->end += (uint64_t)w;
	}
	return 0;
}

/* A block that can't be remembered is lost to the file until the file is cut; nothing else is. */
static void
remember(struct free_list *list, off_t offset)
{
	if (list->n == list->cap) {
		size_t cap = list->cap ? list->cap * 2 : 16;
		off_t *p = realloc(list->offsets, cap * sizeof(*p));

		if (p == NULL)
			return;
		list->offsets = p;
		list->cap = cap;
	}
	list->offsets[list->n++] = offset;
}

ssize_t
spill_move(struct extent *e, int pipe)
{
	off_t offset = e->offset + (off_t)e->end;
	uint64_t room = e->size - e->end;
	ssize_t n = os_move(
	    e->fd, &offset, pipe, room < SPILL_MOVE_BYTES ? (size_t)room : SPILL_MOVE_BYTES);

	if (n > 0)
		e->end += (uint64_t)n;
	return n;
}

void
spill_release(struct spill *s, const struct extent *e)
{
	if (e->own) {
		close(e->fd);
		if (!e->named)
			atomic_fetch_add(&s->own_left, 1);
		return;
	}
	if (e->size >= PUNCH_BYTES)
		os_punch_hole(s->fd, e->offset, (off_t)e->size);
	pthread_mutex_lock(&s->lock);
	if (--s->live == 0) {
		for (int i = 0; i < CLASSES; i++)
			s->lists[i].n = 0;
		s->end = 0;
		/* A failure would cost disk space, no byte of output. */
		(void)!ftruncate(s->fd, 0);
	} else {
		remember(&s->lists[size_class(e->size)], e->offset);
	}
	pthread_mutex_unlock(&s->lock);
}

int
spill_fd(const struct spill *s)
{
	return s->fd;
}
