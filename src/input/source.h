/*
 * Bytes to items: splits a list, a file or standard input. Used by the main thread only.
 * Reads in large blocks, keeps two blocks and at most one item of os_max_argument() bytes.
 */
#ifndef SPOOL_SOURCE_H
#define SPOOL_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "input/item.h"

/* How bytes become items. */
enum source_split {
	SPLIT_DELIMITER, /* at the delimiter */
	/*
	 * xargs: at blanks and newlines; '...' and "..." (which a newline may not interrupt) and a
	 * backslash quote. A quote that is never closed is an error ("unmatched double quote; by
	 * default quotes are special to xargs unless you use the -0 option").
	 */
	SPLIT_WORDS,
	/* xargs -I: at newlines; leading blanks dropped, quotes taken away, blank lines skipped */
	SPLIT_QUOTED_LINES,
	/* CSV: at the delimiter outside "..."; the text as it was written, less a CR at its end */
	SPLIT_CSV,
};

struct source_spec {
	const char *path;  /* file to read, "-" is standard input; NULL: the list */
	char *const *list; /* values after ::: (not copied, not owned) */
	size_t list_len;
	enum source_split split;
	const char *delimiter; /* after escapes were decoded; may hold NUL; at least one byte */
	size_t delimiter_len;
	bool split_list; /* values of the list are split at the delimiter too (-d was given) */
	bool skip_empty; /* items of no bytes are passed over (-r on values) */
	bool skip_blank; /* items of blanks only are passed over (whole commands) */
	bool skip_first; /* --skip-first-line */
	const char *end; /* -E: an item equal to it (after quotes) ends the input; NULL: none */
	/*
	 * -L of GNU parallel: an item that ends in a blank goes on with the next: both are one.
	 * Words and quoted lines have their own rule: ends_line tells.
	 */
	bool continued;
	size_t max_bytes;   /* a longer item is read past; 0: what an argument can hold */
	size_t block_bytes; /* to read at once; 0: the default. For tests. */
};

enum source_status {
	SOURCE_ITEM,    /* *out is set */
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
 * The next item, valid until the next call; may block until there is one. What was read is handed
 * out before more is read. Non-blocking descriptors are waited for. END and ERROR are final, after
 * STOPPED one may go on.
 */
enum source_status source_next(struct source *s, struct item *out);

/*
 * Items that are in memory, as many as are within the limits and can be handed out as they are.
 * False: there is none, ask for the next one. Valid until the next call.
 */
bool source_next_block(struct source *s, const struct block_limits *most, struct block *out);

/* Whether the next item is in memory: source_next() will neither block nor read. */
bool source_ready(const struct source *s);

/*
 * Whether there is at most one more item, as far as that can be known without waiting: some of the
 * input is read, if it is at hand. False: there may be more.
 */
bool source_holds_one(struct source *s);

/*
 * The offset in the file behind the last item that was handed out (and its delimiter); -1: not
 * seekable, or not standard input.
 */
int64_t source_offset(const struct source *s);

/*
 * If the input is a seekable file, set its offset behind the last item that was handed out (behind
 * the end mark of -E too), for who reads it next. At the end of a run, main thread.
 */
void source_give_back(struct source *s);

/*
 * "line 3 of list.txt holds a NUL byte; use -0", "cannot read standard input: Input/output error".
 * Valid until the source is freed.
 */
const char *source_error(const struct source *s);

void source_free(struct source *s);

#endif
