/*
 * Rows to records: how many values a job gets. Main thread only. Knows a command only through the
 * size that template.h gives.
 */
#ifndef SPOOL_BATCH_H
#define SPOOL_BATCH_H

#include "input/combine.h"
#include "input/record.h"
#include "input/template.h"

/* Set by the options, then read-only. 0: no limit, unless told otherwise. */
struct batch_spec {
	bool fill; /* -m, -X, --xargs, xargs: as many rows as fit; else one (or max_rows) */
	/* -n0, -N0, -L0: jobs get none of their values; one row each, with fill all of them */
	bool no_values;
	uint64_t max_rows;  /* -n, -N */
	uint64_t max_lines; /* -L, -l: rows whose last item ends a line */
	uint64_t max_chars; /* -s; never more than the kernel takes */
	bool exact;  /* -x: a job that gets fewer than max_rows for lack of room is an error */
	bool spread; /* -m, -X: the last rows are spread evenly over the slots */
	unsigned slots;
	bool run_if_empty; /* xargs without -r: no input is one job without values */
	/* a row that does not fit alone ends the run with an error (xargs); else that job fails */
	bool strict;
	bool xargs_words; /* messages as xargs words them: "argument line too long" */
};

/* What --show-limits prints, and what the defaults come from. Bytes. */
struct batch_limits {
	uint64_t arg_max;     /* os_argument_space(): argv and envp with their pointers */
	uint64_t environment; /* what envp takes of it */
	uint64_t usable;      /* for a command's strings and pointers */
	uint64_t longest;     /* of one string, its NUL included */
};

void batch_measure(struct batch_limits *limits, char *const *envp);

/* The limits as --show-limits tells them, with -s or 0: some lines. Returns 0 or ENOMEM. */
int batch_explain(const struct batch_limits *limits, uint64_t max_chars, struct buf *out);

struct batch;

/* Keeps the pointers, but copies *limits. Returns NULL when out of memory. */
struct batch *batch_new(const struct batch_spec *spec, const struct batch_limits *limits,
    struct combine *rows, const struct template *command);

/*
 * The values of the next job; the caller owns *out. SOURCE_ITEM: it is set. A record whose row was
 * too long (see strict) has too_long set.
 */
enum source_status batch_next(struct batch *b, struct record **out);

/* Whether batch_next() will neither block nor read. */
bool batch_ready(const struct batch *b);

/* What an error was; a full sentence. */
const char *batch_error(const struct batch *b);

void batch_free(struct batch *b);

#endif
