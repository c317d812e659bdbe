/*
 * Names of columns. Knows nothing of how a line becomes columns. No lock.
 */
#include "input/header.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "input/pattern.h"

/*
 * How many lines does the expression speak of? Values come line by line, and so does a header: as
 * many lines as there are newlines in the expression, but one at least.
 */
static uint64_t
count_newlines(const char *expression)
{
	uint64_t n = 0;

	for (; *expression; expression++) {
		if (*expression == '\\' && expression[1])
			n += *++expression == 'n';
		else
			n += *expression == '\n';
	}
	return n > 0 ? n : 1;
}

int
header_lines(const char *what, uint64_t *lines, struct buf *why)
{
	struct buf reason = {0};
	struct pattern pattern;
	int err;

	*lines = 1;
	if (strcmp(what, ":") == 0 || parse_uint(what, 0, UINT64_MAX, lines) == 0)
		return 0;
	*lines = count_newlines(what);
	err = pattern_compile(&pattern, what, strlen(what), &reason);
	if (err == 0)
		pattern_release(&pattern);
	else if (err == EINVAL && (!buf_string(&reason) ||
				      buf_printf(why, "--header %s: %s", what, reason.data) != 0))
		err = ENOMEM;
	buf_free(&reason);
	return err;
}

int
header_add(struct header *h, const char *name, size_t len)
{
	if (len > 0 && name[len - 1] == '\r')
		len--;
	if (h->n == h->cap) {
		const size_t cap = h->cap ? h->cap * 2 : 8;
		const char **names = realloc(h->names, cap * sizeof(*names));

		if (!names)
			return ENOMEM;
		h->names = names;
		h->cap = cap;
	}
	h->names[h->n] = strndup(name, len);
	if (!h->names[h->n])
		return ENOMEM;
	h->n++;
	return 0;
}

void
header_free(struct header *h)
{
	size_t i;

	for (i = 0; i < h->n; i++)
		free((char *)h->names[i]);
	free(h->names);
	*h = (struct header){0};
}
