/*
 * --help: usage, the rows of the option table in their groups, examples. Knows how a row looks,
 * not what it means.
 */
#include "cli/help.h"

#include <errno.h>
#include <string.h>

#include "cli/table.h"

#define WIDTH 80
#define TEXT_COLUMN 31

/* What stands before and after the options. */
struct frame {
	const char *usage;
	const char *examples;
};

static const struct frame spool_frame = {
    .usage = "Usage: spool [OPTION]... COMMAND [ARG]... ::: VALUE...\n"
	     "       ... | spool [OPTION]... COMMAND [ARG]...\n"
	     "       ... | spool [OPTION]...\n"
	     "       spool [OPTION]... ::: 'COMMAND' 'COMMAND'...\n"
	     "\n"
	     "Run many commands at once, print their results as if they had run one by one.\n"
	     "Values come from the command line or, one a line, from stdin; without a COMMAND\n"
	     "they are whole commands. Several words run as they are, one word with blanks or\n"
	     "shell syntax is a script; a value is always data. In both, {} is the value,\n"
	     "{.} without extension, {/} its basename, {//} its directory, {/.} its basename\n"
	     "without extension, {#} the job's number, {%} its slot; of several values {2} is\n"
	     "the second, {-1} the last, {2/} its basename.\n",
    .examples = "\n"
		"Examples:\n"
		"  Compress all logs, as many at once as there are CPUs:\n"
		"      spool gzip -9 ::: *.log\n"
		"  Checksums of packed files, in the order of the list:\n"
		"      find . -name '*.gz' -print0 | spool -0 -k 'zcat {} | md5sum'\n"
		"  Ask four hosts at once, each line with its host in front:\n"
		"      spool -j4 --tag ssh {} uptime ::: web1 web2 db1 db2\n"
		"  Every size of every picture:\n"
		"      spool convert {1} -resize {2} {1.}-{2}.png ::: *.jpg ::: 100 800\n"
		"  Run the commands of a file, one a line; first only show them:\n"
		"      spool --dry-run <jobs.txt && spool <jobs.txt\n"
		"\n"
		"The exit status is the number of jobs that failed, 101 when more than 100 did.\n"
		"All of this at length: man spool\n",
};

static const struct frame xargs_frame = {
    .usage = "Usage: ... | xargs [OPTION]... [COMMAND [ARG]...]\n"
	     "\n"
	     "Run COMMAND (echo if there is none) with values from stdin behind its arguments,\n"
	     "as many as fit. The values are words; quotes and backslashes keep blanks.\n"
	     "This is spool, called as xargs.\n",
    .examples = "\n"
		"The exit status is 123 when a command failed, 124 when one exited with 255, 125\n"
		"when one was killed, 126 or 127 when it cannot be run, 1 for other errors.\n"
		"What differs from other xargs: man spool-migrate\n",
};

static const struct frame parallel_frame = {
    .usage = "Usage: parallel [OPTION]... [COMMAND [ARG]...] ::: VALUE... [:::: FILE...]...\n"
	     "       ... | parallel [OPTION]... [COMMAND [ARG]...]\n"
	     "\n"
	     "Run COMMAND for each value, as many at once as there are CPUs. Its words are\n"
	     "joined for the shell, the values quoted. Without a COMMAND the values are\n"
	     "commands. This is spool, called as parallel.\n",
    .examples = "\n"
		"The exit status is the number of jobs that failed, 101 when more than 100 did.\n"
		"What differs from GNU parallel: man spool-migrate\n",
};

static const struct frame sem_frame = {
    .usage = "Usage: sem [OPTION]... COMMAND [ARG]...\n"
	     "       sem --wait [OPTION]...\n"
	     "\n"
	     "Wait until the semaphore is free, then run COMMAND while holding it. Its words\n"
	     "are joined for the shell. This is spool, called as sem.\n",
    .examples = "\n"
		"With --fg the exit status is that of COMMAND.\n"
		"What differs from GNU parallel: man spool-migrate\n",
};

static const struct frame *const frames[] = {
    [AS_SPOOL] = &spool_frame,
    [AS_XARGS] = &xargs_frame,
    [AS_PARALLEL] = &parallel_frame,
    [AS_SEM] = &sem_frame,
};

/* What stands beside the options under "Input". */
static const struct {
	const char *label;
	const char *help;
} separators[] = {
    {"  ::: VALUE...", "Take the values from the command line"},
    {"  :::: FILE...", "Read the values from FILE, as -a does; of several sources every "
		       "combination is run"},
    {"  :::+ VALUE...", "Take one value with each of the source before; the shorter ends both"},
    {"  ::::+ FILE...", "Read values from FILE, one with each of the source before"},
};

/* "  -j, -P, --jobs, --max-procs N" */
static int
add_label(struct buf *out, const struct option_row *row)
{
	bool under_letters = *row->letters == '\0' && *row->names != '\0';
	const char *letter, *names = row->names, *name, *between = " ";
	size_t len;
	int error = buf_puts(out, under_letters ? "     " : " ");

	for (letter = row->letters; error == 0 && *letter != '\0'; letter++) {
		error = buf_printf(out, "%s-%c", between, *letter);
		between = ", ";
	}
	while (error == 0 && (name = option_next_word(&names, &len)) != NULL) {
		error = buf_printf(out, "%s--%.*s", between, (int)len, name);
		between = ", ";
	}
	if (error == 0 && row->value == VALUE_REQUIRED)
		error = buf_printf(out, " %s", row->metavar);
	if (error == 0 && row->value >= VALUE_OPTIONAL)
		error = buf_printf(out, *row->names != '\0' ? "[=%s]" : "[%s]", row->metavar);
	return error;
}

/* How much of text fits into one line of its column without breaking a word. */
static size_t
line_length(const char *text)
{
	size_t len = strlen(text);

	if (len > WIDTH - TEXT_COLUMN)
		for (len = WIDTH - TEXT_COLUMN; len > 1 && text[len] != ' '; len--)
			;
	return len;
}

static int
add_row(struct buf *out, const char *label, const char *text)
{
	size_t len;
	int error = 0;

	if (strlen(label) + 2 > TEXT_COLUMN) {
		error = buf_printf(out, "%s\n", label);
		label = "";
	}
	for (; error == 0 && *text != '\0'; text += len + (text[len] == ' ')) {
		len = line_length(text);
		error = buf_printf(out, "%-*s%.*s\n", TEXT_COLUMN, label, (int)len, text);
		label = "";
	}
	return error;
}

static int
add_option(struct buf *out, const struct option_row *row)
{
	struct buf label = {0};
	const char *string;
	int error = add_label(&label, row);

	string = error == 0 ? buf_string(&label) : NULL;
	error = string != NULL ? add_row(out, string, row->help) : ENOMEM;
	buf_free(&label);
	return error;
}

static int
add_separators(struct buf *out)
{
	size_t i;
	int error = 0;

	for (i = 0; error == 0 && i < sizeof separators / sizeof *separators; i++)
		error = add_row(out, separators[i].label, separators[i].help);
	return error;
}

static int
add_group(struct buf *out, enum personality personality, enum option_group group)
{
	bool has_separators = personality == AS_SPOOL || personality == AS_PARALLEL;
	const struct option_row *row;
	int error = 0;
	bool titled = false;

	for (row = option_next(NULL); error == 0 && row != NULL; row = option_next(row)) {
		if (row->group != group || !option_known(row, personality))
			continue;
		if (!titled) {
			error = buf_printf(out, "\n%s:\n", option_group_title(group));
			if (error == 0 && group == GROUP_INPUT && has_separators)
				error = add_separators(out);
		}
		titled = true;
		if (error == 0)
			error = add_option(out, row);
	}
	return error;
}

int
help_print(struct buf *out, enum personality personality)
{
	const struct frame *frame = frames[personality];
	int error = buf_puts(out, frame->usage);
	unsigned group;

	for (group = 0; error == 0 && group < GROUP_COUNT; group++)
		error = add_group(out, personality, (enum option_group)group);
	return error == 0 ? buf_puts(out, frame->examples) : error;
}
