/*
 * Counting, and telling. Keeps a description of the first few failed jobs, nothing of the others.
 */
#include "output/report.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>

#include "base/os.h"
#include "base/util.h"
#include "output/plain.h"
#include "output/tail.h"

#define SHOWN_BYTES 4096 /* of a command; longer ones are cut */

/*
 * As xargs: 123 for 1..254, 124 for 255 or a timeout, 125 for a signal, 126 and 127 when it could
 * not be run.
 */
static int
xargs_status(const struct job *j)
{
	if (j->outcome == JOB_NOT_STARTED || j->end.timed_out)
		return job_status(j);
	if (WIFSIGNALED(j->end.status))
		return 125;
	return job_status(j) == 255 ? 124 : 123;
}

int
report_state(struct buf *out, const struct job *j)
{
	const int status = j->end.status;
	char took[32];
	int err = 0;

	format_duration(j->end.end_ns - j->end.start_ns, took, sizeof(took));
	if (j->outcome == JOB_NOT_STARTED)
		err = buf_puts(out, "not started");
	else if (j->end.timed_out)
		err = buf_puts(out, "timed out");
	else if (j->end.told_to_end)
		err = buf_puts(out, "cut off");
	else if (j->truncated)
		err = buf_puts(out, "printed too much");
	else if (WIFSIGNALED(status))
		err = buf_printf(out, "%s%s", signal_name(WTERMSIG(status)),
		    WCOREDUMP(status) ? " (core dumped)" : "");
	else if (!job_failed(j))
		err = buf_puts(out, "ok");
	else
		err = buf_printf(out, "exit %d", WEXITSTATUS(status));
	if (err == 0 && j->outcome != JOB_NOT_STARTED)
		err = buf_puts(out, " after ") | buf_puts(out, took);
	if (err == 0 && j->tries > 1)
		err = buf_printf(out, ", %u tries", j->tries);
	return err;
}

static const char *
color_of(const struct report *r)
{
	return r->color ? "\033[31m" : "";
}

static const char *
end_of_color(const struct report *r)
{
	return r->color ? "\033[m" : "";
}

static int
add_line(struct report *r, const struct job *j, const char *description)
{
	struct buf *b = &r->lines;
	size_t len = strlen(description);
	int err = buf_printf(b, "  job %llu: ", (unsigned long long)j->seq);

	if (err == 0)
		err = buf_puts(b, color_of(r));
	if (err == 0)
		err = report_state(b, j);
	if (err == 0)
		err = buf_puts(b, end_of_color(r));
	if (err == 0 && len <= SHOWN_BYTES)
		err = buf_printf(b, ": %s", description);
	else if (err == 0)
		err = buf_printf(b, ": %.*s ... (%zu bytes)\n", SHOWN_BYTES, description, len);
	return err != 0 ? err : report_last_lines(b, j, description, "    | ");
}

int
report_last_lines(struct buf *out, const struct job *j, const char *command, const char *prefix)
{
	const size_t start = out->len, own = strlen(command);
	const char *last;
	int err = 0;

	/* Of two streams that which the errors are in. */
	for (int i = 1; i >= 0 && out->len == start && err == 0; i--) {
		size_t n = tail_get(j->tails[i], REPORT_TAIL_BYTES, &last);

		if (n >= own && memcmp(last, command, own) == 0) { /* by -v */
			last += own;
			n -= own;
		}
		err = plain_tail(out, last, n, prefix);
	}
	return err;
}

bool
report_wants(const struct report *r, const struct job *j)
{
	return job_failed(j) && !j->end.told_to_end && !job_condemns_all(j) &&
	       r->failed < REPORT_SHOWN;
}

void
report_add(struct report *r, const struct job *j, const char *description)
{
	int status = job_status(j);
	size_t start = r->lines.len;

	if (j->outcome == JOB_NOT_RUN) {
		r->not_run++;
		return;
	}
	if (j->end.told_to_end) {
		r->cut_off++;
		return;
	}
	if (job_condemns_all(j)) {
		r->stop_status = status;
		return;
	}
	r->ran++;
	if (status == 0)
		return;
	/* Without memory the line is missing; the count is what must be right. */
	if (report_wants(r, j) && add_line(r, j, description) != 0)
		r->lines.len = start;
	r->failed++;
	if (r->first == 0)
		r->first = status;
	if (status > r->max)
		r->max = status;
	if (xargs_status(j) > r->xargs)
		r->xargs = xargs_status(j);
}

int
report_reason(struct buf *out, const struct job *j, const char *word, const char *wd)
{
	if (j->record->too_long != 0 && j->record->too_long <= os_max_argument())
		return buf_printf(out,
		    "an input of %llu bytes does not fit into a command (-s, or what the system "
		    "takes)",
		    (unsigned long long)j->record->too_long);
	if (j->record->too_long != 0)
		return buf_printf(out,
		    "an input of %llu bytes is longer than an argument can be (%zu bytes)",
		    (unsigned long long)j->record->too_long, os_max_argument());
	if (j->no_directory)
		return buf_printf(out, "cannot run in %s: %s", wd, strerror(j->start_error));
	if (j->no_interpreter)
		return buf_printf(out, "%s: its interpreter was not found", word);
	if (j->start_error == ENOENT)
		return buf_printf(out, "%s: command not found", word);
	return buf_printf(out, "cannot run %s: %s", word, strerror(j->start_error));
}

int
report_status(const struct report *r)
{
	if (r->stop_status != 0)
		return r->stop_status;
	switch (r->rule) {
	case EXIT_RULE_XARGS:
		return r->xargs;
	case EXIT_RULE_FIRST:
		return r->first;
	case EXIT_RULE_MAX:
		return r->max;
	default:
		return r->failed > 100 ? 101 : (int)r->failed;
	}
}

const char *
report_rest(const struct report *r)
{
	return r->more ? ", and the input was not read to its end" : "";
}

int
report_summary(const struct report *r, struct buf *out)
{
	int err;

	if (r->failed == 0)
		return 0;
	err = buf_printf(out, "%sspool: %llu of %llu jobs failed%s", color_of(r),
	    (unsigned long long)r->failed, (unsigned long long)r->ran, end_of_color(r));
	if (err == 0 && r->cut_off > 0)
		err = buf_printf(out, ", %llu cut off", (unsigned long long)r->cut_off);
	if (err == 0 && r->not_run > 0)
		err = buf_printf(out, ", %llu not run", (unsigned long long)r->not_run);
	if (err == 0)
		err = buf_printf(out, "%s\n", report_rest(r));
	if (err == 0)
		err = buf_add(out, r->lines.data, r->lines.len);
	if (err == 0 && r->failed > REPORT_SHOWN)
		err = buf_printf(
		    out, "  and %llu more\n", (unsigned long long)(r->failed - REPORT_SHOWN));
	return err;
}

void
report_free(struct report *r)
{
	buf_free(&r->lines);
}
