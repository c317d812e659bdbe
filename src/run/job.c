/*
 * Making, freeing and judging jobs. Owns nothing beyond the job.
 */
#include "run/job.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>

#define TIMED_OUT_STATUS 124 /* as timeout(1) */
#define TRUNCATED_STATUS 1

struct job *
job_new(uint64_t seq, struct record *record)
{
	struct job *j = calloc(1, sizeof(*j));

	if (j != NULL) {
		j->seq = j->place = seq;
		j->record = record;
		j->input_end = record->input_end;
	}
	return j;
}

void
job_free(struct job *j)
{
	free(j->record);
	free(j->file);
	free(j->tails[0]);
	free(j->tails[1]);
	free(j);
}

int
job_status(const struct job *j)
{
	int status = j->end.status;

	if (j->outcome == JOB_NOT_STARTED)
		return j->start_error == ENOENT && !j->no_interpreter && !j->no_directory &&
		               !j->no_file
		           ? 127
		           : 126;
	if (j->outcome != JOB_RAN || j->forgiven)
		return 0;
	if (j->end.timed_out)
		return TIMED_OUT_STATUS;
	if (j->truncated)
		return TRUNCATED_STATUS;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool
job_failed(const struct job *j)
{
	return job_status(j) != 0 || (j->outcome == JOB_RAN && j->end.told_to_end);
}

bool
job_condemns_all(const struct job *j)
{
	if (j->outcome != JOB_NOT_STARTED || !j->shared_word || j->no_directory || j->no_file)
		return false;
	switch (j->start_error) {
	case E2BIG: /* this job's values */
	case EAGAIN:
	case ENOMEM:
	case EMFILE:
	case ENFILE:
		return false;
	default:
		return true;
	}
}
