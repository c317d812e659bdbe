/*
 * Results as a table: a row for each job, with what it printed. Rows may be of any size; what a job
 * printed is not brought into memory for it. Not locked: whoever has the pen.
 */
#ifndef SPOOL_SHEET_H
#define SPOOL_SHEET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "output/sink.h"
#include "run/job.h"

enum sheet_format {
	SHEET_NONE,
	SHEET_CSV,
	SHEET_TSV,
	SHEET_JSON, /* an object a line */
};

/* What a file of that name is, by its end, in upper or lower case. */
enum sheet_format sheet_format(const char *name);

#define SHEET_CHUNK (16 << 10)

/* Zero-initialise but for the first two; sheet_release() at the end. */
struct sheet {
	enum sheet_format format;
	struct sink *sink; /* not owned; its error is that of the sheet */
	bool begun;        /* the header is out */
	bool failed;       /* memory was short for this row */
	struct buf text;
	struct buf encoded;
	char chunk[SHEET_CHUNK];
};

struct sheet_row {
	const struct job *job; /* with its captures, which stay */
	const char *command;
	size_t command_len;
	const char *const *names; /* of the values' columns; those beyond n_names are V1, V2 ... */
	size_t n_names;
};

/*
 * Write a row, the names of the columns before the first one. Errors of the sink, and of reading
 * what was captured, are in sink->error, after which nothing more is written. Returns 0 or ENOMEM.
 */
int sheet_put(struct sheet *s, const struct sheet_row *row);

void sheet_release(struct sheet *s);

#endif
