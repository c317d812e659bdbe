/*
 * From what the options say to rows: opens the sources, reads the header, and puts --uniq and
 * --shuf on top of product.h. The one source whose items are the rows, which is nearly every run,
 * goes past all that. Knows nothing of what rows are for. No lock.
 */
#include "input/combine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "input/header.h"
#include "input/product.h"
#include "input/shuffle.h"
#include "input/unique.h"

struct combine {
	/* set by combine_open(), then read-only */
	struct source *plain;  /* the only source, if its items are the rows; else NULL */
	struct source *stream; /* standard input, if it is a source; else NULL */
	struct combine_spec spec;
	struct part *parts;
	struct header header;
	bool stopped; /* before the header was read: there will be no rows */

	struct item item; /* of plain */
	struct product product;
	uint64_t read; /* rows of product */
	struct unique unique;

	/* of --shuf */
	uint64_t *order; /* numbers of rows; first as they were read */
	size_t n;
	size_t cap;
	size_t next;
	bool shuffled;

	bool failed; /* out of memory, here */
};

static enum source_status
fail(struct combine *c)
{
	c->failed = true;
	return SOURCE_ERROR;
}

/* The next row, or the next that was not there before. */
static enum source_status
next_row(struct combine *c, struct row *out)
{
	bool first = true;

	do {
		const enum source_status status = product_next(&c->product, out);

		if (status != SOURCE_ITEM)
			return status;
		c->read++;
		if (c->spec.unique && unique_add(&c->unique, out, &first) != 0)
			return fail(c);
	} while (!first);
	return SOURCE_ITEM;
}

/* Read all rows for their numbers, and put these into order. SOURCE_END: done. */
static enum source_status
read_order(struct combine *c)
{
	enum source_status status;
	struct row row;

	while ((status = next_row(c, &row)) == SOURCE_ITEM) {
		if (c->n == c->cap) {
			const size_t cap = c->cap ? c->cap * 2 : 1024;
			uint64_t *order = realloc(c->order, cap * sizeof(*order));

			if (!order)
				return fail(c);
			c->order = order;
			c->cap = cap;
		}
		c->order[c->n++] = c->read - 1;
	}
	if (status != SOURCE_END)
		return status;
	shuffle(c->order, c->n, c->spec.seeded ? c->spec.seed : shuffle_seed());
	unique_free(&c->unique);
	c->shuffled = true;
	return SOURCE_END;
}

static enum source_status
next_shuffled(struct combine *c, struct row *out)
{
	if (!c->shuffled) {
		const enum source_status status = read_order(c);

		if (status != SOURCE_END)
			return status;
	}
	if (c->next == c->n)
		return SOURCE_END;
	return product_at(&c->product, c->order[c->next++], out) == 0 ? SOURCE_ITEM : fail(c);
}

static bool
is_standard_input(const struct source_spec *spec)
{
	return spec->path && strcmp(spec->path, "-") == 0;
}

static const char *
display_name(const struct source_spec *spec)
{
	if (!spec->path)
		return "the values";
	return is_standard_input(spec) ? "standard input" : spec->path;
}

/*
 * Open the source of part i. Standard input may be there several times: its parts take turns, so
 * that --link with it twice makes rows of two lines.
 */
static int
open_part(struct combine *c, size_t i, int stop_fd, struct buf *why)
{
	const struct source_spec *spec = &c->spec.sources[i].source;
	struct part *part = &c->parts[i];
	size_t other;
	int err;

	part->list = !spec->path;
	part->linked = c->spec.sources[i].linked;
	if (is_standard_input(spec) && c->stream) {
		part->source = c->stream;
		for (other = 0; other <= i; other++)
			c->parts[other].shared |= c->parts[other].source == c->stream;
		return 0;
	}
	err = source_open(&part->source, spec, stop_fd);
	if (err != 0) {
		buf_printf(why, "cannot open %s: %s", display_name(spec), strerror(err));
		return err;
	}
	if (is_standard_input(spec))
		c->stream = part->source;
	return 0;
}

/* Is it the part that its source belongs to? */
static bool
is_first_of_source(const struct combine *c, size_t i)
{
	size_t other;

	for (other = 0; other < i; other++)
		if (c->parts[other].source == c->parts[i].source)
			return false;
	return c->parts[i].source != NULL;
}

/* How to split: where there is a header, at tabs if nothing else was said. */
static struct columns_spec
choose_columns(const struct combine_spec *spec)
{
	struct columns_spec columns = spec->columns;

	if (columns.trim == TRIM_DEFAULT)
		columns.trim = columns.separator ? TRIM_BOTH : TRIM_NONE;
	if (spec->header && !columns.separator && !columns.csv)
		columns.separator = "\t";
	return columns;
}

static int
make_columns(struct combine *c, struct buf *why)
{
	const struct columns_spec spec = choose_columns(&c->spec);
	size_t i;
	int err = 0;

	if (!spec.separator && !spec.csv && spec.trim == TRIM_NONE)
		return 0;
	for (i = 0; i < c->spec.n && err == 0; i++)
		err = columns_new(&c->parts[i].columns, &spec, why);
	return err;
}

/* Those of --header 0: what {list.txt} stands for. */
static int
take_file_names(struct combine *c)
{
	size_t i;

	for (i = 0; i < c->spec.n; i++) {
		const char *path = c->spec.sources[i].source.path;

		if (header_add(&c->header, path ? path : "", path ? strlen(path) : 0) != 0)
			return ENOMEM;
	}
	return 0;
}

/* The names of one source are in the first line of its header. */
static enum source_status
read_header_of(struct combine *c, const struct part *part, uint64_t lines)
{
	enum source_status status = SOURCE_ITEM;
	struct item item;
	struct row row;
	uint64_t line;
	size_t i;

	for (line = 0; line < lines && status == SOURCE_ITEM; line++) {
		status = source_next(part->source, &item);
		if (status != SOURCE_ITEM || line > 0)
			continue;
		if (columns_split(part->columns, &item, &row) != 0)
			return fail(c);
		for (i = 0; i < row.n; i++)
			if (header_add(&c->header, row.items[i].text, row.items[i].len) != 0)
				return fail(c);
	}
	return status;
}

static int
read_header(struct combine *c, struct buf *why)
{
	uint64_t lines;
	int err = header_lines(c->spec.header, &lines, why);
	size_t i;

	if (err != 0)
		return err;
	if (lines == 0)
		return take_file_names(c);
	for (i = 0; i < c->spec.n; i++) {
		const struct part *part = &c->parts[i];
		const enum source_status status = read_header_of(c, part, lines);

		c->stopped = c->stopped || status == SOURCE_STOPPED;
		if (status != SOURCE_ERROR)
			continue;
		if (!c->failed)
			buf_puts(why, source_error(part->source));
		return c->failed ? ENOMEM : EIO;
	}
	return 0;
}

static int
start(struct combine *c, int stop_fd, struct buf *why)
{
	size_t i;
	int err = make_columns(c, why);

	for (i = 0; i < c->spec.n && err == 0; i++)
		err = open_part(c, i, stop_fd, why);
	if (err == 0 && c->spec.header)
		err = read_header(c, why);
	if (err != 0)
		return err;
	if (c->spec.n == 1 && !c->parts[0].columns && !c->spec.unique && !c->spec.shuffle)
		c->plain = c->parts[0].source;
	c->product.wrap = c->spec.link_all;
	c->product.keep_all = c->spec.shuffle;
	return product_start(&c->product);
}

int
combine_open(struct combine **c, const struct combine_spec *spec, int stop_fd, struct buf *why)
{
	struct combine *made = calloc(1, sizeof(*made));
	int err = ENOMEM;

	*c = NULL;
	if (made) {
		made->spec = *spec;
		made->parts = calloc(spec->n, sizeof(*made->parts));
		made->product.parts = made->parts;
		made->product.n_parts = made->parts ? spec->n : 0;
	}
	if (made && made->parts)
		err = start(made, stop_fd, why);
	if (err == 0) {
		*c = made;
		return 0;
	}
	if (why->len == 0)
		buf_puts(why, "out of memory");
	combine_free(made);
	return -1;
}

const char *const *
combine_names(const struct combine *c, size_t *n)
{
	*n = c->header.n;
	return c->header.names;
}

enum source_status
combine_next(struct combine *c, struct row *out)
{
	if (c->plain && !c->stopped) {
		*out = (struct row){.items = &c->item, .n = 1};
		return source_next(c->plain, &c->item);
	}
	if (c->stopped)
		return SOURCE_STOPPED;
	if (c->failed)
		return SOURCE_ERROR;
	return c->spec.shuffle ? next_shuffled(c, out) : next_row(c, out);
}

bool
combine_next_block(struct combine *c, const struct block_limits *most, struct block *out)
{
	return c->plain && !c->stopped && source_next_block(c->plain, most, out);
}

bool
combine_ready(const struct combine *c)
{
	if (c->plain && !c->stopped)
		return source_ready(c->plain);
	if (c->stopped || c->failed || c->shuffled)
		return true;
	/* How far it has to go for a row that is new, or for the last one, nobody knows. */
	if (c->spec.unique || c->spec.shuffle)
		return c->product.final != SOURCE_ITEM;
	return product_ready(&c->product);
}

bool
combine_holds_one(struct combine *c)
{
	const size_t n = c->spec.n;
	size_t i;

	/* The lists first: what they make needless is not read. */
	for (i = 0; i < n; i++)
		if (c->parts[i].list && (c->spec.sources[i].source.list_len == 0 ||
					    !source_holds_one(c->parts[i].source)))
			return false;
	for (i = 0; i < n; i++)
		if (!c->parts[i].list && !source_holds_one(c->parts[i].source))
			return false;
	return true;
}

int64_t
combine_offset(const struct combine *c)
{
	return c->stream ? source_offset(c->stream) : -1;
}

const char *
combine_error(const struct combine *c)
{
	const struct part *failed = c->product.failed;

	if (c->plain)
		return source_error(c->plain);
	return failed && !c->failed ? source_error(failed->source) : "out of memory";
}

void
combine_give_back(struct combine *c)
{
	size_t i;

	for (i = 0; i < c->spec.n; i++)
		if (is_first_of_source(c, i))
			source_give_back(c->parts[i].source);
}

void
combine_free(struct combine *c)
{
	size_t i;

	if (!c)
		return;
	/* From the last on: what a part shares belongs to one before it. */
	for (i = c->parts ? c->spec.n : 0; i > 0; i--) {
		if (is_first_of_source(c, i - 1))
			source_free(c->parts[i - 1].source);
		columns_free(c->parts[i - 1].columns);
	}
	product_free(&c->product);
	header_free(&c->header);
	unique_free(&c->unique);
	free(c->order);
	free(c->parts);
	free(c);
}
