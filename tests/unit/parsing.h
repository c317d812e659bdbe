/*
 * What the tests of the command line share: a line is parsed into o, with what was said in why and
 * notice.
 */
#ifndef SPOOL_TEST_PARSING_H
#define SPOOL_TEST_PARSING_H

#include "cli/parse.h"
#include "tap.h"

#define MAX_WORDS 32

static struct options o;
static struct buf why, notice;
static char line[1024];
static char *words[MAX_WORDS + 2];
static char no_environment[] = "";
static char *environment[] = {no_environment, NULL, NULL};
static const char *program = "spool";

/* Parse a line that is split at single blanks; "_" stands for an empty word. */
static inline int
parse(const char *text)
{
	static char name[64], empty[] = "";
	int argc = 0;
	char *p;

	options_free(&o);
	buf_reset(&why);
	buf_reset(&notice);
	snprintf(name, sizeof name, "%s", program);
	snprintf(line, sizeof line, "%s", text);
	words[argc++] = name;
	for (p = strtok(line, " "); p != NULL && argc <= MAX_WORDS; p = strtok(NULL, " "))
		words[argc++] = strcmp(p, "_") == 0 ? empty : p;
	words[argc] = NULL;
	return options_parse(&o, argc, words, environment, &why, &notice);
}

static inline void
good(const char *text)
{
	if (parse(text) != 0)
		ok(false, "%s %s: %s", program, text, buf_string(&why));
}

static inline void
bad(const char *text, const char *message)
{
	is_int(parse(text), -1, "%s %s is refused", program, text);
	is_str(buf_string(&why), message, "with its reason");
}

/* The command in brackets, word by word. */
static inline void
is_command(const char *text, const char *want)
{
	struct buf got = {0};
	size_t i;

	good(text);
	for (i = 0; i < o.command.n_words; i++)
		buf_printf(&got, "%s[%s]", i == 0 ? "" : " ", o.command.words[i]);
	is_str(buf_string(&got), want, "the command of: %s %s", program, text);
	buf_free(&got);
}

static inline void
parsing_done(void)
{
	options_free(&o);
	buf_free(&why);
	buf_free(&notice);
}

#endif
