/*
 * A descriptor that bytes go to: buffered, every write checked, non-blocking descriptors waited
 * for.
 * Not locked: whoever has the pen.
 */
#ifndef SPOOL_SINK_H
#define SPOOL_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct sink {
	int fd;
	bool guarded; /* a terminal with something on it that makes room */
	int error;    /* errno of the first failure: from then on everything is dropped; 0: none */
	char *buffer;
	size_t len;
	_Atomic uint64_t written; /* bytes that went out; any thread may look */
};

/* Returns 0 or ENOMEM. */
int sink_init(struct sink *s, int fd);
void sink_release(struct sink *s);

/* Append; written when the buffer is full. */
void sink_write(struct sink *s, const char *data, size_t n);

/*
 * Append n bytes of a file from offset, without passing them through the buffer where the system
 * can. final: they are never written over in that file.
 */
void sink_copy(struct sink *s, int fd, off_t offset, size_t n, bool final);

/* Write what is buffered. */
void sink_flush(struct sink *s);

#endif
