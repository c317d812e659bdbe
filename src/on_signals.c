/*
 * The callbacks of the signals thread: signals, and all that has its time. It writes nothing to
 * stdout and waits for nobody.
 */
#include <poll.h>
#include <unistd.h>

#include "base/terminal.h"
#include "base/util.h"
#include "events.h"
#include "heartbeat.h"
#include "pacing.h"
#include "state.h"

#define TICK_NS 1000000000LL /* stopped jobs are looked for this often */
#define SOON_NS 100000000LL  /* while a spawn may hang */

static void
on_stopped_job(void *ctx, uint64_t seq, int sig)
{
	struct pollfd err = {.fd = STDERR_FILENO, .events = POLLOUT};

	(void)ctx;
	/* This thread waits for nobody's reader. */
	if ((sig != SIGTTIN && sig != SIGTTOU) || poll(&err, 1, 0) != 1)
		return;
	warn("job %llu is stopped: it wants the terminal (%s); see --tty", (unsigned long long)seq,
	    signal_name(sig));
}

static void
on_ending(void *ctx, int sig)
{
	struct session *s = ctx;

	ending_on_signal(&s->ending, sig);
	signals_wake_at(now_ns()); /* it goes on in the ticks */
}

static void
on_stop(void *ctx)
{
	struct session *s = ctx;

	pacing_pause(s);
	s->holds_terminal = terminal_before(false);
}

static void
on_resume(void *ctx)
{
	struct session *s = ctx;

	if (s->holds_terminal)
		terminal_after("", 0);
	s->holds_terminal = false;
	pacing_continue(s);
	signals_wake_at(now_ns() + SOON_NS);
}

/* Jobs whose time is up. */
static void
end_overdue_jobs(struct session *s)
{
	int64_t limit_ns, oldest_ns;

	if (!s->options->timeout.given && !pacing_evicts(s) && s->options->style.max_output == 0)
		return;
	limit_ns = s->options->timeout.given ? timeout_limit(&s->timeout) : 0;
	signals_wake_at(
	    executor_end_overdue(s->executor, limit_ns, &s->options->termseq, &oldest_ns));
	timeout_looked(&s->timeout, oldest_ns);
}

/* Past the deadline. */
static void
call_off_late_run(struct session *s)
{
	if (s->deadline_ns == 0 || atomic_load(&s->late))
		return;
	if (now_ns() < s->deadline_ns) {
		signals_wake_at(s->deadline_ns);
		return;
	}
	if (ending_begun(&s->ending))
		return;
	atomic_store(&s->halted, halt_met(&s->halt, &(int){0}));
	atomic_store(&s->late, true);
	ending_call_off(&s->ending);
}

static void
on_resize(void *ctx, int by)
{
	pacing_resize(ctx, by);
}

static void
on_tick(void *ctx)
{
	struct session *s = ctx;
	bool spawning = executor_look(s->executor, on_stopped_job, s);
	int64_t next;

	signals_wake_at(now_ns() + (spawning ? SOON_NS : TICK_NS));
	pacing_tick(s);
	heartbeat_tick(s);
	end_overdue_jobs(s);
	if (s->options->retry.tries > 1 && (next = executor_start_due(s->executor)) != 0)
		signals_wake_at(next);
	call_off_late_run(s);
	if ((next = ending_step(&s->ending)) != 0)
		signals_wake_at(next);
}

int64_t
events_first_tick(const struct session *s)
{
	int64_t first = now_ns() + TICK_NS;

	return s->deadline_ns != 0 && s->deadline_ns < first ? s->deadline_ns : first;
}

const struct signals_ops events_of_signals = {
    .ending = on_ending,
    .stop = on_stop,
    .resume = on_resume,
    .resize = on_resize,
    .tick = on_tick,
};
