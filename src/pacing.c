/*
 * The rules of --delay, --load, --limit, --memfree, --memsuspend, --nice, -j FILE and of SIGUSR1
 * and SIGUSR2. A run that uses none of them has no gate and pays nothing.
 */
#include "pacing.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/util.h"
#include "results.h"
#include "run/gate.h"
#include "run/limits.h"
#include "run/memory.h"
#include "run/pressure.h"
#include "run/signals.h"
#include "tokens.h"

#define MOST_TIMES 4     /* as many slots as at the start, */
#define MOST_AT_LEAST 64 /* or so many */
#define MOST_OF_FILE 1000

#define LOOK_NS 1000000000LL /* between looks at the memory */
#define SOON_NS 50000000LL   /* and for tokens that are missing */

#define LIMIT_START 0 /* what a command of --limit exits with */
#define LIMIT_END_YOUNGEST 2

void
pacing_set_priority(const struct session *s)
{
	const struct pace_policy *pace = &s->options->pace;

	if (!pace->renice || s->options->launch.dry_run)
		return;
	/* As in GNU parallel, jobs are never put above spool. */
	errno = 0;
	if (pace->nice <= getpriority(PRIO_PROCESS, 0) && errno == 0)
		return;
	if (setpriority(PRIO_PROCESS, 0, pace->nice) != 0)
		warn("--nice %d:", pace->nice);
}

unsigned
pacing_most_slots(const struct session *s)
{
	unsigned most = s->slots * MOST_TIMES;

	if (most < MOST_AT_LEAST)
		most = MOST_AT_LEAST;
	if (s->options->pool.file != NULL && most < MOST_OF_FILE)
		most = MOST_OF_FILE;
	return limits_most(s->slots, most, s->output, results_descriptors(s));
}

static bool
limits_load(const struct load_policy *load)
{
	bool yes = load->running != 0;

	for (int kind = 0; kind < PRESSURE_KINDS; kind++)
		yes = yes || load->stalled[kind] != 0;
	return yes;
}

static bool
uses_memory(const struct memory_policy *memory)
{
	return memory->free_bytes != 0 || memory->suspend_bytes != 0;
}

static bool
memory_is_there(const struct session *s)
{
	const struct memory_policy *memory = &s->options->pace.memory;
	uint64_t available;

	if (!uses_memory(memory) || !memory_available("/proc", "/sys/fs/cgroup", &available))
		return true;
	return atomic_load(&s->suspended) == 0 && memory_allows_start(memory, available);
}

/* The youngest job is to make room. */
static void
evict(struct session *s)
{
	if (executor_evict(s->executor) && signals_wake_at(now_ns()))
		signals_poke();
}

/* What the command of --limit says. */
static bool
limit_allows_start(struct session *s, struct worker *w)
{
	static char sh[] = "/bin/sh", option[] = "-c";
	char *const argv[] = {sh, option, (char *)s->options->pace.limit, NULL};
	int answer = executor_ask(w, argv, s->envp, s->stdin_fd);

	if (answer == LIMIT_END_YOUNGEST)
		evict(s);
	return answer == LIMIT_START;
}

static bool
may_start(void *ctx, void *worker)
{
	struct session *s = ctx;
	const struct pace_policy *pace = &s->options->pace;

	return pressure_is_low(&pace->load, "/proc") && memory_is_there(s) &&
	       (pace->limit == NULL || limit_allows_start(s, worker));
}

struct gate *
pacing_new_gate(struct session *s)
{
	const struct pace_policy *pace = &s->options->pace;
	const bool looks =
	    limits_load(&pace->load) || uses_memory(&pace->memory) || pace->limit != NULL;
	const struct gate_spec spec = {
	    .delay_ns = pace->delay_ns,
	    .adapt = pace->delay_adapts,
	    .look = looks ? may_start : NULL,
	    .ctx = s,
	    .tokens = s->tokens,
	};
	struct gate *gate;

	s->has_tokens = UINT_MAX;
	if (s->options->launch.dry_run ||
	    (pace->delay_ns == 0 && !pace->delay_adapts && !looks && s->tokens == NULL))
		return NULL;
	if ((gate = gate_new(&spec)) == NULL)
		die("cannot pace the jobs:");
	return gate;
}

/*
 * Many may come at once, and what was read last must count: one reads, and reads again for those
 * who came meanwhile.
 */
static void
read_width(struct session *s)
{
	const char *file = s->options->pool.file, *why;
	struct stat st;
	unsigned seen, width;

	if (atomic_fetch_add(&s->readers, 1) > 0)
		return;
	do {
		seen = atomic_load(&s->readers);
		/* A pipe holds nothing new. A file that is being rewritten may hold nothing. */
		if (stat(file, &st) == 0 && S_ISREG(st.st_mode) &&
		    width_read(file, &s->options->cpus, &width, &why) == 0)
			executor_set_width(s->executor, width);
	} while (!atomic_compare_exchange_strong(&s->readers, &seen, 0));
}

void
pacing_job_ended(struct session *s, const struct job *j)
{
	if (s->gate != NULL)
		gate_learn(s->gate, job_failed(j));
	if (s->options->pool.file != NULL)
		read_width(s);
	if (s->tokens != NULL)
		tokens_tell_lost();
}

bool
pacing_evicts(const struct session *s)
{
	return s->options->pace.memory.free_bytes != 0 || s->options->pace.limit != NULL;
}

void
pacing_pause(struct session *s)
{
	executor_pause(s->executor);
	if (s->gate != NULL)
		gate_pause(s->gate);
}

/* Others may have taken the tokens meanwhile: jobs that have none go on when they get one. */
static void
regain_tokens(struct session *s)
{
	unsigned suspended;

	s->has_tokens = gate_resume(s->gate);
	if (s->has_tokens == UINT_MAX && s->options->pace.memory.suspend_bytes != 0)
		return; /* whoever looks at the memory continues them */
	suspended = executor_suspend(s->executor, s->has_tokens);
	if (suspended > 0 && s->has_tokens == UINT_MAX)
		s->has_tokens = suspended + 1; /* each call continues one */
	if (s->has_tokens != UINT_MAX)
		signals_wake_at(now_ns() + SOON_NS);
}

void
pacing_continue(struct session *s)
{
	executor_continue(s->executor);
	if (s->tokens != NULL)
		regain_tokens(s);
	else if (s->gate != NULL)
		(void)gate_resume(s->gate);
}

void
pacing_tick(struct session *s)
{
	const struct memory_policy *memory = &s->options->pace.memory;
	int64_t now = now_ns();
	uint64_t available;

	if (s->has_tokens != UINT_MAX && !ending_begun(&s->ending))
		regain_tokens(s);
	if (!uses_memory(memory) || ending_begun(&s->ending) || now - s->looked_ns < LOOK_NS)
		return;
	s->looked_ns = now;
	if (!memory_available("/proc", "/sys/fs/cgroup", &available))
		return;
	if (memory_is_short(memory, available))
		(void)executor_evict(s->executor);
	if (memory->suspend_bytes != 0)
		atomic_store(&s->suspended, executor_suspend(s->executor,
						memory_may_run(memory, available, s->has_tokens)));
}

void
pacing_resize(struct session *s, int by)
{
	unsigned width = executor_width(s->executor);

	if (by > 0)
		executor_set_width(s->executor, width + 1);
	else if (width > 1)
		executor_set_width(s->executor, width - 1);
}
