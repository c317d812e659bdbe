/*
 * How results are printed. Plain data, set before the first thread, then read-only.
 */
#ifndef SPOOL_STYLE_H
#define SPOOL_STYLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum print_mode {
	PRINT_GROUP, /* each job's output in one piece, in completion order */
	PRINT_KEEP,  /* the same in submission order; the job whose turn it is streams live */
	PRINT_LINES, /* whole lines as they come */
	PRINT_NONE,  /* -u: jobs write straight to spool's own stdout and stderr */
};

struct print_style {
	enum print_mode mode;
	bool tag; /* --tag or --tagstring: each line gets a prefix */
	/* --tagstring S; NULL with tag: the values; a TAB follows the prefix */
	const char *tag_string;
	const char *tmpdir; /* --tmpdir, $TMPDIR or /tmp */
	/*
	 * --buffer SIZE: what one stream of one job keeps in memory before it spills; 0: by default
	 */
	size_t buffer_bytes;
	/* a job may run again: with -k, nothing of it is shown before it has ended for good */
	bool whole;
};

#endif
