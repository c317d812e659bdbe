/*
 * The end of a run, in the main thread when all workers have left: what is given back, what is
 * said, and the exit status.
 */
#include "closing.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "base/util.h"
#include "ci.h"
#include "state.h"

#define LATE_STATUS 124

/* Some file systems tell of lost bytes only now. */
void
closing_output(struct session *s)
{
	if (close(STDOUT_FILENO) != 0 && errno != EBADF && errno != EINTR) {
		warn("cannot write standard output:");
		atomic_store(&s->broken, true);
	}
}

bool
closing_wants_summary(const struct session *s)
{
	const struct options *o = s->options;

	return o->summary == SUMMARY_ALWAYS ||
	       (o->summary == SUMMARY_AUTO && o->personality == AS_SPOOL);
}

/* The deadline has passed, and not everything was done. */
static bool
came_too_late(struct session *s)
{
	return atomic_load(&s->late) &&
	       (atomic_load(&s->cut_short) || s->report.not_run > 0 || !s->all_read);
}

static void
tell_cut_short(struct session *s, int sig)
{
	if (sig != 0 && sig != SIGPIPE)
		buf_printf(&s->text, "spool: ended by %s", signal_name(sig));
	else if (sig == 0 && came_too_late(s))
		buf_printf(&s->text, "spool: --deadline %s has passed", s->options->deadline);
	else
		return;
	buf_printf(&s->text, ": %llu jobs finished, %llu cut off, %llu not run%s\n",
	    (unsigned long long)s->report.ran, (unsigned long long)s->report.cut_off,
	    (unsigned long long)s->report.not_run, report_rest(&s->report));
}

/* Which jobs have failed; that none has where it was asked for. */
static void
tell_failed(struct session *s)
{
	if (s->report.failed == 0 && s->options->summary == SUMMARY_ALWAYS &&
	    s->report.stop_status == 0)
		buf_printf(
		    &s->text, "spool: %llu jobs, none failed\n", (unsigned long long)s->report.ran);
	report_summary(&s->report, &s->text);
}

void
closing_summary(struct session *s, int sig)
{
	bool lost =
	    ending_begun(&s->ending) && !atomic_load(&s->late) && !halt_met(&s->halt, &(int){0});

	buf_reset(&s->text);
	tell_cut_short(s, sig);
	/* When output was lost that has been said, and it is what matters. */
	if (closing_wants_summary(s) && (!lost || (sig != 0 && sig != SIGPIPE)))
		tell_failed(s);
	ci_dress(s, &s->text);
	if (s->text.len > 0)
		(void)!write(STDERR_FILENO, s->text.data, s->text.len);
}

/* Workers have left: what the main thread has counted joins what they have. */
static void
add_rest(struct session *s)
{
	s->report.not_run += s->not_taken;
	s->report.more = !s->all_read && executor_stopped(s->executor);
}

/* Who reads standard input next goes on behind what was used. */
void
closing_input(struct session *s)
{
	add_rest(s);
	if (s->report.not_run == 0)
		combine_give_back(s->rows);
	else if (combine_offset(s->rows) >= 0)
		(void)lseek(STDIN_FILENO, s->input_used, SEEK_SET);
}

int
closing_status(struct session *s)
{
	int status;

	/* xargs says of a job that failed first, whatever went wrong with the input later. */
	if (s->options->personality == AS_XARGS && report_status(&s->report) != 0)
		return report_status(&s->report);
	if (atomic_load(&s->broken))
		return util_failure_status();
	if (came_too_late(s) && !atomic_load(&s->halted))
		return LATE_STATUS;
	if (halt_met(&s->halt, &status))
		return status;
	status = report_status(&s->report);
	return s->report.rule == EXIT_RULE_COUNT && s->report.stop_status == 0
	           ? halt_unmet(&s->halt, status)
	           : status;
}
