/*
 * Memory first, then disk: when memory is full its content moves to the spill file, so the order of
 * the bytes is extents, then memory. Knows nothing of jobs and of printing.
 */
#include "run/capture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIRST_EXTENT (256 << 10)
#define LAST_EXTENT (16 << 20)

bool
capture_is_into(const struct capture *c)
{
	return c->extents != NULL && c->n_extents > 0 && c->extents[0].named;
}

/* The extent that is written to; NULL: there is none. */
static struct extent *
last_extent(const struct capture *c)
{
	return c->extents != NULL && c->n_extents > 0 ? &c->extents[c->n_extents - 1] : NULL;
}

/* One more extent: at least first bytes, the next ones larger and larger, or a file of its own. */
static int
add_extent(struct capture *c, const struct capture_store *store, uint64_t first)
{
	struct extent *grown = realloc(c->extents, (c->n_extents + 1) * sizeof(*grown));
	uint64_t want = c->n_extents < 6 ? (uint64_t)FIRST_EXTENT << c->n_extents : LAST_EXTENT;
	int err = EBUSY;

	if (grown == NULL)
		return ENOMEM;
	c->extents = grown;
	if (c->n_extents > 0)
		err = spill_alloc_own(store->spill, &grown[c->n_extents]);
	if (err != 0)
		err = spill_alloc(
		    store->spill, c->n_extents > 0 ? want : first, &grown[c->n_extents]);
	if (err == 0)
		c->n_extents++;
	return err;
}

/* An extent that stayed empty would hide the memory behind it. */
static void
drop_empty(struct capture *c, const struct capture_store *store)
{
	const struct extent *last = last_extent(c);

	if (last != NULL && last->end == 0 && !last->named) {
		spill_release(store->spill, last);
		c->n_extents--;
	}
}

/* Append to the extents; first: size of the first one. *done: bytes stored. */
static int
add_to_disk(struct capture *c, const struct capture_store *store, const char *data, size_t n,
    uint64_t first, size_t *done)
{
	int err = 0;

	*done = 0;
	while (*done < n && err == 0) {
		struct extent *last = last_extent(c);
		size_t wrote = 0;

		if (last == NULL || last->end == last->size) {
			err = add_extent(c, store, first);
			continue;
		}
		err = spill_write(last, data + *done, n - *done, &wrote);
		*done += wrote;
	}
	drop_empty(c, store);
	return err;
}

/* Memory to disk. On failure the part that is not on disk stays in memory. */
static int
flush_memory(struct capture *c, const struct capture_store *store, uint64_t first)
{
	size_t done;
	int err = add_to_disk(c, store, c->memory, c->memory_len, first, &done);

	memmove(c->memory, c->memory + done, c->memory_len - done);
	c->memory_len -= (uint32_t)done;
	return err;
}

static int
add_to_memory(struct capture *c, const char *data, size_t n)
{
	size_t need = c->memory_len + n;

	if (c->memory == NULL || need > c->memory_cap) {
		size_t cap = c->memory_cap ? need + need / 2 : need;
		char *p = realloc(c->memory, cap);

		if (p == NULL)
			return ENOMEM;
		c->memory = p;
		c->memory_cap = (uint32_t)cap;
	}
	memcpy(c->memory + c->memory_len, data, n);
	c->memory_len += (uint32_t)n;
	return 0;
}

void
capture_add(struct capture *c, const struct capture_store *store, const char *data, size_t n)
{
	size_t done = n;
	int err = 0;

	if (c->error != 0 || n == 0)
		return;
	if (c->memory_len + n <= store->memory_bytes && !capture_is_into(c) &&
	    add_to_memory(c, data, n) == 0) {
		c->len += n;
		return;
	}
	if (c->memory_len > 0)
		err = flush_memory(c, store, FIRST_EXTENT);
	if (err == 0)
		err = add_to_disk(c, store, data, n, FIRST_EXTENT, &done);
	else
		done = 0;
	c->len += done;
	c->error = err;
}

void
capture_shrink(struct capture *c)
{
	if (c->memory_len == 0) {
		free(c->memory);
		c->memory = NULL;
		c->memory_cap = 0;
	} else if (c->memory_cap - c->memory_len > c->memory_len / 8 + 64) {
		char *p = realloc(c->memory, c->memory_len);

		if (p != NULL) {
			c->memory = p;
			c->memory_cap = c->memory_len;
		}
	}
}

bool
capture_unload(struct capture *c, const struct capture_store *store)
{
	int err = c->memory_len > 0 ? flush_memory(c, store, c->memory_len) : 0;

	capture_shrink(c);
	return err == 0;
}

ssize_t
capture_move(struct capture *c, const struct capture_store *store, int pipe)
{
	struct extent *last;
	ssize_t n = -1;
	int err = 0;

	errno = EINVAL;
	if (c->error != 0 || c->n_extents == 0)
		return -1;
	if (c->memory_len > 0)
		err = flush_memory(c, store, FIRST_EXTENT);
	if (err == 0 && (last = last_extent(c)) != NULL && last->end == last->size)
		err = add_extent(c, store, FIRST_EXTENT);
	if (err == 0 && (last = last_extent(c)) != NULL && (n = spill_move(last, pipe)) < 0 &&
	    errno != EINVAL && errno != ENOSYS && errno != EAGAIN)
		err = errno;
	if (n > 0)
		c->len += (uint64_t)n;
	else
		drop_empty(c, store);
	if (err != 0) {
		c->error = err;
		errno = EINVAL; /* the pipe is to be read all the same */
	}
	return n;
}

int
capture_into(struct capture *c, int fd)
{
	int err = ENOMEM;

	if ((c->extents = malloc(sizeof(*c->extents))) != NULL)
		err = spill_use_file(c->extents, fd);
	c->n_extents = err == 0;
	return err;
}

void
capture_close(struct capture *c)
{
	if (!capture_is_into(c))
		return;
	/* Some file systems tell of lost bytes only now. */
	if (close(c->extents[0].fd) != 0 && errno != EINTR && c->error == 0)
		c->error = errno;
	free(c->extents);
	*c = (struct capture){.error = c->error};
}

ssize_t
capture_read(const struct capture *c, uint64_t at, char *data, size_t n)
{
	uint64_t have = 0;
	ssize_t got;

	for (uint32_t i = 0; i < c->n_extents; i++, at -= have) {
		const struct extent *e = &c->extents[i];

		have = e->end - e->begin;
		if (at >= have)
			continue;
		do
			got = pread(e->fd, data, n < have - at ? n : (size_t)(have - at),
			    e->offset + (off_t)(e->begin + at));
		while (got < 0 && errno == EINTR);
		return got;
	}
	if (n > c->memory_len - at)
		n = (size_t)(c->memory_len - at);
	if (n > 0)
		memcpy(data, c->memory + at, n);
	return (ssize_t)n;
}

size_t
capture_front(const struct capture *c, uint64_t n, struct piece *p)
{
	const struct extent *e = c->extents;
	uint64_t have;

	if (c->n_extents > 0) {
		have = e->end - e->begin;
		*p = (struct piece){
		    .fd = e->fd, .final = e->own, .offset = e->offset + (off_t)e->begin};
	} else {
		have = c->memory_len;
		*p = (struct piece){.data = c->memory, .fd = -1};
	}
	if (have > n)
		have = n;
	if (have > LAST_EXTENT)
		have = LAST_EXTENT;
	p->len = (size_t)have;
	return p->len;
}

void
capture_consume(struct capture *c, const struct capture_store *store, size_t n)
{
	struct extent *e = c->extents;

	c->len -= n;
	if (c->n_extents == 0) {
		c->memory_len -= (uint32_t)n;
		memmove(c->memory, c->memory + n, c->memory_len);
		return;
	}
	e->begin += n;
	if (e->begin < e->end)
		return;
	spill_release(store->spill, e);
	c->n_extents--;
	memmove(e, e + 1, c->n_extents * sizeof(*e));
}

bool
capture_take(struct capture *c, uint64_t n, struct capture *out)
{
	struct capture rest = {.error = c->error};
	size_t left = (size_t)(c->len - n);

	if (left > 0) {
		if (c->n_extents > 0 || add_to_memory(&rest, c->memory + n, left) != 0)
			return false;
		rest.len = left;
		c->memory_len -= (uint32_t)left;
	}
	*out = *c;
	out->len = n;
	*c = rest;
	return true;
}

void
capture_free(struct capture *c, const struct capture_store *store)
{
	for (uint32_t i = 0; i < c->n_extents; i++)
		spill_release(store->spill, &c->extents[i]);
	free(c->extents);
	free(c->memory);
	*c = (struct capture){0};
}
