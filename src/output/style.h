/*
 * How results are printed. Plain data, set before the first thread, then read-only.
 */
#ifndef SPOOL_STYLE_H
#define SPOOL_STYLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "output/ci.h"

enum print_mode {
	PRINT_GROUP, /* each job's output in one piece, in completion order */
	PRINT_KEEP,  /* the same in submission order; the job whose turn it is streams live */
	PRINT_LINES, /* whole lines as they come */
	PRINT_NONE,  /* -u: jobs write straight to spool's own stdout and stderr */
};

/* Whose output is printed. */
enum print_show {
	SHOW_ALL,
	SHOW_FAIL,
	SHOW_NONE,
};

struct print_style {
	enum print_mode mode;
	bool tag; /* --tag or --tagstring: each line gets a prefix */
	/* --tagstring S; NULL with tag: the values; a TAB follows the prefix */
	const char *tag_string;
	unsigned color;     /* 1: on stdout, 2: on stderr, 3: on both */
	const char *tmpdir; /* --tmpdir, $TMPDIR or /tmp */
	/*
	 * --buffer SIZE: what one stream of one job keeps in memory before it spills; 0: by default
	 */
	size_t buffer_bytes;
	const char *results; /* --results; NULL: none */
	bool files;          /* --files: names of the files with stdout are printed, and not that */
	bool table;          /* results are the rows of a table, and no output is printed */
	bool stored;         /* output goes to files or a table */
	uint64_t max_output; /* --max-output: of both streams of a job together; 0: no limit */
	const char *max_output_text; /* as it was written */
	/*
	 * a job may run again, or its output goes elsewhere: with -k, nothing of it is shown before
	 * it has ended for good
	 */
	bool whole;
	enum print_show show; /* other than all: whole pieces only, so that the outcome is known */
	bool framed;          /* likewise, and something stands before and behind each of them */
	enum ci_system guard; /* jobs can't write what this one takes for commands; or CI_NONE */
};

#endif
