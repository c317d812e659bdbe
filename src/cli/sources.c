/*
 * Separators and what follows them, to sources. A separator starts a new source wherever it
 * stands behind the command; one of files starts a source for each file.
 */
#include "cli/sources.h"

#include <string.h>

struct separator {
	bool files;
	bool linked; /* it ends in a + */
};

static bool
is_separator(const char *word, const char *separator, bool *linked)
{
	size_t len = separator != NULL ? strlen(separator) : 0;

	if (separator == NULL || strncmp(word, separator, len) != 0)
		return false;
	*linked = strcmp(word + len, "+") == 0;
	return word[len] == '\0' || *linked;
}

static bool
classify(const struct options *o, const char *word, struct separator *s)
{
	s->files = is_separator(word, o->given.file_separator, &s->linked);
	return s->files || is_separator(word, o->given.list_separator, &s->linked);
}

/* "'::::' '': must not be empty". Returns -1. */
static int
complain(struct buf *why, const char *separator, const char *value, const char *reason)
{
	if (value != NULL && *value == '\0')
		value = "''";
	(void)buf_printf(why, "'%s'%s%s: %s", separator, value != NULL ? " " : "",
	    value != NULL ? value : "", reason);
	return -1;
}

static int
read_files(struct options *o, char **words, size_t n, bool linked, struct buf *why)
{
	size_t i;

	/* To GNU parallel it is nothing. */
	if (n == 0 && o->personality != AS_PARALLEL)
		return complain(why, words[-1], NULL, "needs a file");
	for (i = 0; i < n; i++) {
		if (*words[i] == '\0')
			return complain(why, words[-1], words[i], "must not be empty");
		options_add_source(o, linked)->path = words[i];
	}
	return 0;
}

static void
read_list(struct options *o, char **words, size_t n, bool linked)
{
	struct source_spec *source = options_add_source(o, linked);

	source->list = words;
	source->list_len = n;
}

bool
sources_begin(const struct options *o, const char *word)
{
	struct separator s;

	return classify(o, word, &s);
}

int
sources_read(struct options *o, char **words, struct buf *why)
{
	struct separator s;
	size_t n;
	int result = 0;

	if (*words != NULL && o->personality == AS_SEM)
		return complain(why, *words, words[1], "a semaphore takes no values");
	while (result == 0 && *words != NULL && classify(o, *words++, &s)) {
		for (n = 0; words[n] != NULL && !sources_begin(o, words[n]); n++)
			;
		if (s.files)
			result = read_files(o, words, n, s.linked, why);
		else
			read_list(o, words, n, s.linked);
		words += n;
	}
	return result;
}
