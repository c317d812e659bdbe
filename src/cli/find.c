/*
 * How a row of the option table is found: by its letter or by a name that may be abbreviated.
 */
#include <string.h>

#include "cli/table.h"

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
		if (m->full == NULL || word_len == len) {
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

const struct option_row *
option_next(const struct option_row *row)
{
	if (row == NULL)
		return option_rows_of_jobs;
	if ((++row)->help != NULL)
		return row;
	return row->letters != NULL ? option_rows_of_run : NULL;
}

const char *
option_group_title(enum option_group group)
{
	static const char *const titles[GROUP_COUNT] = {
	    [GROUP_INPUT] = "Input",
	    [GROUP_BATCH] = "Batching",
	    [GROUP_COMMAND] = "Command",
	    [GROUP_POOL] = "Pool",
	    [GROUP_OUTPUT] = "Output",
	    [GROUP_FAILURE] = "Failure and time",
	    [GROUP_RECORDS] = "Records",
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

bool
option_known(const struct option_row *row, enum personality personality)
{
	return (row->known >> personality & 1) != 0;
}

const struct option_row *
option_find_letter(enum personality personality, char letter)
{
	const struct option_row *row;

	for (row = option_next(NULL); row != NULL; row = option_next(row))
		if (letter != '\0' && strchr(row->letters, letter) != NULL &&
		    option_known(row, personality))
			return row;
	return NULL;
}

const struct option_row *
option_find_name(enum personality personality, const char *name, size_t len, const char **full,
    size_t *full_len, struct buf *candidates)
{
	const struct option_row *row;
	struct match best = {0}, m;
	unsigned found = 0;
	bool named;

	for (row = option_next(NULL); len > 0 && row != NULL; row = option_next(row)) {
		m = (struct match){.row = row};
		if (!option_known(row, personality))
			continue;
		named = match_list(row->names, name, len, &m);
		if (!match_list(row->also, name, len, &m) && !named)
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
