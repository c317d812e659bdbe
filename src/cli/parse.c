/*
 * The command line, read from left to right: options, the command, ::: or :::: and what follows.
 * The table says what an option is; here is only how one is written. What several options
 * together mean is decided last, in settle.c. Prints nothing: the first fault goes into *why.
 */
#include "cli/parse.h"

#include <string.h>

#include "cli/personality.h"
#include "cli/settle.h"
#include "cli/sources.h"
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
will_run(const struct options *o)
{
	return o->action == ACTION_RUN || o->action == ACTION_SHOW_LIMITS;
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

/*
 * May the next word be the value? A separator is none: "-d ::: a b" forgot one. But one may be
 * called by another's name.
 */
static bool
next_is_value(const struct reader *r, const struct option_row *row)
{
	const char *word = r->next < r->argc ? r->argv[r->next] : NULL;
	bool separators = row->set == set_list_separator || row->set == set_file_separator;

	if (word == NULL || (sources_begin(r->o, word) && !separators))
		return false;
	if (row->value == VALUE_REQUIRED)
		return true;
	if (r->o->personality != AS_PARALLEL)
		return false;
	return row->value == VALUE_OPTIONAL_NUMBER ? *word >= '0' && *word <= '9'
	                                           : *word != '-' || word[1] == '\0';
}

/* Find the value, check it, and let the setter work. */
static int
apply(struct reader *r, struct written *w)
{
	const struct option_row *row = w->row;
	const char *reason = NULL;

	if (w->value == NULL && row->value != VALUE_NONE && row->value != VALUE_OPTIONAL &&
	    next_is_value(r, row))
		w->value = r->argv[r->next++];
	if (w->value == NULL && row->value == VALUE_REQUIRED)
		return complain(r, w, NULL, "needs a value");
	if (row->choices != NULL && w->value != NULL && !option_list_has(row->choices, w->value))
		return complain_of_choice(r, w);
	if (row->set != NULL)
		reason = row->set(r->o, w->value);
	else
		*(bool *)((char *)r->o + row->flag_offset) = true;
	r->o->given.begun = r->o->given.begun || row->set != set_personality;
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
	w.row = option_find_name(
	    r->o->personality, w.name, w.name_len, &w.name, &w.name_len, &candidates);
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

	for (; *letters != '\0' && will_run(r->o); letters++) {
		w = (struct written){.dashes = "-", .name = letters, .name_len = 1};
		w.row = option_find_letter(r->o->personality, *letters);
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

	while (result == 0 && will_run(r->o) && r->next < r->argc) {
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
	struct options *o = r->o;

	o->command.words = r->argv + r->next;
	if (o->given.no_input)
		o->given.list_separator = o->given.file_separator = NULL;
	while (r->next < r->argc && !sources_begin(o, r->argv[r->next])) {
		r->next++;
		o->command.n_words++;
	}
}

/* As parallel, what only a semaphore needs makes one of it. */
static void
become_semaphore(struct options *o)
{
	if (o->personality == AS_PARALLEL && (o->given.semaphore || o->semaphore.foreground ||
						 o->semaphore.wait || o->semaphore.id != NULL)) {
		o->personality = AS_SEM;
		o->exit_rule = EXIT_RULE_FIRST;
	}
}

int
options_parse(struct options *o, int argc, char **argv, char *const *envp, struct buf *why,
    struct buf *notice)
{
	struct reader r = {
	    .o = o, .argv = argv, .argc = argc, .next = argc > 0 ? 1 : 0, .why = why};
	int result;

	options_init(o, envp);
	o->given.notice = notice;
	personality_begin(o, personality_of(argc > 0 ? argv[0] : ""));
	result = read_options(&r);
	if (result == 0 && will_run(o)) {
		become_semaphore(o);
		read_command(&r);
		result = sources_read(o, argv + r.next, why);
		if (result == 0)
			result = settle(o, envp, why);
	}
	o->given.notice = NULL;
	keep_one_line(why);
	return result;
}
