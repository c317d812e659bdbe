/*
 * A file or standard input in memory, block by block. Knows nothing of items but where the one
 * begins that is being read. Used by one thread.
 */
#ifndef SPOOL_STREAM_H
#define SPOOL_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	STREAM_SLACK = 8, /* NULs at data[end] */
};

struct stream {
	/* Set by stream_open(), then read-only. */
	int fd;
	int stop_fd;
	bool owned;     /* fd is not standard input but was opened here */
	bool pollable;  /* a read may block: not a regular file */
	bool seekable;  /* standard input is a file */
	bool find_nuls; /* a NUL can't be data */
	size_t block_bytes;
	size_t max_bytes; /* that are worth keeping of an item: the caller's to set */

	/*
	 * data[start..text) is what is kept of the item that is being read, data[scan..end) what
	 * was not looked at yet; start <= text <= scan <= end.
	 */
	char *data;
	size_t cap;
	size_t start;
	size_t text;
	size_t scan;
	size_t end;
	size_t nul;       /* the first NUL at or after scan, or end; SIZE_MAX without find_nuls */
	uint64_t dropped; /* bytes of the item before start, that were too many to keep */
	uint64_t number;  /* of the line at start, from 1 */
	int64_t offset;   /* in the file, of data[end] */
	int64_t begun;    /* of the item at start, while partial */
	bool partial;     /* more was read since the item at start was begun */
	bool ended;       /* end of file was seen; a terminal must not be asked again */
	int error;        /* why STREAM_ERROR, an errno; final */
};

enum stream_status {
	STREAM_READ, /* there is more, or ended is set */
	STREAM_STOPPED,
	STREAM_ERROR,
};

/* What a splitter says of the next item. */
enum take {
	TAKE_ITEM,
	TAKE_MORE, /* it is not complete: to be asked again after stream_fill() */
	TAKE_END,
	TAKE_NUL,       /* it holds a NUL, which is in line number */
	TAKE_UNMATCHED, /* it has a quote that is not closed */
};

/*
 * Open path; "-" is standard input. Returns 0 or errno; stream_close() in any case. A directory is
 * EISDIR. stop_fd: as for source_open().
 */
int stream_open(
    struct stream *in, const char *path, size_t block_bytes, bool find_nuls, int stop_fd);

/*
 * Read more, at most a block, keeping what stands above. Moves all of it, so pointers end. What
 * can't become an argument any more is not kept: a line of a gigabyte is read past.
 */
enum stream_status stream_fill(struct stream *in);

/* What stream_fill() would come to. A file has DATA, be it at its end. */
enum stream_hand {
	STREAM_WAITS,
	STREAM_HAS_DATA,
	STREAM_HAS_ENDED,
};
enum stream_hand stream_at_hand(const struct stream *in);

/* The splitter is done with what stands before data[next]. */
static inline void
stream_advance(struct stream *in, size_t next)
{
	in->start = in->text = in->scan = next;
	in->dropped = 0;
	in->partial = false;
}

/* Set nul to the first NUL at or after from. */
void stream_find_nul(struct stream *in, size_t from);

/* The offset in the file where the item at start begins; -1: no file that others read too. */
int64_t stream_offset(const struct stream *in);

void stream_close(struct stream *in);

#endif
