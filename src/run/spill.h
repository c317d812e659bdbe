/*
 * Disk space for captured output: blocks of one unlinked file that all jobs share, so that descriptors stay few
 * and freed space is used again. The file is made when the first block is wanted.
 */
#ifndef SPOOL_SPILL_H
#define SPOOL_SPILL_H

#include <stdint.h>
#include <sys/types.h>

struct spill;

/* A block of the file. Only its owner reads and writes it; no lock is needed for that. */
struct extent {
	off_t offset;
	uint64_t size;  /* bytes of the block, a power of two */
	uint64_t begin; /* first byte not yet consumed, counted from offset */
	uint64_t end;   /* bytes written */
};

/* dir is kept, not copied. Returns NULL when out of memory. */
struct spill *spill_new(const char *dir);
void spill_free(struct spill *s);

/* A block of at least want bytes. Returns 0 or errno (the file could not be made). Any thread. */
int spill_alloc(struct spill *s, uint64_t want, struct extent *e);

/* Append as much of data as fits behind e->end; *done tells how much that was. Returns 0 or errno. */
int spill_write(struct spill *s, struct extent *e, const char *data, size_t n, size_t *done);

/* Give the block back. Any thread. */
void spill_release(struct spill *s, const struct extent *e);

/* The file's descriptor, for reading a block; valid while a block is allocated. */
int spill_fd(const struct spill *s);

#endif
