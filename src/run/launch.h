/*
 * From a job to what its child needs: the argument vector, the environment, the directory. Knows
 * templates and jobs, not the pool. One argument vector and one environment a slot, reused from job
 * to job without allocation.
 */
#ifndef SPOOL_LAUNCH_H
#define SPOOL_LAUNCH_H

#include "input/template.h"
#include "run/child.h"
#include "run/job.h"
#include "run/policy.h"

struct launch_spec {
	const struct template *command;
	const struct launch_style *style;
	char *const *envp;              /* what spool was started with */
	const struct text_template *wd; /* style->wd compiled; NULL: none */
	const char *tmpdir;             /* for large values as stdin */
	int stdin_fd;
	enum child_output output;
	const struct winsize *window; /* of the jobs' terminals, where they have some */
	unsigned slots;               /* at the start ... */
	unsigned most;                /* ... and at most; 0: the same */
};

struct launch;

/* spec is copied, what it points to is kept. Returns NULL when out of memory. */
struct launch *launch_new(const struct launch_spec *spec);

/* How many jobs there are in all, for {##}. Before the first job is submitted. */
void launch_set_total(struct launch *l, uint64_t total);

/*
 * Fill *child for the job, which has its slot; valid until the slot's next job. Sets shared_word.
 * Returns 0 or errno:
 * E2BIG for a record that is no argument. The slot's worker.
 */
int launch_prepare(struct launch *l, struct job *j, struct child_spec *child);

/* Where the job runs, appended; nothing: where spool does. Returns 0 or ENOMEM. Any thread. */
int launch_directory(const struct launch *l, const struct job *j, struct buf *out);

/* What a job's templates are expanded from. Any thread. */
struct replace_input launch_input(const struct launch *l, const struct job *j);

/* The job's command as one line, with a newline; appended. Returns 0 or ENOMEM. Any thread. */
int launch_describe(const struct launch *l, const struct job *j, struct buf *out);

void launch_free(struct launch *l);

#endif
