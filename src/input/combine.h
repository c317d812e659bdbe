/*
 * Several sources to rows: their product (the last varies fastest) or linked. Main thread only.
 * Streams the first source of a product; the others are kept as they are read for the first time,
 * so the first row comes as soon as there is one value of each.
 */
#ifndef SPOOL_COMBINE_H
#define SPOOL_COMBINE_H

#include "base/buf.h"
#include "input/columns.h"
#include "input/source.h"

/* Standard input may be there several times: it is read in turns then, as by GNU parallel. */
struct combine_source {
	struct source_spec source;
	bool linked; /* :::+ or ::::+: steps with the source before it; the shortest ends them */
};

/* Set by the options, then read-only. */
struct combine_spec {
	struct combine_source *sources; /* at least one */
	size_t n;
	bool link_all; /* --link: all step together, the shorter ones wrap around */
	struct columns_spec columns;
	/*
	 * --header: ":" takes the first line of each source as names, a number so many lines (the
	 * names are in the first), 0 none (the names are those of the files), else a regular
	 * expression as many as it has newlines, at least one. Columns are split at tabs if
	 * there is no separator. NULL: none.
	 */
	const char *header;
	bool shuffle; /* --shuf: all rows are read, then come in random order */
	bool seeded;  /* seed was given: the same order each time */
	uint64_t seed;
	bool unique; /* --uniq: a row that is the same as an earlier one is passed over */
};

struct combine;

/*
 * Open all sources and read what --header needs. stop_fd: as for source_open(). Returns 0, or -1
 * with a full sentence in *why ("cannot open x: No such file or directory").
 */
int combine_open(struct combine **c, const struct combine_spec *spec, int stop_fd, struct buf *why);

/*
 * Names of the columns in the order of a row's values: what {name} stands for; NULL and 0 without
 * --header. Owned by c.
 */
const char *const *combine_names(const struct combine *c, size_t *n);

/* The next row, valid until the next call. As source_next(). */
enum source_status combine_next(struct combine *c, struct row *out);

/* Rows of one item each that need not be looked at one by one. As source_next_block(). */
bool combine_next_block(struct combine *c, const struct block_limits *most, struct block *out);

/* Whether combine_next() will neither block nor read. False may also mean: not known. */
bool combine_ready(const struct combine *c);

/* source_holds_one() for rows, before the first one is taken; false also where there is none. */
bool combine_holds_one(struct combine *c);

/* What an error was; a full sentence. */
const char *combine_error(const struct combine *c);

/* source_offset() of the source that is standard input, behind the last row; -1. */
int64_t combine_offset(const struct combine *c);

/* source_give_back() for each. */
void combine_give_back(struct combine *c);

void combine_free(struct combine *c);

#endif
