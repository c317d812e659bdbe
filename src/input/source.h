/*
 * Bytes to records: splits a list, a file or standard input. Used by the main thread only.
 * Reads in large blocks, keeps one block and at most one record of os_max_argument() bytes.
 */
#ifndef SPOOL_SOURCE_H
#define SPOOL_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "input/record.h"

struct source_spec {
	const char *path;  /* file to read, "-" is standard input; NULL: the list */
	char *const *list; /* values after ::: (not copied, not owned) */
	size_t list_len;
	const char *delimiter; /* after escapes were decoded; may hold NUL; at least one byte */
	size_t delimiter_len;
	bool split_list;    /* values of the list are split at the delimiter too (-d was given) */
	bool skip_empty;    /* records of no bytes are passed over (-r on values) */
	bool skip_blank;    /* records of blanks only are passed over (whole commands) */
	size_t block_bytes; /* to read at once; 0: the default. For tests. */
};

enum source_status {
	SOURCE_RECORD,  /* *out is set, the caller owns it */
	SOURCE_END,     /* no more */
	SOURCE_STOPPED, /* the stop descriptor became readable */
	SOURCE_ERROR,   /* source_error() says what, as a full sentence without "spool: " */
};

struct source;

/*
 * Open. Returns 0 or errno with *s NULL; the caller names the path. A directory is EISDIR.
 * stop_fd: polled beside a stream that may block, so that waiting for input can be ended from
 * outside; -1: none.
 */
int source_open(struct source **s, const struct source_spec *spec, int stop_fd);

/*
 * The next record; may block until there is one. What was read is handed out before more is read.
 * Non-blocking descriptors are waited for. *out is set with SOURCE_RECORD only; END and ERROR are
 * final, after STOPPED one may go on.
 */
enum source_status source_next(struct source *s, struct record **out);

/* Whether the next record is in memory: source_next() will neither block nor read. */
bool source_ready(const struct source *s);

/*
 * "line 3 of list.txt holds a NUL byte; use -0", "cannot read standard input: Input/output error".
 * Valid until the source is freed.
 */
const char *source_error(const struct source *s);

void source_free(struct source *s);

#endif
