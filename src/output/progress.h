/*
 * How far a run is, as text: the lines of a live area, or one plain line. Pure.
 */
#ifndef SPOOL_PROGRESS_H
#define SPOOL_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/* What of it is wanted; of the first three, one line is always there. */
enum {
	PROGRESS_LINE = 1,
	PROGRESS_BAR = 2,
	PROGRESS_JOBS = 4,  /* those that run longest, a line each */
	PROGRESS_PLAIN = 8, /* lines that stay, for what is no terminal */
};

#define PROGRESS_MOST_JOBS 4
#define PROGRESS_MOST_LINES (1 + PROGRESS_MOST_JOBS)

struct progress_numbers {
	uint64_t done;   /* failed ones among them */
	uint64_t failed; /* at most done */
	uint64_t running;
	uint64_t total; /* so far */
	bool more;      /* there may be more than that */
	int64_t elapsed_ns;
	int64_t last_ns; /* what had elapsed when the last one was done */
};

struct progress_job {
	uint64_t seq;
	int64_t ran_ns;
	const char *command; /* any bytes */
	size_t len;
};

struct progress_style {
	unsigned parts;
	unsigned columns; /* of the window */
	unsigned rows;
	bool color;
	bool utf8; /* the terminal knows it */
};

struct progress_area {
	struct buf text; /* owned; the lines, a newline behind each but the last */
	unsigned n;
	unsigned widths[PROGRESS_MOST_LINES]; /* in columns: at most, and less than the window's */
};

/* How long it will take to do the rest, by what was done; -1: nobody knows. */
int64_t progress_eta(const struct progress_numbers *n);

/* "7 done, 1 failed, 4 running, 20 so far, 3m10s": appended. Returns 0 or ENOMEM. */
int progress_plain(const struct progress_numbers *n, struct buf *out);

/*
 * Draw the area anew: no line reaches the last column, and at most half of the rows are taken, but
 * one. jobs: the longest-running first. Returns 0 or ENOMEM.
 */
int progress_draw(struct progress_area *a, const struct progress_style *style,
    const struct progress_numbers *n, const struct progress_job *jobs, unsigned n_jobs);

#endif
