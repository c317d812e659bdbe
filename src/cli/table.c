/*
 * The rows, and how one is found by its letter or by a name that may be abbreviated.
 */
#include "cli/table.h"

#include <string.h>

#define FLAG(field) NULL, offsetof(struct options, field)
#define SET(setter) setter, 0
#define NO_VALUE VALUE_NONE, NULL, NULL, COMPLETES_NOTHING
#define TAKES(metavar) VALUE_REQUIRED, metavar, NULL, COMPLETES_NOTHING
#define TAKES_ONE_OF(metavar, choices) VALUE_REQUIRED, metavar, choices, COMPLETES_NOTHING
#define TAKES_FILE VALUE_REQUIRED, "FILE", NULL, COMPLETES_FILE
#define TAKES_COMMAND VALUE_REQUIRED, "PATH", NULL, COMPLETES_COMMAND
#define TAKES_DIRECTORY VALUE_REQUIRED, "DIR", NULL, COMPLETES_DIRECTORY

/* clang-format off */
const struct option_row option_table[] = {
	{GROUP_INPUT, "a", "arg-file", "argfile", TAKES_FILE,
	    "Read values from FILE, - is stdin (default: -)", SET(set_arg_file)},
	{GROUP_INPUT, "0", "null", NULL, NO_VALUE,
	    "Split the input at NUL bytes", SET(set_null)},
	{GROUP_INPUT, "d", "delimiter", NULL, TAKES("STR"),
	    "Split the input, and each value after :::, at STR; \\t \\0 \\x2c work (default: \\n)",
	    SET(set_delimiter)},
	{GROUP_INPUT, "r", "no-run-if-empty", "norunifempty", NO_VALUE,
	    "Skip blank lines (default: an empty value)", FLAG(given.skip_blank)},

	{GROUP_COMMAND, "I", "", NULL, TAKES("STR"),
	    "Replace STR by the value (default: {})", SET(set_replacement)},
	{GROUP_COMMAND, "", "shell", NULL, NO_VALUE,
	    "Join the words into one script for the shell", FLAG(given.shell)},
	{GROUP_COMMAND, "", "shell-path", NULL, TAKES_COMMAND,
	    "Run scripts with PATH (default: $SPOOL_SHELL or /bin/sh)", SET(set_shell_path)},
	{GROUP_COMMAND, "q", "quote", NULL, NO_VALUE,
	    "Run the words as they are, never a shell", FLAG(given.quote)},
	{GROUP_COMMAND, "", "wd", "workdir|work-dir", TAKES_DIRECTORY,
	    "Run the jobs in DIR (default: where spool runs)", SET(set_wd)},
	{GROUP_COMMAND, "", "process-slot-var", "processslotvar", TAKES("NAME"),
	    "Set NAME in each job to its slot, counted from 0", SET(set_slot_variable)},

	{GROUP_POOL, "jP", "jobs|max-procs", "maxprocs", TAKES("N"),
	    "Run N jobs at once; N%, +N, -N, Nx count from the usable CPUs, 0 is as many as "
	    "possible (default: $SPOOL_JOBS or 100%)", SET(set_jobs)},

	{GROUP_OUTPUT, "", "group", NULL, NO_VALUE,
	    "Print each job's output in one piece when it ends (default)", SET(set_group)},
	{GROUP_OUTPUT, "k", "keep-order", "keeporder", NO_VALUE,
	    "Print in the order of the input; the first unfinished job is shown live",
	    SET(set_keep_order)},
	{GROUP_OUTPUT, "", "line-buffer|lb", "line-buffered|linebuffer|linebuffered", NO_VALUE,
	    "Print whole lines as they come", SET(set_line_buffer)},
	{GROUP_OUTPUT, "u", "ungroup", NULL, NO_VALUE,
	    "Let the jobs write to stdout and stderr directly", SET(set_ungroup)},
	{GROUP_OUTPUT, "", "tag", NULL, NO_VALUE,
	    "Start each line with the job's value and a tab (not with -u)", FLAG(style.tag)},
	{GROUP_OUTPUT, "", "tagstring", "tag-string", TAKES("STR"),
	    "Start each line with STR, replacement strings expanded, and a tab (not with -u)",
	    SET(set_tag_string)},
	{GROUP_OUTPUT, "", "tmpdir", "tempdir", TAKES_DIRECTORY,
	    "Keep output that waits in unnamed files in DIR (default: $TMPDIR or /tmp)",
	    SET(set_tmpdir)},
	{GROUP_OUTPUT, "", "buffer", NULL, TAKES("SIZE"),
	    "Keep SIZE bytes of a job's output in memory before a file is used (default: 64K)",
	    SET(set_buffer)},

	{GROUP_FAILURE, "", "exit-code", NULL, TAKES_ONE_OF("RULE", "count|xargs|first|max"),
	    "Choose the exit status; count: of failed jobs, xargs: its codes, first: the first "
	    "failed job's, max: the highest (default: count)",
	    SET(set_exit_rule)},
	{GROUP_FAILURE, "", "grace", NULL, TAKES("TIME"),
	    "Wait TIME after an ending signal before jobs are killed (default: 2s)",
	    SET(set_grace)},

	{GROUP_LOOKING, "t", "verbose", NULL, NO_VALUE,
	    "Print each command on stderr before it runs", FLAG(launch.trace)},
	{GROUP_LOOKING, "v", "", NULL, NO_VALUE,
	    "Print each command on stdout before its output", FLAG(launch.print_command)},
	{GROUP_LOOKING, "", "explain", NULL, NO_VALUE,
	    "Say on stderr what was decided, and why", FLAG(explain)},
	{GROUP_LOOKING, "", "dry-run|dr", "dryrun", NO_VALUE,
	    "Print the commands, fit to paste; run nothing", FLAG(launch.dry_run)},
	{GROUP_LOOKING, "", "shell-quote", "shellquote|shell_quote", NO_VALUE,
	    "Print the commands quoted once more; run nothing", SET(set_shell_quote)},
	{GROUP_LOOKING, "p", "interactive", NULL, NO_VALUE,
	    "Ask on the terminal before each job, with -t", FLAG(launch.prompt)},

	{GROUP_REST, "o", "open-tty", NULL, NO_VALUE,
	    "Give the terminal to the jobs as stdin (default: /dev/null)", FLAG(launch.tty)},
	{GROUP_REST, "", "tty", NULL, NO_VALUE,
	    "Do the same, with -j1 and -u by default", FLAG(given.tty)},
	{GROUP_REST, "", "completion", NULL, TAKES_ONE_OF("SHELL", "bash|zsh|fish"),
	    "Print the completions for bash, zsh or fish", SET(set_completion)},
	{GROUP_REST, "h", "help", NULL, NO_VALUE,
	    "Print this help", SET(set_help)},
	{GROUP_REST, "V", "version", NULL, NO_VALUE,
	    "Print the version", SET(set_version)},

	{GROUP_COUNT, NULL, NULL, NULL, NO_VALUE, NULL, NULL, 0},
};
/* clang-format on */

/* The search for an abbreviated name: what fits so far. */
struct match {
	const struct option_row *row;
	const char *full;
	size_t full_len;
	bool exact;
};

/* Does name begin one of the words of list? The best such word goes into *m. */
static bool
match_list(const char *list, const char *name, size_t len, struct match *m)
{
	const char *word;
	size_t word_len;
	bool found = false;

	while ((word = option_next_word(&list, &word_len)) != NULL) {
		if (word_len < len || memcmp(word, name, len) != 0)
			continue;
		if (!found || word_len == len) {
			m->full = word;
			m->full_len = word_len;
		}
		found = true;
		m->exact = m->exact || word_len == len;
	}
	return found;
}

static int
add_candidate(struct buf *candidates, const struct match *m)
{
	return buf_printf(
	    candidates, "%s--%.*s", candidates->len == 0 ? "" : ", ", (int)m->full_len, m->full);
}

const char *
option_group_title(enum option_group group)
{
	static const char *const titles[GROUP_COUNT] = {
	    [GROUP_INPUT] = "Input",
	    [GROUP_COMMAND] = "Command",
	    [GROUP_POOL] = "Pool",
	    [GROUP_OUTPUT] = "Output",
	    [GROUP_FAILURE] = "Failure and time",
	    [GROUP_LOOKING] = "Looking",
	    [GROUP_REST] = "Rest",
	};

	return titles[group];
}

const char *
option_next_word(const char **list, size_t *len)
{
	const char *word = *list;

	if (word == NULL || *word == '\0')
		return NULL;
	*len = strcspn(word, "|");
	*list = word + *len + (word[*len] == '|');
	return word;
}

bool
option_list_has(const char *list, const char *text)
{
	const char *word;
	size_t len;

	while ((word = option_next_word(&list, &len)) != NULL)
		if (strlen(text) == len && memcmp(word, text, len) == 0)
			return true;
	return false;
}

const struct option_row *
option_find_letter(char letter)
{
	const struct option_row *row;

	for (row = option_table; row->help != NULL; row++)
		if (letter != '\0' && strchr(row->letters, letter) != NULL)
			return row;
	return NULL;
}

const struct option_row *
option_find_name(
    const char *name, size_t len, const char **full, size_t *full_len, struct buf *candidates)
{
	const struct option_row *row;
	struct match best = {0}, m;
	unsigned found = 0;

	for (row = option_table; len > 0 && row->help != NULL; row++) {
		m = (struct match){.row = row};
		if (!match_list(row->names, name, len, &m) && !match_list(row->also, name, len, &m))
			continue;
		found++;
		best = m;
		if (m.exact)
			break;
		(void)add_candidate(candidates, &m);
	}
	if (found == 0 || (found > 1 && !best.exact))
		return NULL;
	buf_reset(candidates);
	*full = best.full;
	*full_len = best.full_len;
	return best.row;
}
