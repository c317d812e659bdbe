/*
 * Sources and batches, when all options are known: as spool and GNU parallel have them, and as
 * xargs does.
 */
#include "cli/settle_input.h"

#include <string.h>
#include <unistd.h>

#include "input/pattern.h"

/* What GNU xargs gives a command without -s. */
#define XARGS_CHARS 131072

/* A value that is a job's stdin is no argument; it is kept in memory all the same. */
#define STDIN_BYTES ((size_t)1 << 30)

static bool
is_stdin(const struct source_spec *source)
{
	return source->path != NULL && strcmp(source->path, "-") == 0;
}

/* Where nothing says what to read it is stdin; to xargs the last -a counts. */
static void
choose_sources(struct options *o)
{
	static char empty[] = "";
	static char *const one_empty[] = {empty, NULL};
	struct combine_spec *combine = &o->combine;
	struct source_spec *source;

	if (o->personality == AS_SEM || o->given.no_input) {
		combine->n = 0;
		source = options_add_source(o, false);
		source->list = one_empty;
		source->list_len = 1;
	}
	if (o->records.resume == RETRY_FAILED) {
		combine->n = 0;
		options_add_source(o, false)->list = (char *const *)&one_empty[1];
	}
	if (combine->n == 0)
		options_add_source(o, false)->path = "-";
	if (o->personality == AS_XARGS) {
		combine->sources[0] = combine->sources[combine->n - 1];
		combine->n = 1;
	}
}

/* How the bytes of a source become values. */
static enum source_split
split_of(const struct options *o, const struct source_spec *source)
{
	if (o->personality == AS_XARGS && !o->given.delimiter)
		return o->command.names.value != NULL ? SPLIT_QUOTED_LINES : SPLIT_WORDS;
	return o->combine.columns.csv && source->path != NULL ? SPLIT_CSV : SPLIT_DELIMITER;
}

/*
 * Blank lines: no command at all, or a value unless -r. Only what a newline ends is a line, and a
 * name that is a blank is a name; to GNU parallel everything is a line.
 */
static void
settle_blank(const struct options *o, struct source_spec *source)
{
	bool lines = (source->list == NULL && !o->given.delimiter) || o->personality == AS_PARALLEL;

	if (o->personality == AS_XARGS || o->personality == AS_SEM)
		return;
	/* Of several sources each value is a part of the line. */
	source->skip_blank = (o->command.n_words == 0 && o->combine.n == 1 && !o->given.no_input &&
				 o->launch.quote_only == 0) ||
	                     (o->given.skip_blank && lines);
	source->skip_empty = o->given.skip_blank;
}

static void
settle_source(struct options *o, struct source_spec *source)
{
	const struct source_spec written = *source;

	*source = o->given.each;
	source->max_bytes = o->launch.stdin_value ? STDIN_BYTES : 0;
	source->path = written.path;
	source->list = written.list;
	source->list_len = written.list_len;
	source->split = split_of(o, source);
	/* To xargs what -0 or -d ends is a line, whatever stands at its end. */
	source->continued =
	    o->given.max_lines.given && !(o->personality == AS_XARGS && o->given.delimiter);
	settle_blank(o, source);
	if (is_stdin(source) && o->personality != AS_XARGS && isatty(STDIN_FILENO))
		o->source_is_terminal_values = true;
}

/* Returns 0, or -1 with what is wrong with the regular expression of an option in *why. */
static int
check_expression(const char *option, const char *text, struct buf *why)
{
	struct pattern pattern;
	struct buf reason = {0};
	int err = pattern_compile(&pattern, text, strlen(text), &reason);

	if (err == 0)
		pattern_release(&pattern);
	else
		(void)buf_printf(why, "%s %s: %s", option, text,
		    buf_string(&reason) ? reason.data : "out of memory");
	buf_free(&reason);
	return err == 0 ? 0 : -1;
}

static int
settle_columns(struct options *o, struct buf *why)
{
	struct columns_spec *columns = &o->combine.columns;

	if (columns->separator != NULL && !columns->csv &&
	    check_expression("-C", columns->separator, why) != 0)
		return -1;
	if (o->combine.header != NULL && check_expression("--header", o->combine.header, why) != 0)
		return -1;
	/* GNU parallel: names are between tabs, and nothing is cut off. */
	if (o->combine.header != NULL && columns->separator == NULL && !columns->csv) {
		columns->separator = "\t";
		if (columns->trim == TRIM_DEFAULT)
			columns->trim = TRIM_NONE;
	}
	if (!columns->csv || columns->separator == NULL)
		return 0;
	if (strcmp(columns->separator, "\\t") == 0)
		columns->separator = "\t";
	if (strlen(columns->separator) == 1)
		return 0;
	(void)buf_printf(
	    why, "-C %s: must be a single byte when --csv is given", columns->separator);
	return -1;
}

/* The kernel's limits aside, the way of xargs: fill up to -n, -L and -s. */
static void
settle_xargs_batch(struct options *o)
{
	struct batch_spec *batch = &o->batch;
	bool replaces = o->command.names.value != NULL;

	batch->fill = !replaces;
	batch->max_rows = o->given.max_args.given ? o->given.max_args.n : 0;
	batch->max_lines = o->given.max_lines.given ? o->given.max_lines.n : 0;
	batch->exact = o->given.exact || replaces || o->given.max_lines.given;
	batch->run_if_empty = !replaces && !o->given.skip_blank;
	batch->strict = true;
	batch->xargs_words = true;
	if (batch->max_chars == 0)
		batch->max_chars = XARGS_CHARS;
}

int
settle_input(struct options *o, struct buf *why)
{
	size_t i;

	choose_sources(o);
	if (o->given.delimiter && o->given.each.end != NULL && o->personality == AS_XARGS) {
		(void)buf_puts(
		    o->given.notice, "warning: the -E option has no effect if -0 or -d is used.\n");
		o->given.each.end = NULL;
	}
	for (i = 0; i < o->combine.n; i++)
		settle_source(o, &o->combine.sources[i].source);
	o->combine.sources[0].source.skip_first = o->given.skip_first;
	return settle_columns(o, why);
}

/* -N wins over -n, and both over -L and -l, as in GNU parallel. */
void
settle_batch(struct options *o)
{
	const struct given *given = &o->given;
	struct batch_spec *batch = &o->batch;
	bool lines = !given->max_replace_args.given && !given->max_args.given;
	const struct given_count *count = given->max_replace_args.given ? &given->max_replace_args
	                                  : given->max_args.given       ? &given->max_args
	                                                                : &given->max_lines;

	if (o->personality == AS_XARGS) {
		settle_xargs_batch(o);
		return;
	}
	batch->fill = given->fill || given->fill_split || given->fill_repeat;
	batch->spread = given->fill_split || given->fill_repeat;
	if (count->given)
		*(lines ? &batch->max_lines : &batch->max_rows) = count->n;
	batch->no_values =
	    (count->given && count->n == 0) || given->no_input || o->personality == AS_SEM;
	/* GNU parallel's own -x does nothing: a row that does not fit ends its run anyway. */
	batch->exact = given->exact && o->personality == AS_SPOOL;
	batch->strict = given->exact || o->personality == AS_PARALLEL;
	if (given->fill_repeat || given->max_replace_args.given ||
	    (given->max_lines.given && given->line_context && !given->fill && !given->fill_split))
		o->command.spread = SPREAD_REPEAT;
}
