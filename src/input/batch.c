/*
 * Rows to records. A row is read, the command's size with it is compared with the limits, and only
 * then its values are copied: a row that does not fit stays where it was read and begins the next
 * record. Knows nothing of where rows come from, and of commands only their size. Main thread; no
 * lock.
 */
#include "input/batch.h"

#include <stdlib.h>

#include "input/batch_spread.h"

struct batch {
	/* set by batch_new(), then read-only */
	const struct batch_spec *spec;
	struct combine *rows;
	const struct template *command;
	uint64_t max_rows;
	uint64_t max_lines;
	uint64_t max_chars;
	uint64_t max_bytes; /* strings, and a pointer each */
	uint64_t max_string;
	struct command_size start; /* the command without values */
	bool measured;             /* size matters */
	bool by_blocks;            /* many rows go into a command, and each is an argument of it */
	bool seekable;             /* standard input is a file, which others may read on */

	struct row row; /* was read and is in no record, if held; valid until more is read */
	bool held;
	int64_t row_end; /* offset of standard input behind it; -1 if that is no file */

	/* the record that is being made */
	struct record_builder record;
	struct command_size size;
	uint64_t n_rows;
	uint64_t n_lines;
	int64_t record_end; /* row_end of its last row */

	struct spread spread; /* with spec->spread */
	bool begun;           /* there was a record, or will be one without values */
	bool shared;          /* the last rows were shared out */
	struct buf sentence;
	const char *error; /* there is nothing more, because of that; NULL: what rows says */
};

static bool
fits(const struct batch *b, const struct command_size *size)
{
	return size->chars <= b->max_chars &&
	       size->bytes + size->strings * sizeof(char *) <= b->max_bytes &&
	       size->longest <= b->max_string;
}

static bool
is_full(const struct batch *b)
{
	return b->n_rows >= b->max_rows || b->n_lines >= b->max_lines;
}

/* Of an item of the row that was read past; 0: there is none. */
static uint64_t
read_past(const struct row *row)
{
	for (size_t i = 0; i < row->n; i++)
		if (row->items[i].too_long != 0)
			return row->items[i].too_long;
	return 0;
}

static bool
fits_alone(const struct batch *b)
{
	struct command_size alone = b->start;

	if (b->spec->no_values)
		return true;
	template_size_add(b->command, &b->row, &alone);
	return read_past(&b->row) == 0 && fits(b, &alone);
}

static uint64_t
row_bytes(const struct row *row)
{
	uint64_t bytes = read_past(row);

	if (bytes != 0)
		return bytes;
	for (size_t i = 0; i < row->n; i++)
		bytes += row->items[i].len;
	return bytes > 0 ? bytes : 1;
}

static enum source_status
out_of_memory(struct batch *b)
{
	b->error = "out of memory";
	return SOURCE_ERROR;
}

/* The end, with what the user asked for that could not be done. */
static enum source_status
refuse(struct batch *b, const char *as_xargs)
{
	const char *limit = b->spec->max_chars != 0 ? "-s" : "the system's limit";
	int err;

	if (b->spec->xargs_words)
		err = buf_puts(&b->sentence, as_xargs);
	else if (b->n_rows > 0)
		err = buf_printf(&b->sentence,
		    "-x: only %llu of the values of a job fit into its command (%s)",
		    (unsigned long long)b->n_rows, limit);
	else
		err = buf_printf(&b->sentence,
		    "an input of %llu bytes does not fit into a command (%s)",
		    (unsigned long long)row_bytes(&b->row), limit);
	if (err != 0 || (b->error = buf_string(&b->sentence)) == NULL)
		return out_of_memory(b);
	return SOURCE_ERROR;
}

/* What GNU xargs calls it. With -I the value is one thing, what it is inserted into another. */
static const char *
xargs_reason(const struct batch *b)
{
	if (b->spec->fill || read_past(&b->row) != 0 || row_bytes(&b->row) >= b->max_chars)
		return "argument line too long";
	return b->size.longest >= b->max_chars ? "command too long" : "argument list too long";
}

/* The held row does not fit into a command of its own. */
static enum source_status
too_long(struct batch *b, struct record **out)
{
	if (b->spec->strict)
		return refuse(b, xargs_reason(b));
	if ((*out = record_new_too_long(row_bytes(&b->row))) == NULL)
		return out_of_memory(b);
	(*out)->input_end = b->row_end;
	b->held = false;
	b->begun = true;
	b->size = b->start;
	return SOURCE_ITEM;
}

static int
add_values(struct batch *b)
{
	int err = 0;

	for (size_t i = 0; i < b->row.n && err == 0; i++)
		err = record_builder_add(&b->record, b->row.items[i].text, b->row.items[i].len);
	return err;
}

static int
copy_row(struct batch *b)
{
	const struct row *row = &b->row;
	const bool ends_line = row->n == 0 || row->items[row->n - 1].ends_line;
	int err = 0;

	if (!b->spec->no_values)
		err = add_values(b);
	if (err == 0 && b->spec->spread)
		err = spread_note(&b->spread, b->spec->no_values ? 0 : row->n, b->row_end);
	b->n_rows++;
	b->n_lines += ends_line;
	b->record_end = b->row_end;
	b->held = false;
	b->begun = true;
	return err;
}

/* Hand out what was collected, as one record or, if these are the last rows, as shares. */
static enum source_status
emit(struct batch *b, bool last, struct record **out)
{
	struct record *r = record_builder_take(&b->record);
	const bool share = last && b->spec->spread && !b->shared && b->n_rows > 1;

	b->n_rows = 0;
	b->n_lines = 0;
	b->size = b->start;
	if (r != NULL)
		r->input_end = b->record_end;
	if (r != NULL && share) {
		b->shared = true;
		spread_begin(&b->spread, r, b->spec->slots);
		r = spread_next(&b->spread);
	} else {
		spread_forget(&b->spread);
	}
	*out = r;
	return r != NULL ? SOURCE_ITEM : out_of_memory(b);
}

/* Make sure that a row is held. */
static enum source_status
hold(struct batch *b)
{
	enum source_status status;

	if (b->held)
		return SOURCE_ITEM;
	if ((status = combine_next(b->rows, &b->row)) == SOURCE_ITEM) {
		b->held = true;
		if (b->seekable)
			b->row_end = combine_offset(b->rows);
	}
	return status;
}

/*
 * The estimate says no where it may be too high: what would the command be? If it says yes, what
 * was found is what further rows are added to, so this happens a few times a batch.
 */
static bool
fits_really(struct batch *b)
{
	struct record_mark mark = record_builder_mark(&b->record);
	bool yes;

	if (!template_size_is_estimate(b->command) || b->size.chars > b->max_chars)
		return false;
	yes = add_values(b) == 0 &&
	      template_size_exactly(b->command, b->record.record, &b->size) == 0 &&
	      fits(b, &b->size);
	record_builder_undo(&b->record, mark);
	return yes;
}

/* Whether the held row goes into the record. */
static bool
takes(struct batch *b)
{
	if (read_past(&b->row) != 0)
		return false;
	if (!b->measured)
		return true;
	template_size_add(b->command, &b->row, &b->size);
	return fits(b, &b->size) || fits_really(b);
}

/*
 * Most rows of a long list need not be looked at one by one. Those that are left, because they are
 * not all in memory, have something odd or do not fit, are taken as ever. Returns 0 or ENOMEM.
 */
static int
copy_block(struct batch *b)
{
	const uint64_t rows = b->max_rows - b->n_rows, lines = b->max_lines - b->n_lines;
	const uint64_t used = b->size.bytes + b->size.strings * sizeof(char *);
	const struct block_limits most = {
	    .n = rows < lines ? rows : lines,
	    .bytes = used < b->max_bytes ? b->max_bytes - used : 0,
	    .each = sizeof(char *),
	    .longest = b->max_string,
	};
	struct block block;

	if (!b->by_blocks || b->held || !combine_next_block(b->rows, &most, &block))
		return 0;
	template_size_add_block(&block, &b->size);
	b->n_rows += block.n;
	b->n_lines += block.n;
	if (b->seekable)
		b->row_end = combine_offset(b->rows);
	b->record_end = b->row_end;
	b->begun = true;
	return record_builder_add_block(&b->record, block.text, block.bytes, block.n);
}

/* Collect rows until no more go into this record: ITEM; a row may be held then. */
static enum source_status
collect(struct batch *b)
{
	enum source_status status;

	for (;;) {
		if (copy_block(b) != 0)
			return out_of_memory(b);
		if (is_full(b))
			break;
		if ((status = hold(b)) != SOURCE_ITEM)
			return status;
		if (!b->spec->no_values && !takes(b))
			return SOURCE_ITEM;
		if (copy_row(b) != 0)
			return out_of_memory(b);
	}
	/* Whether these are the last rows is known when the next one is seen. */
	return b->spec->spread && !b->shared ? hold(b) : SOURCE_ITEM;
}

/* xargs reads nothing when there is no room for the command itself. */
static enum source_status
check_start(struct batch *b)
{
	if (b->begun || !b->spec->xargs_words || !b->spec->fill || fits(b, &b->start))
		return SOURCE_ITEM;
	return refuse(b, "cannot fit single argument within argument list size limit");
}

void
batch_free(struct batch *b)
{
	if (!b)
		return;
	record_builder_free(&b->record);
	spread_release(&b->spread);
	buf_free(&b->sentence);
	free(b);
}

struct batch *
batch_new(const struct batch_spec *spec, const struct batch_limits *limits, struct combine *rows,
    const struct template *command)
{
	struct batch *b = calloc(1, sizeof(*b));
	const bool one = !spec->fill && (spec->no_values || (!spec->max_rows && !spec->max_lines));

	if (!b)
		return NULL;
	b->spec = spec;
	b->rows = rows;
	b->command = command;
	b->max_rows = one ? 1 : spec->max_rows != 0 ? spec->max_rows : UINT64_MAX;
	b->max_lines = spec->max_lines != 0 ? spec->max_lines : UINT64_MAX;
	b->max_chars = spec->max_chars != 0 ? spec->max_chars : UINT64_MAX;
	b->max_bytes = limits->usable;
	b->max_string = limits->longest;
	/* Of one row a job nothing could be left out: the system says whether it is too much. */
	b->measured = b->max_rows > 1 || spec->max_chars != 0 || spec->xargs_words;
	b->by_blocks = b->measured && b->max_rows > 1 && b->max_chars == UINT64_MAX &&
	               !spec->no_values && !spec->spread && template_takes_arguments(command);
	b->row_end = -1;
	b->record_end = -1;
	b->seekable = combine_offset(rows) >= 0;
	template_size_start(command, &b->start);
	b->size = b->start;
	return b;
}

enum source_status
batch_next(struct batch *b, struct record **out)
{
	enum source_status status;

	*out = NULL;
	if (b->error != NULL)
		return SOURCE_ERROR;
	if (b->spread.all != NULL)
		return (*out = spread_next(&b->spread)) != NULL ? SOURCE_ITEM : out_of_memory(b);
	if ((status = check_start(b)) != SOURCE_ITEM)
		return status;
	status = collect(b);
	if (b->error != NULL || status == SOURCE_STOPPED)
		return status;
	if (status == SOURCE_ITEM && !is_full(b)) {
		/* A row is held that does not fit. */
		if (b->n_rows == 0)
			return too_long(b, out);
		if (b->spec->exact && !fits_alone(b))
			return refuse(b, "argument line too long");
		if (b->spec->exact && (b->spec->max_rows != 0 || b->spec->max_lines != 0))
			return refuse(b, "argument list too long");
	}
	/* What came before an error is run, as xargs does; but not if it must be complete. */
	if (b->n_rows > 0 && !(status == SOURCE_ERROR && b->spec->exact))
		return emit(b, status == SOURCE_END, out);
	if (status == SOURCE_END && !b->begun && b->spec->run_if_empty) {
		b->begun = true;
		b->record_end = combine_offset(b->rows);
		return emit(b, false, out);
	}
	return status;
}

bool
batch_ready(const struct batch *b)
{
	if (b->error != NULL || b->spread.all != NULL)
		return true;
	if (b->spec->spread && !b->shared)
		return false;
	/* More than one row may be needed, and only the next one is known to be there. */
	return b->n_rows + 1 >= b->max_rows && (b->held || combine_ready(b->rows));
}

const char *
batch_error(const struct batch *b)
{
	return b->error != NULL ? b->error : combine_error(b->rows);
}
