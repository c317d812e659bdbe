/*
 * XML by the schema of Jenkins' xUnit plugin. The last try is what became of the job; the others
 * stand below it, as Maven's Surefire does it: "flaky" before a success, else "rerun". No
 * lock. Errors are gathered: what comes behind one is thrown away with the rest.
 */
#include "output/junit.h"

#include <string.h>

#include "base/clean.h"

#define DAY_S INT64_C(86400)

static int
open_element(struct buf *out, const char *name)
{
	return buf_putc(out, '<') | buf_puts(out, name);
}

static int
close_element(struct buf *out, const char *name)
{
	return buf_puts(out, "</") | buf_puts(out, name) | buf_puts(out, ">\n");
}

static int
open_attribute(struct buf *out, const char *name)
{
	return buf_putc(out, ' ') | buf_puts(out, name) | buf_puts(out, "=\"");
}

static int
put_attribute(struct buf *out, const char *name, const char *value)
{
	int err = open_attribute(out, name);

	err |= clean_add(out, value, strlen(value), clean_xml_attribute);
	return err | buf_putc(out, '"');
}

static int
put_count(struct buf *out, const char *name, uint64_t n)
{
	return open_attribute(out, name) | buf_uint(out, n) | buf_putc(out, '"');
}

/* Seconds, to the millisecond. */
static int
put_time(struct buf *out, int64_t ns)
{
	const uint64_t ms = ns > 0 ? (uint64_t)ns / 1000000 : 0;
	const char fraction[] = {'.', (char)('0' + ms / 100 % 10), (char)('0' + ms / 10 % 10),
	    (char)('0' + ms % 10), '"'};

	return open_attribute(out, "time") | buf_uint(out, ms / 1000) |
	       buf_add(out, fraction, sizeof(fraction));
}

/* A point in time, in UTC. The year begins in March here, so that its odd day comes last. */
static int
put_timestamp(struct buf *out, int64_t wall_ns)
{
	const int64_t s = wall_ns / 1000000000, day = s / DAY_S + 719468; /* since 0000-03-01 */
	const int64_t cycle = day / 146097, of_cycle = day % 146097;
	const int64_t year =
	    (of_cycle - of_cycle / 1460 + of_cycle / 36524 - of_cycle / 146096) / 365;
	const int of_year = (int)(of_cycle - (365 * year + year / 4 - year / 100));
	const int month = (5 * of_year + 2) / 153;
	const int second = (int)(s % DAY_S);

	return buf_printf(out, " timestamp=\"%04d-%02d-%02dT%02d:%02d:%02d\"",
	    (int)(cycle * 400 + year) + (month >= 10), month < 10 ? month + 3 : month - 9,
	    of_year - (153 * month + 2) / 5 + 1, second / 3600, second / 60 % 60, second % 60);
}

/* <element>text</element>, where there is a text. */
static int
put_text(struct buf *out, const char *element, const struct attempt *a, enum attempt_text which)
{
	int err;

	if (a->len[which] == 0)
		return 0;
	err = open_element(out, element) | buf_putc(out, '>');
	err |= clean_add(out, a->text[which], a->len[which], clean_xml);
	return err | close_element(out, element);
}

static int
put_output(struct buf *out, const struct attempt *a)
{
	const int err = put_text(out, "system-out", a, ATTEMPT_OUTPUT);

	return err | put_text(out, "system-err", a, ATTEMPT_ERRORS);
}

/* What was wrong with a try; with its output, where that belongs to it. */
static int
put_fault(struct buf *out, const char *element, const struct attempt *a, bool output)
{
	struct buf message = {0};
	int err = open_element(out, element);

	err |= put_attribute(out, "type", attempt_kind(a));
	err |= attempt_say(&message, a);
	if (err == 0 && buf_string(&message) != NULL)
		err = put_attribute(out, "message", message.data);
	err |= buf_putc(out, '>');
	err |= clean_add(out, a->text[ATTEMPT_COMMAND], a->len[ATTEMPT_COMMAND], clean_xml);
	if (output)
		err |= put_output(out, a);
	buf_free(&message);
	return err | close_element(out, element);
}

int
junit_begin(struct buf *out, const struct junit_suite *suite)
{
	static const char *const elements[] = {"testsuites", "testsuite"};
	int err = buf_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");

	for (int i = 0; i < 2; i++) {
		err |= open_element(out, elements[i]);
		err |= put_attribute(out, "name", suite->name);
		err |= put_count(out, "tests", suite->tests);
		err |= put_count(out, "failures", suite->results[ATTEMPT_FAILED]);
		err |= put_count(out, "errors", suite->results[ATTEMPT_ERROR]);
		err |= put_time(out, suite->took_ns);
		if (i == 1) {
			err |= put_count(out, "skipped", suite->results[ATTEMPT_SKIPPED]);
			err |= put_timestamp(out, suite->start_wall_ns);
			err |= put_attribute(out, "hostname", suite->host);
		}
		err |= buf_puts(out, ">\n");
	}
	return err;
}

int
junit_case(struct buf *out, const char *class, const char *name, const struct attempt *tries, int n)
{
	static const char *const faults[ATTEMPT_RESULTS] = {
	    [ATTEMPT_FAILED] = "failure",
	    [ATTEMPT_ERROR] = "error",
	};
	static const char *const earlier[][2] = {
	    {"flakyFailure", "flakyError"},
	    {"rerunFailure", "rerunError"},
	};
	const struct attempt *last = &tries[n - 1];
	const enum attempt_result result = attempt_result(last);
	int err = buf_puts(out, "<testcase");

	err |= put_attribute(out, "classname", class);
	err |= put_attribute(out, "name", name);
	err |= put_time(out, last->took_ns);
	err |= buf_puts(out, ">\n");
	if (result == ATTEMPT_SKIPPED)
		err |= buf_puts(out, "<skipped message=\"not run\"/>\n");
	if (faults[result] != NULL)
		err |= put_fault(out, faults[result], last, false);
	for (int i = 0; i < n - 1; i++) {
		const bool is_error = attempt_result(&tries[i]) == ATTEMPT_ERROR;

		err |= put_fault(out, earlier[result != ATTEMPT_PASSED][is_error], &tries[i], true);
	}
	err |= put_output(out, last);
	return err | buf_puts(out, "</testcase>\n");
}

int
junit_end(struct buf *out)
{
	return buf_puts(out, "</testsuite>\n</testsuites>\n");
}
