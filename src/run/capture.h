/*
 * What one stream of one job has printed: a first-in first-out run of bytes, the older ones on
 * disk, the newest in memory. Zero-initialise; capture_free() at the end. Not locked: one thread at
 * a time.
 */
#ifndef SPOOL_CAPTURE_H
#define SPOOL_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "run/spill.h"

/* Where captures keep what they hold; shared by all, read-only. */
struct capture_store {
	struct spill *spill;
	size_t memory_bytes; /* what a capture may keep in memory */
};

struct capture {
	char *memory;
	uint32_t memory_len;
	uint32_t memory_cap;
	uint32_t n_extents;
	int error; /* errno that made the content incomplete for good; later bytes are dropped */
	struct extent *extents;
	uint64_t len; /* bytes held, in memory and on disk */
};

/* A run of the content: bytes in memory (data), or in a file (data NULL). */
struct piece {
	const char *data;
	int fd;
	bool final; /* what stands there in the file is never written over */
	off_t offset;
	size_t len;
};

/* Append. What can't be stored sets c->error. */
void capture_add(struct capture *c, const struct capture_store *store, const char *data, size_t n);

/*
 * Append what is in a pipe, without passing it through this process. As read(2), but EINVAL when it
 * can't be done (the content is small, or the system has no such thing): read, then.
 */
ssize_t capture_move(struct capture *c, const struct capture_store *store, int pipe);

/*
 * Everything goes to the end of this file and nothing into memory, until capture_close(), which
 * leaves the capture empty; what was lost by then is in c->error. c is empty. Returns 0, and fd is
 * the capture's, or errno.
 */
int capture_into(struct capture *c, int fd);
void capture_close(struct capture *c);
bool capture_is_into(const struct capture *c);

/* As pread(2) of what is held: up to n bytes from at on, 0 at the end, -1 and errno. */
ssize_t capture_read(const struct capture *c, uint64_t at, char *data, size_t n);

/* Give back unused memory; call when the content is complete and has to wait. */
void capture_shrink(struct capture *c);

/* Move what is in memory to disk. False: there is no room, and it stays in memory. */
bool capture_unload(struct capture *c, const struct capture_store *store);

/*
 * The oldest bytes, at most n, in one piece; *p is valid until the next call. Returns its length, 0
 * when empty.
 */
size_t capture_front(const struct capture *c, uint64_t n, struct piece *p);

/* Drop the oldest n bytes. n is at most what capture_front() returned. */
void capture_consume(struct capture *c, const struct capture_store *store, size_t n);

/*
 * Move the oldest n bytes (n <= len) to out, which is empty. False: it can't be done without
 * copying much.
 */
bool capture_take(struct capture *c, uint64_t n, struct capture *out);

/* Drop everything. */
void capture_free(struct capture *c, const struct capture_store *store);

#endif
