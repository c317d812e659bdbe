/*
 * The same distinctions as the report of a run makes, so that all counts agree.
 */
#include "run/verdict.h"

#include <sys/wait.h>

enum verdict
verdict_of(const struct job *j)
{
	if (j->outcome == JOB_NOT_STARTED)
		return VERDICT_NOT_STARTED;
	if (j->outcome != JOB_RAN)
		return VERDICT_NOT_RUN;
	if (j->end.told_to_end)
		return VERDICT_CUT_OFF;
	if (!job_failed(j))
		return VERDICT_OK;
	return j->end.timed_out ? VERDICT_TIMED_OUT : VERDICT_FAILED;
}

const char *
verdict_name(enum verdict v)
{
	static const char *const names[] = {
	    "ok", "failed", "timed_out", "not_started", "cut_off", "not_run"};

	return names[v];
}

int
verdict_exit(const struct job *j, int *sig)
{
	*sig = 0;
	if (j->outcome == JOB_NOT_STARTED)
		return job_status(j);
	if (j->outcome != JOB_RAN)
		return -1;
	if (WIFEXITED(j->end.status))
		return WEXITSTATUS(j->end.status);
	*sig = WTERMSIG(j->end.status);
	return -1;
}
