/*
 * Reading a child's pipes until there is nothing more to come: end of file on both, or the process
 * has exited and a short grace has passed. Knows the process only through its number and two
 * questions.
 */
#ifndef SPOOL_DRAIN_H
#define SPOOL_DRAIN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Called in the child's thread when a pipe is readable: read(2) once from fd; return what read
 * returned (-1: errno).
 */
struct child_reader {
	ssize_t (*read)(void *ctx, int stream, int fd);
	void *ctx;
};

struct drain_spec {
	int fds[2]; /* reading ends, -1: none; drain() closes them */
	/* they are of a terminal: its end is an error, and is not known before it was read */
	bool terminal;
	pid_t pid; /* not reaped before drain() returns */
	int64_t started_ns;
	const struct child_reader *reader;
	bool (*has_exited)(void *ctx);
	/* it was told to end, so the rest of its group may go on a little longer */
	bool (*may_tidy_up)(void *ctx);
	void *ctx;
};

struct drain_result {
	bool pipe_held; /* somebody kept a pipe open beyond the grace */
	int read_error; /* errno of a failed read, 0: none */
};

void drain(const struct drain_spec *spec, struct drain_result *result);

#endif
