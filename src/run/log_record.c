/*
 * Lines of a job log: written, and read again. What stands between the number and the exit value
 * is read past: nothing depends on it. Knows no files. Pure.
 */
#include "run/log_record.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "base/util.h"

/* Columns from Host to Receive, and which of them is the time that the job took. */
#define MIDDLE 5
#define RUNTIME 2

static void
replace(char *text, size_t len, char from, char to)
{
	char *p = text, *end = text + len;

	while (p < end && (p = memchr(p, from, (size_t)(end - p))) != NULL)
		*p++ = to;
}

void
log_record_escape(char *command, size_t len)
{
	replace(command, len, '\n', '\0');
}

void
log_record_unescape(char *command, size_t len)
{
	replace(command, len, '\0', '\n');
}

/* Of a column that *at points to: its length; *at moves behind the TAB. False: there is no TAB. */
static bool
next_column(const char **at, const char *end, const char **column, size_t *len)
{
	const char *tab = memchr(*at, '\t', (size_t)(end - *at));

	if (tab == NULL)
		return false;
	*column = *at;
	*len = (size_t)(tab - *at);
	*at = tab + 1;
	return true;
}

/* A whole number in a column. */
static bool
next_number(const char **at, const char *end, bool *negative, uint64_t *number)
{
	char digits[21];
	const char *column;
	size_t len;

	if (!next_column(at, end, &column, &len) || len == 0)
		return false;
	*negative = *column == '-';
	column += *negative;
	len -= *negative;
	if (len >= sizeof(digits))
		return false;
	memcpy(digits, column, len);
	digits[len] = '\0';
	return parse_uint(digits, 0, UINT64_MAX, number) == 0;
}

/* Seconds, with blanks in front: milliseconds, or -1. */
static int64_t
parse_runtime(const char *column, size_t len)
{
	char text[24];
	int64_t ns;

	for (; len > 0 && *column == ' '; len--)
		column++;
	if (len >= sizeof(text))
		return -1;
	memcpy(text, column, len);
	text[len] = '\0';
	return parse_duration(text, &ns) == 0 ? ns / 1000000 : -1;
}

static bool
parse_record(struct log_record *r, const char *line, size_t len)
{
	const char *at = line, *end = line + len, *column;
	uint64_t exit_value;
	bool negative;
	size_t n;

	if (!next_number(&at, end, &negative, &r->seq) || negative)
		return false;
	for (int i = 0; i < MIDDLE; i++) {
		if (!next_column(&at, end, &column, &n) || n == 0)
			return false;
		if (i == RUNTIME)
			r->took_ms = parse_runtime(column, n);
	}
	if (!next_number(&at, end, &negative, &exit_value) || exit_value > 255)
		return false;
	r->exit_value = negative ? -(int)exit_value : (int)exit_value;
	if (!next_number(&at, end, &negative, &r->sig))
		return false;
	r->command = at;
	r->command_len = (size_t)(end - at);
	return true;
}

static bool
is_header(const char *line, size_t len)
{
	return len == sizeof(LOG_HEADER) - 2 && memcmp(line, LOG_HEADER, len) == 0;
}

static bool
is_cut_off(const char *line, size_t len)
{
	return len >= LOG_CUT_OFF_LEN &&
	       memcmp(line + len - LOG_CUT_OFF_LEN, LOG_CUT_OFF, LOG_CUT_OFF_LEN) == 0;
}

enum log_line
log_record_parse(struct log_record *r, const char *line, size_t len)
{
	if (len == 0 || is_header(line, len) || is_cut_off(line, len))
		return LOG_LINE_EMPTY;
	return parse_record(r, line, len) ? LOG_LINE_RECORD : LOG_LINE_OTHER;
}

/* As GNU parallel tells them apart. */
static void
outcome(const struct job *j, int *exit_value, int *sig)
{
	*exit_value = *sig = 0;
	if (j->outcome != JOB_RAN || (j->truncated && WIFEXITED(j->end.status))) {
		*exit_value = job_status(j);
	} else if (j->end.timed_out) {
		*exit_value = -1;
		*sig = SIGTERM;
	} else if (WIFSIGNALED(j->end.status)) {
		*sig = WTERMSIG(j->end.status);
	} else {
		*exit_value = WEXITSTATUS(j->end.status);
	}
}

int
log_record_columns(struct buf *out, const struct job *j, int runtime_width)
{
	const long long start_ms = (long long)(j->end.start_wall_ns / 1000000);
	const int64_t took_ns = j->outcome == JOB_RAN ? j->end.end_ns - j->end.start_ns : 0;
	const long long took_ms = (long long)(took_ns / 1000000);
	int exit_value, sig;

	outcome(j, &exit_value, &sig);
	return buf_printf(out, "%llu\t:\t%lld.%03lld\t%*lld.%03lld\t0\t%llu\t%d\t%d\t",
	    (unsigned long long)j->seq, start_ms / 1000, start_ms % 1000, runtime_width,
	    took_ms / 1000, took_ms % 1000, (unsigned long long)j->output_bytes[0], exit_value,
	    sig);
}

int
log_record_put(struct buf *out, const struct job *j, const char *command, size_t len)
{
	const size_t before = out->len;
	int err = log_record_columns(out, j, 6);

	if (err == 0)
		err = buf_add(out, command, len);
	if (err == 0)
		err = buf_putc(out, '\n');
	if (err != 0)
		out->len = before;
	else
		log_record_escape(out->data + out->len - len - 1, len);
	return err;
}
