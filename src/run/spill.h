/*
 * Disk space for captured output: blocks of one unlinked file that all jobs share, so that
 * descriptors stay few and freed space is used again. The file is made when the first block is
 * wanted. A few large outputs at a time have files of their own, which are written once: their
 * pages can be given to a pipe without copying.
 */
#ifndef SPOOL_SPILL_H
#define SPOOL_SPILL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct spill;

/* A block of the file. Only its owner reads and writes it; no lock is needed for that. */
struct extent {
	int fd;
	bool own;   /* fd belongs to this extent alone, and is closed with it */
	bool named; /* it was made by somebody else, to stay */
	off_t offset;
	uint64_t size;  /* bytes of the block, a power of two; as good as endless if own */
	uint64_t begin; /* first byte not yet consumed, counted from offset */
	uint64_t end;   /* bytes written */
};

/* dir is kept, not copied. Returns NULL when out of memory. */
struct spill *spill_new(const char *dir);
void spill_free(struct spill *s);

/* A block of at least want bytes. Returns 0 or errno (the file could not be made). Any thread. */
int spill_alloc(struct spill *s, uint64_t want, struct extent *e);

/* A file of its own. Returns 0, EBUSY when enough have one, or errno. Any thread. */
int spill_alloc_own(struct spill *s, struct extent *e);

/*
 * Append as much of data as fits behind e->end; *done tells how much that was. Returns 0 or errno.
 */
int spill_write(struct extent *e, const char *data, size_t n, size_t *done);

#define SPILL_MOVE_BYTES (1 << 20) /* the most that spill_move() takes at a time */

/* All of a file that somebody else has made, from its end on. Returns 0 or errno. */
int spill_use_file(struct extent *e, int fd);

/*
 * Append what is in a pipe without passing it through this process, as os_move(): bytes, 0 at its
 * end, -1 and errno; ENOSYS and EINVAL: it can't be done so. There is room in e.
 */
ssize_t spill_move(struct extent *e, int pipe);

/* Give the block back. Any thread. */
void spill_release(struct spill *s, const struct extent *e);

/* The descriptor of the file that is shared; -1 before its first block. For tests. */
int spill_fd(const struct spill *s);

#endif
