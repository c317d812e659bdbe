/*
 * A file that is there as a whole or not at all: it gets its name when all is written. A run
 * that is killed leaves nothing, and what had the name before. Not locked: main thread.
 */
#ifndef SPOOL_WHOLE_FILE_H
#define SPOOL_WHOLE_FILE_H

#include "output/sink.h"

struct whole_file {
	char *path;       /* owned; NULL: it is no regular file, and is written to as it is */
	struct sink sink; /* what is written */
};

/*
 * path: "-" is standard output. Nothing changes where it is. Standard output or error is written to
 * under any name. Returns 0 or errno, and then there is nothing to be closed.
 */
int whole_file_open(struct whole_file *f, const char *path);

/* Give it its name, unless an earlier error is given. Returns that or errno. */
int whole_file_close(struct whole_file *f, int err);

#endif
