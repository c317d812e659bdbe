/*
 * Keeps the replacement strings that were found and makes their values. Knows nothing of words,
 * shells or quoting. No lock: a set grows while templates are compiled, by one thread, and
 * is only read while they are expanded.
 */
#include "input/replace.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "input/edit.h"
#include "input/recognise.h"
#include "input/rows.h"

struct replacement {
	const struct replace_row *row;
	int position;   /* of {2} and {-1}; 0: each value */
	char *argument; /* owned, as it was written; NULL: none */
	struct edit edit;
	struct replacement *next;
};

struct replace_set {
	struct row_names names;

	/* What was found so far. */
	struct replacement plain;
	struct replacement *found;
	struct buf fault;
	unsigned needs;
	bool keeps_unique;
	bool keeps_rising;
};

static bool
is_same(const struct replacement *what, const struct recognised *c)
{
	if (what->row != c->row || what->position != c->position)
		return false;
	if (!c->argument)
		return true;
	return strlen(what->argument) == c->argument_len &&
	       memcmp(what->argument, c->argument, c->argument_len) == 0;
}

static void
free_replacement(struct replacement *what)
{
	edit_release(&what->edit);
	free(what->argument);
	free(what);
}

/* Returns 0, ENOMEM, or EINVAL with the reason in *why. */
static int
new_replacement(struct replacement **what, const struct recognised *c, struct buf *why)
{
	struct replacement *r = calloc(1, sizeof(*r));
	int err = 0;

	*what = r;
	if (!r)
		return ENOMEM;
	r->row = c->row;
	r->position = c->position;
	if (c->argument) {
		r->argument = strndup(c->argument, c->argument_len);
		err = r->argument ? edit_prepare(&r->edit, r->row->argument, r->row->place,
					c->argument, c->argument_len, why)
		                  : ENOMEM;
	}
	if (err != 0) {
		free_replacement(r);
		*what = NULL;
	}
	return err;
}

/* Keep the first one. */
static int
remember_fault(struct replace_set *set, const char *text, size_t len, const struct buf *why)
{
	if (set->fault.len > 0)
		return 0;
	if (buf_add(&set->fault, text, len) != 0 || buf_puts(&set->fault, ": ") != 0 ||
	    buf_add(&set->fault, why->data, why->len) != 0 || !buf_string(&set->fault)) {
		buf_reset(&set->fault);
		return ENOMEM;
	}
	return 0;
}

/* The replacement of a candidate; its length, or 0 when its expression is none. */
static size_t
find_or_make(struct replace_set *set, const struct recognised *c, const char *text,
    const struct replacement **found)
{
	struct buf why = {0};
	struct replacement *what;
	int err;

	for (what = set->found; what; what = what->next) {
		if (is_same(what, c)) {
			*found = what;
			return c->len;
		}
	}
	err = new_replacement(&what, c, &why);
	if (err == EINVAL)
		err = remember_fault(set, text, c->len, &why);
	buf_free(&why);
	*found = what;
	if (!what)
		return err == 0 ? 0 : c->len;
	what->next = set->found;
	set->found = what;
	set->needs |= what->row->needs;
	set->keeps_unique = set->keeps_unique || what->row->keep == KEEP_UNIQUE;
	set->keeps_rising = set->keeps_rising || what->row->keep == KEEP_RISING;
	return c->len;
}

static void
name_rows(struct row_names *names, const struct replace_spec *spec)
{
	const char *const given[REPLACE_PLAIN_ROWS] = {spec->value, spec->no_extension, spec->base,
	    spec->directory, spec->base_no_extension, spec->seq, spec->slot};
	const size_t last = spec->plus ? REPLACE_ROWS : REPLACE_PLAIN_ROWS;
	size_t i;

	row_names_put(names, 0, spec->value);
	if (spec->only_value)
		return;
	names->positions = true;
	for (i = 1; i < last; i++) {
		const bool renamed = i < REPLACE_PLAIN_ROWS && given[i];

		row_names_put(names, i, renamed ? given[i] : replace_rows[i].name);
	}
	row_names_put_columns(names, spec->columns, spec->n_columns);
}

/* The value that is meant; NULL: the record does not have it. */
static const char *
value_at(const struct record *record, int position)
{
	const size_t from_start = (size_t)position - 1;
	const size_t from_end = (size_t)-position;

	if (position > 0)
		return from_start < record->n ? record_value(record, from_start) : NULL;
	return from_end <= record->n ? record_value(record, record->n - from_end) : NULL;
}

static bool
is_unique(const struct record *record)
{
	const char *a = record->data;
	size_t i;

	for (i = 0; i < record->n; i++) {
		const char *b = a;
		size_t k;

		for (k = i + 1; k < record->n; k++) {
			b += strlen(b) + 1;
			if (strcmp(a, b) == 0)
				return false;
		}
		a += strlen(a) + 1;
	}
	return true;
}

static bool
is_rising(const struct record *record)
{
	const char *value = record->data;
	size_t i;

	for (i = 1; i < record->n; i++) {
		const char *next = value + strlen(value) + 1;

		if (strcmp(value, next) >= 0)
			return false;
		value = next;
	}
	return true;
}

int
replace_set_new(struct replace_set **set, const struct replace_spec *spec, struct buf *why)
{
	struct replace_set *s = calloc(1, sizeof(*s));

	(void)why;
	*set = s;
	if (!s)
		return ENOMEM;
	s->plain.row = replace_rows;
	name_rows(&s->names, spec);
	return 0;
}

void
replace_set_free(struct replace_set *set)
{
	if (!set)
		return;
	while (set->found) {
		struct replacement *what = set->found;

		set->found = what->next;
		free_replacement(what);
	}
	buf_free(&set->fault);
	free(set);
}

size_t
replace_match(
    struct replace_set *set, const char *text, size_t len, const struct replacement **found)
{
	struct recognised best;

	if (len == 0 || !recognise(&set->names, text, len, &best))
		return 0;
	if (best.row == replace_rows && best.position == 0) {
		*found = &set->plain;
		return best.len;
	}
	return find_or_make(set, &best, text, found);
}

const char *
replace_fault(const struct replace_set *set)
{
	return set->fault.len > 0 ? set->fault.data : NULL;
}

const struct replacement *
replace_plain(const struct replace_set *set)
{
	return &set->plain;
}

int
replace_position(const struct replacement *what)
{
	return what->position;
}

bool
replace_is_each(const struct replacement *what)
{
	return what->position == 0 && !what->row->count;
}

size_t
replace_count(const struct replacement *what, const struct record *record)
{
	return replace_is_each(what) ? record->n : 1;
}

int
replace_value_of(const struct replacement *what, const char *value, struct buf *out)
{
	return what->row->edit ? what->row->edit(&what->edit, value, out)
	                       : what->row->cut(value, out);
}

int
replace_value(
    const struct replacement *what, const struct replace_input *in, size_t i, struct buf *out)
{
	const char *value;

	if (what->row->count)
		return what->row->count(in, out);
	value = what->position == 0 ? record_value(in->record, i)
	                            : value_at(in->record, what->position);
	return value ? replace_value_of(what, value, out) : 0;
}

int
replace_values(const struct replacement *what, const struct replace_input *in, struct buf *out)
{
	const char *value = in->record->data;
	size_t i;

	if (!replace_is_each(what))
		return replace_value(what, in, 0, out);
	for (i = 0; i < in->record->n; i++) {
		if ((i > 0 && buf_putc(out, ' ') != 0) || replace_value_of(what, value, out) != 0)
			return ENOMEM;
		value += strlen(value) + 1;
	}
	return 0;
}

unsigned
replace_needs(const struct replace_set *set)
{
	return set->needs;
}

bool
replace_counts(const struct replace_set *set)
{
	const struct replacement *what = set->found;

	while (what && !what->row->count)
		what = what->next;
	return what != NULL;
}

bool
replace_wants(const struct replace_set *set, const struct record *record)
{
	return (!set->keeps_unique || is_unique(record)) &&
	       (!set->keeps_rising || is_rising(record));
}
