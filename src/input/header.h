/*
 * The names that --header takes from the first lines of sources. One thread.
 */
#ifndef SPOOL_HEADER_H
#define SPOOL_HEADER_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "input/item.h"

/* Zero-initialise; header_free() at the end. */
struct header {
	const char **names; /* owned, and each of them */
	size_t n;
	size_t cap;
};

/*
 * How many lines of each source a header takes: what --header says. 0: none, the names are those of
 * the files. Returns 0, ENOMEM, or EINVAL with a sentence in *why.
 */
int header_lines(const char *what, uint64_t *lines, struct buf *why);

/* One more name. A carriage return at its end is dropped. Returns 0 or ENOMEM. */
int header_add(struct header *h, const char *name, size_t len);

void header_free(struct header *h);

#endif
