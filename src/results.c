/*
 * The wiring of results. A job's files are made by its worker just before it runs, its pipes are
 * drained into them, and they are closed before it is handed over, so that jobs that wait to be
 * printed hold none. No lock: what is shared is read-only once jobs run.
 */
#include "results.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/os.h"
#include "base/util.h"
#include "output/result_file.h"
#include "output/sheet.h"
#include "records.h"
#include "state.h"

enum kind {
	KIND_NONE,
	KIND_TEMPORARY, /* --files alone: stdout only */
	KIND_TREE,      /* a directory for each value */
	KIND_TEMPLATE,
	KIND_TABLE,
};

struct results {
	enum kind kind;
	struct text_template *template;
	size_t name_bytes; /* the longest that the file system takes */
	size_t *order;     /* of the columns that have names; owned */
	bool fresh;        /* the tree is this run's own */
	atomic_bool told;  /* that one file replaced another */
	/* who has the pen */
	struct joblog log; /* the table's file */
	struct sheet sheet;
};

/* --- before the first job --- */

/* The columns in the order of their names, as GNU parallel has them in a path. */
static size_t *
sort_columns(const struct replace_spec *names)
{
	size_t *order = malloc((names->n_columns + 1) * sizeof(*order));

	for (size_t i = 0; order != NULL && i < names->n_columns; i++) {
		const char *name = names->columns[i];
		size_t at = i;

		for (; at > 0; at--) {
			if (result_file_compare(names->columns[order[at - 1]], name) <= 0)
				break;
			order[at] = order[at - 1];
		}
		order[at] = i;
	}
	return order;
}

/* Whether files can be made there is seen by making one that has no name. */
static void
open_tree(struct session *s, struct results *r)
{
	const char *root = s->options->style.results;
	struct buf path = {0};
	long most;
	int fd;

	if (buf_printf(&path, "%s/", root) != 0 || buf_string(&path) == NULL ||
	    (r->order = sort_columns(&s->names)) == NULL)
		die("out of memory");
	r->fresh = access(root, F_OK) != 0;
	result_file_make_directories(path.data);
	buf_free(&path);
	if ((fd = os_unnamed_file(root)) < 0)
		die("--results %s: %s", root, strerror(errno));
	close(fd);
	most = pathconf(root, _PC_NAME_MAX);
	r->name_bytes = most > 0 ? (size_t)most : NAME_MAX;
}

static void
open_table(struct session *s, struct results *r)
{
	const char *path = s->options->style.results;

	r->kind = KIND_TABLE;
	r->sheet.format = sheet_format(path);
	r->sheet.sink = &r->log.sink;
	if (*path == '-' && strrchr(path, '.') == path + 1)
		path = "-";
	records_open_file(s, &r->log, "--results", path, JOBLOG_ANEW, NULL);
	s->keep_records = true;
}

static void
open_named(struct session *s, struct results *r)
{
	const bool repeat = s->options->command.spread == SPREAD_REPEAT;
	struct buf why = {0};

	if (text_template_compile(
		&r->template, s->options->style.results, &s->names, repeat, &why) != 0)
		die("%s", buf_string(&why) ? why.data : "out of memory");
	buf_free(&why);
	r->kind = text_template_is_fixed(r->template) ? KIND_TREE : KIND_TEMPLATE;
	if (r->kind == KIND_TREE)
		open_tree(s, r);
}

void
results_open(struct session *s)
{
	const struct print_style *style = &s->options->style;

	if (!style->stored)
		return;
	if ((s->results = calloc(1, sizeof(*s->results))) == NULL)
		die("out of memory");
	if (style->table)
		open_table(s, s->results);
	else if (style->results != NULL)
		open_named(s, s->results);
}

unsigned
results_need(const struct session *s)
{
	return s->results != NULL && s->results->template != NULL
	           ? text_template_needs(s->results->template)
	           : 0;
}

unsigned
results_descriptors(const struct session *s)
{
	const struct print_style *style = &s->options->style;

	return style->results != NULL && !style->table ? 2 : style->files ? 1 : 0;
}

/* --- the files of a job --- */

/* "1/VALUE/2/VALUE/", with names instead of numbers where the header has some. */
static int
put_row(const struct session *s, const struct record *record, size_t from, size_t width,
    struct buf *out)
{
	const struct replace_spec *names = &s->names;
	int err = 0;

	for (size_t i = 0; (i < width || i < names->n_columns) && err == 0; i++) {
		const size_t column = i < names->n_columns ? s->results->order[i] : i;

		if (column >= width || from + column >= record->n)
			continue;
		if (i < names->n_columns)
			err = buf_puts(out, names->columns[column]);
		else
			err = buf_printf(out, "%zu", column + 1);
		if (err == 0)
			err = buf_putc(out, '/');
		if (err == 0)
			err = result_file_quote(
			    out, record_value(record, from + column), s->results->name_bytes);
		if (err == 0)
			err = buf_putc(out, '/');
	}
	return err;
}

/* As GNU parallel, also where no value is there. */
static int
put_path(const struct session *s, const struct record *record, struct buf *out)
{
	const struct columns_spec *columns = &s->options->combine.columns;
	const bool split = columns->separator != NULL || columns->csv;
	const size_t width = split ? record->n : s->options->combine.n;
	int err = buf_printf(
	    out, "%s/%s", s->options->style.results, record->n == 0 ? "1/\\0noarg/" : "");

	for (size_t i = 0; i < record->n && err == 0; i += width)
		err = put_row(s, record, i, width, out);
	return err;
}

/* What the names of a job's files begin with. Returns 0 or ENOMEM. */
static int
put_base(const struct session *s, const struct job *j, struct buf *out)
{
	const struct replace_input in = launch_input(s->launch, j);

	return s->results->kind == KIND_TREE ? put_path(s, j->record, out)
	                                     : text_template_expand(s->results->template, &in, out);
}

/* The name of file i: stdout, stderr, the number; base_len bytes of path are their base. */
static int
put_name(struct buf *path, size_t base_len, int i)
{
	static const char *const in_directory[] = {"stdout", "stderr", "seq"};
	static const char *const beside[] = {"", ".err", ".seq"};
	const bool is_directory = base_len > 0 && path->data[base_len - 1] == '/';

	path->len = base_len;
	if (buf_puts(path, is_directory ? in_directory[i] : beside[i]) != 0)
		return ENOMEM;
	return buf_string(path) == NULL ? ENOMEM : 0;
}

static void
tell_replaced(struct session *s, const struct job *j, const char *path)
{
	if (s->results->fresh && !j->stored && !atomic_exchange(&s->results->told, true))
		warn("job %llu: %s was another job's: only the last one's output is kept",
		    (unsigned long long)j->seq, path);
}

/* Open file i of the job and put there what belongs there. */
static int
begin_file(struct session *s, struct job *j, char *path, int i)
{
	const bool append = i < 2 && s->options->retry.output == RETRY_OUTPUT_ALL;
	bool replaced = false;
	char number[21];
	int fd, err;

	if (!j->stored || (err = result_file_reopen(path, append, &fd)) == ENOENT)
		err = result_file_open(path, &fd, &replaced);
	if (err != 0)
		return err;
	if (replaced)
		tell_replaced(s, j, path);
	if (i < 2) {
		if ((err = capture_into(&j->captures[i], fd)) != 0)
			close(fd);
		return err;
	}
	format_uint(number, j->seq);
	if (write(fd, number, strlen(number)) != (ssize_t)strlen(number))
		err = errno != 0 ? errno : ENOSPC;
	return close(fd) != 0 && err == 0 ? errno : err;
}

/* The three files; what stands in path in the end is the name of stdout, or of what failed. */
static int
begin_named(struct session *s, struct job *j, struct buf *path)
{
	int err = put_base(s, j, path);
	const size_t base_len = path->len;

	for (int i = 2; i >= 0 && err == 0; i--)
		if ((err = put_name(path, base_len, i)) == 0)
			err = begin_file(s, j, path->data, i);
	return err;
}

/* One file, under the same name each time the job runs. */
static int
begin_temporary(struct session *s, struct job *j, struct buf *path)
{
	int fd, err;

	if (j->file != NULL)
		return buf_puts(path, j->file) != 0 || buf_string(path) == NULL
		           ? ENOMEM
		           : begin_file(s, j, path->data, 0);
	err = result_file_open_temporary(s->options->style.tmpdir, path, &fd);
	if (err == 0 && (err = capture_into(&j->captures[0], fd)) != 0)
		close(fd);
	return err;
}

bool
results_begin(struct session *s, struct job *j)
{
	const struct results *r = s->results;
	struct buf path = {0};
	int err;

	j->no_file = false;
	if (r == NULL || (r->kind == KIND_TABLE && !s->options->style.files) ||
	    capture_is_into(&j->captures[0]))
		return true;
	err = r->kind == KIND_TREE || r->kind == KIND_TEMPLATE ? begin_named(s, j, &path)
	                                                       : begin_temporary(s, j, &path);
	if (err != 0) {
		j->outcome = JOB_NOT_STARTED;
		j->start_error = err;
		j->no_file = true;
	}
	j->stored = j->stored || err == 0;
	free(j->file);
	j->file = NULL;
	if (s->options->style.files || err != 0)
		j->file = path.data;
	else
		buf_free(&path);
	return err == 0;
}

void
results_drop(struct session *s, struct job *j)
{
	struct buf path = {0};
	size_t base_len;

	if (!j->stored)
		return;
	if (s->results->kind != KIND_TREE && s->results->kind != KIND_TEMPLATE) {
		(void)unlink(j->file);
	} else if (put_base(s, j, &path) == 0) {
		base_len = path.len;
		for (int i = 0; i < 3; i++)
			if (put_name(&path, base_len, i) == 0)
				(void)unlink(path.data);
	}
	buf_free(&path);
}

/* --- who has the pen --- */

const struct joblog *
results_put(struct session *s, const struct job *j)
{
	struct results *r = s->results;
	struct sheet_row row = {.job = j, .names = s->names.columns, .n_names = s->names.n_columns};

	if ((j->outcome != JOB_RAN && j->outcome != JOB_NOT_STARTED) || r->log.sink.error != 0)
		return NULL;
	buf_reset(&s->text);
	if (records_describe(s, j, &s->text) != 0)
		die("out of memory");
	row.command = s->text.data;
	row.command_len = s->text.len;
	if (sheet_put(&r->sheet, &row) != 0)
		die("out of memory");
	return r->log.sink.error != 0 ? &r->log : NULL;
}

bool
results_failed(const struct session *s)
{
	return s->results != NULL && s->results->log.sink.error != 0;
}

bool
results_close(struct session *s)
{
	struct results *r = s->results;
	bool written;

	if (r == NULL)
		return true;
	written = records_close_file(&r->log);
	sheet_release(&r->sheet);
	text_template_free(r->template);
	free(r->order);
	free(r);
	s->results = NULL;
	return written;
}
