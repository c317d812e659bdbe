/*
 * The option table: one row an option. It parses the command line and prints help and
 * completions; a test holds it against the manual. A new option is one row here and one setter
 * in a set*.c (a flag needs none). Where an option is not the same under all personalities it has
 * a row for each way it is.
 */
#ifndef SPOOL_TABLE_H
#define SPOOL_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "cli/set.h"

/* In order of use, as --help prints them. */
enum option_group {
	GROUP_INPUT,
	GROUP_BATCH,
	GROUP_COMMAND,
	GROUP_POOL,
	GROUP_OUTPUT,
	GROUP_FAILURE,
	GROUP_RECORDS,
	GROUP_LOOKING,
	GROUP_REST,
	GROUP_COUNT,
};

enum option_value {
	VALUE_NONE,
	VALUE_REQUIRED, /* "--name=V", "--name V", "-xV", "-x V" */
	VALUE_OPTIONAL, /* "--name=V" and "-xV" only: never eats the next word */
	/* the same, but as parallel the next word is eaten when it can be the value */
	VALUE_OPTIONAL_WORD,
	VALUE_OPTIONAL_NUMBER,
};

/* What the shell offers where the value is typed; choices, where there are some, win. */
enum completes {
	COMPLETES_NOTHING,
	COMPLETES_FILE,
	COMPLETES_DIRECTORY,
	COMPLETES_COMMAND,
};

struct option_row {
	unsigned known; /* under which personalities: 1 << AS_XARGS ... */
	enum option_group group;
	const char *letters; /* "jP": -j and -P; "": none */
	const char *names;   /* "jobs|max-procs", the main name first; "": none */
	const char
	    *also; /* spellings that are accepted and not advertised, like names; NULL: none */
	enum option_value value;
	const char *metavar; /* NULL without a value */
	const char *choices; /* "bash|zsh|fish", all the values there are; NULL: free */
	enum completes completes;
	const char *help;   /* starts with a verb, ends with the default in parentheses */
	option_setter *set; /* NULL: the bool at flag_offset in struct options becomes true */
	size_t flag_offset;
};

/* All rows, ended by one whose help is NULL; grouped. */
/* The table, in two parts; each ends with a row that has no help. */
extern const struct option_row option_rows_of_jobs[];
extern const struct option_row option_rows_of_run[];

/* The row behind that one, or with NULL the first; NULL: there is none. */
const struct option_row *option_next(const struct option_row *row);

/* "Input", "Command", ...: the heading of a group. */
const char *option_group_title(enum option_group group);

/*
 * The next word of a list such as "jobs|max-procs": its length in *len; move *list past it.
 * Returns NULL at the end.
 */
const char *option_next_word(const char **list, size_t *len);

/* Is text one of the words of list? */
bool option_list_has(const char *list, const char *text);

bool option_known(const struct option_row *row, enum personality personality);

/* The row of a letter, or NULL. */
const struct option_row *option_find_letter(enum personality personality, char letter);

/*
 * The row of a long name (len bytes of name, without "--"), written out or abbreviated so that
 * no other row is meant. *full gets the name as the table spells it ("jobs", *full_len bytes).
 * Returns NULL, and leaves *full alone, when there is none; when several rows could be meant,
 * *candidates gets their names ("--tag, --tty"), else it is empty.
 */
const struct option_row *option_find_name(enum personality personality, const char *name,
    size_t len, const char **full, size_t *full_len, struct buf *candidates);

#endif
