/*
 * The command line, read from left to right: options, the command, ::: or :::: and what follows.
 * The table says what an option is; here is only how one is written. What several options
 * together mean is decided last, in settle(). Prints nothing: the first fault goes into *why.
 */
#include "cli/parse.h"

#include <string.h>
#include <unistd.h>

#include "cli/table.h"

/* Where the reading is. */
struct reader {
	struct options *o;
	char **argv;
	int argc;
	int next; /* index of the first word that is not read yet */
	struct buf *why;
};

/* One option as it was written. */
struct written {
	const struct option_row *row;
	const char *dashes; /* "-" or "--" */
	const char *name;
	size_t name_len;
	const char *value; /* NULL: none was attached */
};

/* A value may hold anything; the message stays one line. */
static void
keep_one_line(struct buf *why)
{
	size_t i;

	for (i = 0; i < why->len; i++)
		if ((unsigned char)why->data[i] < ' ' || why->data[i] == 0x7f)
			why->data[i] = '?';
}

/* "-j abc: not a number of jobs"; value may be NULL. Returns -1. */
static int
complain(struct reader *r, const struct written *w, const char *value, const char *reason)
{
	if (value != NULL && *value == '\0')
		value = "''";
	(void)buf_printf(r->why, "%s%.*s%s%s: %s", w->dashes, (int)w->name_len, w->name,
	    value != NULL ? " " : "", value != NULL ? value : "", reason);
	return -1;
}

static bool
is_separator(const char *word)
{
	return strcmp(word, ":::") == 0 || strcmp(word, "::::") == 0 || strcmp(word, ":::+") == 0 ||
	       strcmp(word, "::::+") == 0;
}

static const char *
environment_value(char *const *envp, const char *name)
{
	size_t len = strlen(name);

	for (; envp != NULL && *envp != NULL; envp++)
		if (strncmp(*envp, name, len) == 0 && (*envp)[len] == '=' &&
		    (*envp)[len + 1] != '\0')
			return *envp + len + 1;
	return NULL;
}

static int
complain_of_choice(struct reader *r, const struct written *w)
{
	struct buf reason = {0};
	const char *list = w->row->choices, *word, *between = "not one of ";
	size_t len;

	while ((word = option_next_word(&list, &len)) != NULL) {
		(void)buf_printf(&reason, "%s%.*s", between, (int)len, word);
		between = ", ";
	}
	(void)complain(r, w, w->value, buf_string(&reason));
	buf_free(&reason);
	return -1;
}

/* Find the value, check it, and let the setter work. */
static int
apply(struct reader *r, struct written *w)
{
	const struct option_row *row = w->row;
	const char *reason = NULL;

	/* A separator is no value: "-d ::: a b" forgot one. */
	if (row->value == VALUE_REQUIRED && w->value == NULL) {
		if (r->next >= r->argc || is_separator(r->argv[r->next]))
			return complain(r, w, NULL, "needs a value");
		w->value = r->argv[r->next++];
	}
	if (row->choices != NULL && w->value != NULL && !option_list_has(row->choices, w->value))
		return complain_of_choice(r, w);
	if (row->set != NULL)
		reason = row->set(r->o, w->value);
	else
		*(bool *)((char *)r->o + row->flag_offset) = true;
	return reason == NULL ? 0 : complain(r, w, w->value, reason);
}

static int
read_long(struct reader *r, const char *word)
{
	struct written w = {.dashes = "--", .name = word + 2, .name_len = strcspn(word + 2, "=")};
	struct buf candidates = {0};
	int result;

	if (w.name[w.name_len] == '=')
		w.value = w.name + w.name_len + 1;
	w.row = option_find_name(w.name, w.name_len, &w.name, &w.name_len, &candidates);
	if (w.row != NULL && w.row->value == VALUE_NONE && w.value != NULL)
		result = complain(r, &w, w.value, "takes no value");
	else if (w.row != NULL)
		result = apply(r, &w);
	else if (candidates.len == 0)
		result = complain(r, &w, NULL, "unknown option");
	else {
		(void)complain(r, &w, NULL, "ambiguous (");
		(void)buf_printf(r->why, "%.*s)", (int)candidates.len, candidates.data);
		result = -1;
	}
	buf_free(&candidates);
	return result;
}

/*
 * "-k", "-kj4", "-kj 4": letters up to the first that takes a value, which is the rest or the
 * next word.
 */
static int
read_cluster(struct reader *r, const char *letters)
{
	struct written w;

	for (; *letters != '\0' && r->o->action == ACTION_RUN; letters++) {
		w = (struct written){.dashes = "-", .name = letters, .name_len = 1};
		w.row = option_find_letter(*letters);
		if (w.row == NULL)
			return complain(r, &w, NULL, "unknown option");
		if (w.row->value != VALUE_NONE && letters[1] != '\0')
			w.value = letters + 1;
		if (apply(r, &w) != 0)
			return -1;
		if (w.row->value != VALUE_NONE)
			break;
	}
	return 0;
}

static int
read_options(struct reader *r)
{
	const char *word;
	int result = 0;

	while (result == 0 && r->o->action == ACTION_RUN && r->next < r->argc) {
		word = r->argv[r->next];
		if (word[0] != '-' || word[1] == '\0')
			break;
		r->next++;
		if (word[1] != '-')
			result = read_cluster(r, word + 1);
		else if (word[2] != '\0')
			result = read_long(r, word);
		else
			break;
	}
	return result;
}

static void
read_command(struct reader *r)
{
	r->o->command.words = r->argv + r->next;
	while (r->next < r->argc && !is_separator(r->argv[r->next])) {
		r->next++;
		r->o->command.n_words++;
	}
}

/* "'::::' b.txt: several input sources are not supported yet". Returns -1. */
static int
complain_of_source(struct reader *r, const char *separator, const char *value, const char *reason)
{
	if (value != NULL && *value == '\0')
		value = "''";
	(void)buf_printf(r->why, "'%s'%s%s: %s", separator, value != NULL ? " " : "",
	    value != NULL ? value : "", reason);
	return -1;
}

/* What follows the command: one separator and its words. */
static int
read_source(struct reader *r)
{
	char **words = r->argv + r->next, *separator = words[0];
	size_t n = (size_t)(r->argc - r->next), i;
	const char *reason;

	if (n == 0)
		return 0;
	for (i = 1; i < n; i++)
		if (is_separator(words[i]))
			return complain_of_source(r, words[i], words[i + 1], SEVERAL_SOURCES);
	if (separator[strlen(separator) - 1] == '+')
		return complain_of_source(r, separator, words[1], SEVERAL_SOURCES);
	if (strcmp(separator, ":::") == 0) {
		if (r->o->source.path != NULL)
			return complain_of_source(r, separator, words[1], SEVERAL_SOURCES);
		r->o->source.list = words + 1;
		r->o->source.list_len = n - 1;
		return 0;
	}
	if (n == 1)
		return complain_of_source(r, separator, NULL, "needs a file");
	if (n > 2)
		return complain_of_source(r, separator, words[2], SEVERAL_SOURCES);
	reason = set_arg_file(r->o, words[1]);
	return reason == NULL ? 0 : complain_of_source(r, separator, words[1], reason);
}

/*
 * Blank lines: no command at all, or an empty value unless -r. Only what a newline ends is a
 * line.
 */
static void
settle_source(struct options *o)
{
	struct source_spec *source = &o->source;
	bool lines = source->list == NULL && !o->given.delimiter;

	if (source->list == NULL && source->path == NULL)
		source->path = "-";
	source->skip_blank = o->command.n_words == 0 || (o->given.skip_blank && lines);
	source->skip_empty = o->given.skip_blank;
	o->source_is_terminal_values =
	    source->path != NULL && strcmp(source->path, "-") == 0 && isatty(STDIN_FILENO);
}

/* -j, else --tty's one job at a time, else the environment, else a job for each CPU. */
static int
settle_pool(struct options *o, char *const *envp, struct buf *why)
{
	const char *from = o->given.tty ? "--tty" : "SPOOL_JOBS";
	const char *jobs = o->given.tty ? "1" : environment_value(envp, "SPOOL_JOBS");
	const char *reason = NULL;

	if (o->given.jobs == NULL && jobs != NULL) {
		reason = set_jobs(o, jobs);
		o->given.jobs_by = from;
	}
	if (reason != NULL) {
		(void)buf_printf(why, "%s %s: %s", from, jobs, reason);
		return -1;
	}
	if (o->given.jobs == NULL || o->explain)
		width_count_cpus(&o->cpus);
	if (o->given.jobs == NULL)
		o->pool.slots = o->cpus.usable < WIDTH_MAX ? o->cpus.usable : WIDTH_MAX;
	return 0;
}

/* One job at a time prints like the serial run: in order, live. */
static void
settle_style(struct options *o, char *const *envp)
{
	struct print_style *style = &o->style;

	if (style->tmpdir == NULL)
		style->tmpdir = environment_value(envp, "TMPDIR");
	if (style->tmpdir == NULL)
		style->tmpdir = "/tmp";
	if (o->given.tty && !o->given.mode && !o->given.keep_order)
		style->mode = PRINT_NONE;
	if (o->launch.dry_run && style->mode == PRINT_NONE)
		style->mode = PRINT_GROUP;
	/* With -u there is no order to keep, wherever it stands, as in GNU parallel. */
	if ((o->given.keep_order && style->mode != PRINT_NONE) ||
	    (o->pool.slots == 1 && style->mode == PRINT_GROUP))
		style->mode = PRINT_KEEP;
	if (style->mode == PRINT_NONE)
		style->tag = false;
}

/* Defaults from the environment, and what options mean for each other. */
static int
settle(struct options *o, char *const *envp, struct buf *why)
{
	if (o->given.shell && o->given.quote) {
		(void)buf_puts(why, "-q: contradicts --shell");
		return -1;
	}
	if (o->given.shell || o->given.quote)
		o->command.mode = o->given.shell ? SHELL_JOIN : SHELL_NEVER;
	if (o->command.shell == NULL)
		o->command.shell = environment_value(envp, "SPOOL_SHELL");
	o->launch.trace = o->launch.trace || o->launch.prompt;
	/* A dry run needs no terminal: there is nothing to ask for, and no job to read from it. */
	o->launch.prompt = o->launch.prompt && !o->launch.dry_run;
	o->launch.tty = (o->launch.tty || o->given.tty) && !o->launch.dry_run;
	settle_source(o);
	if (settle_pool(o, envp, why) != 0)
		return -1;
	settle_style(o, envp);
	return 0;
}

int
options_parse(struct options *o, int argc, char **argv, char *const *envp, struct buf *why)
{
	struct reader r = {
	    .o = o, .argv = argv, .argc = argc, .next = argc > 0 ? 1 : 0, .why = why};
	int result;

	options_init(o, envp);
	result = read_options(&r);
	if (result == 0 && o->action != ACTION_RUN)
		return 0;
	if (result == 0) {
		read_command(&r);
		result = read_source(&r);
	}
	if (result == 0)
		result = settle(o, envp, why);
	keep_one_line(why);
	return result;
}
