/*
 * Replacement strings of a text made from a record, for unit programs.
 */
#ifndef SPOOL_TEST_EXPANDING_H
#define SPOOL_TEST_EXPANDING_H

#include <stdlib.h>
#include <string.h>

#include "input/replace.h"
#include "tap.h"

static struct buf result;
static struct buf why;

static const struct replace_spec with_plus = {.value = "{}", .plus = true};

/* A record of the values between bars: "a|b" has two, "" has one that is empty. */
static inline struct record *
record_of(const char *values)
{
	struct record_builder b = {0};
	struct record *r;

	for (;;) {
		const size_t len = strcspn(values, "|");

		record_builder_add(&b, values, len);
		if (!values[len])
			break;
		values += len + 1;
	}
	r = record_builder_take(&b);
	record_builder_free(&b);
	return r;
}

/* Everything in a text replaced, several values joined with blanks. */
static inline const char *
expanded_by(struct replace_set *set, const char *text, const char *values)
{
	struct record *r = record_of(values);
	const struct replace_input in = {
	    .record = r, .seq = 7, .slot = 3, .slots = 12, .total = 150};
	const size_t len = strlen(text);
	size_t i = 0;

	buf_reset(&result);
	while (i < len) {
		const struct replacement *what;
		const size_t n = replace_match(set, text + i, len - i, &what);

		if (n == 0)
			buf_putc(&result, text[i]);
		else
			replace_values(what, &in, &result);
		i += n > 0 ? n : 1;
	}
	free(r);
	return buf_string(&result);
}

static inline const char *
expanded(const struct replace_spec *spec, const char *text, const char *values)
{
	struct replace_set *set;
	const char *got;

	if (replace_set_new(&set, spec, &why) != 0)
		return "no set";
	got = expanded_by(set, text, values);
	replace_set_free(set);
	return got;
}

/* The text in brackets, so that what is empty can be seen. */
static inline void
check_table(const struct replace_spec *spec, const char *const (*cases)[3], size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		is_str(expanded(spec, cases[i][0], cases[i][1]), cases[i][2], "%s of '%s'",
		    cases[i][0], cases[i][1]);
}

#define CHECK(spec, cases) check_table(spec, cases, sizeof(cases) / sizeof(cases[0]))

/* At the end of a program. */
static inline void
free_expanding(void)
{
	buf_free(&result);
	buf_free(&why);
}

#endif
