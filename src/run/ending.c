/*
 * A small state machine that runs in the signals thread, which never writes and so never waits for
 * a reader: told, killed, dead. No lock: other threads only leave a request.
 */
#include "run/ending.h"

#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/os.h"
#include "base/terminal.h"
#include "base/util.h"
#include "run/keeper.h"
#include "run/signals.h"
#include "run/strays.h"

/* a repeat within this time is the same signal, sent to the group and to us */
#define SAME_NS 100000000LL
#define LOOK_MS 20
#define TICK_NS 50000000LL
#define PRINT_NS 500000000LL  /* printing is tried for at least this long after the signal */
#define KILLED_NS 250000000LL /* and this long after jobs had to be killed */

enum {
	CALLED_OFF = 1,
	USELESS,
};

void
ending_init(struct ending *end, struct executor *e, const struct termseq *seq,
    void (*begun)(void *ctx), void *ctx)
{
	*end = (struct ending){.since_ticks = os_now_ticks(),
	    .executor = e,
	    .seq = seq,
	    .grace_ns = termseq_due(seq, seq->n - 1),
	    .begun = begun,
	    .ctx = ctx};
}

static void
tell(struct ending *end, int sig)
{
	unsigned most = executor_slots(end->executor);

	executor_stop(end->executor); /* none is missed by the list */
	if ((end->jobs = calloc(most, sizeof(*end->jobs))) != NULL)
		end->n_jobs = keeper_running(end->jobs, most);
	end->told_ns = now_ns();
	end->step = 1;
	end->told = true;
	executor_end(end->executor, sig);
	end->begun(end->ctx);
	if (end->n_jobs > 0)
		keeper_signal_strays(getpid(), sig);
}

static bool
was_ended(void *ctx, uint64_t seq, pid_t pid)
{
	const struct ending *end = ctx;

	(void)pid;
	for (unsigned i = 0; i < end->n_jobs; i++)
		if (end->jobs[i] == seq)
			return true;
	return false;
}

/* Nothing is waited for any more; what still writes is cut off. */
_Noreturn static void
die_now(struct ending *end)
{
	int sig = atomic_load(&end->signal);

	executor_end(end->executor, SIGKILL);
	(void)terminal_before(false);
	strays_signal(getpid(), end->since_ticks, SIGKILL, was_ended, end);
	if (sig != 0)
		signals_die(sig);
	_exit(EXIT_SPOOL);
}

/* One more signal of the sequence. */
static void
send_again(struct ending *end, int sig)
{
	end->killed = end->killed || sig == SIGKILL;
	keeper_signal_strays(getpid(), sig);
	executor_end(end->executor, sig);
}

/* Printing had its time, and so had killed jobs to be gone. */
static bool
is_overdue(const struct ending *end, int64_t now)
{
	int64_t print_ns = end->grace_ns > PRINT_NS ? end->grace_ns : PRINT_NS;

	/* What the user has called off is printed, however long its reader takes. */
	if (atomic_load(&end->requested) == CALLED_OFF && atomic_load(&end->signal) == 0)
		return false;
	return now - end->told_ns >= print_ns + (end->killed ? KILLED_NS : 0);
}

static void
wake(void)
{
	signals_wake_at(now_ns());
	signals_poke();
}

void
ending_on_signal(struct ending *end, int sig)
{
	int none = 0;

	atomic_compare_exchange_strong(&end->signal, &none, sig);
	if (!end->told)
		tell(end, sig);
	else if (now_ns() - end->told_ns > SAME_NS)
		die_now(end);
}

void
ending_request(struct ending *end, int death)
{
	int none = 0;

	if (atomic_exchange(&end->requested, USELESS) == USELESS)
		return;
	if (death != 0)
		atomic_compare_exchange_strong(&end->signal, &none, death);
	wake();
}

void
ending_call_off(struct ending *end)
{
	int none = 0;

	if (atomic_compare_exchange_strong(&end->requested, &none, CALLED_OFF))
		wake();
}

int64_t
ending_step(struct ending *end)
{
	int64_t now = now_ns(), next = now + TICK_NS, due;

	if (!end->told && atomic_load(&end->requested) != 0)
		tell(end, end->seq->steps[0].sig);
	if (!end->told)
		return 0;
	for (; end->step < end->seq->n; end->step++) {
		due = end->told_ns + termseq_due(end->seq, end->step);
		if (now < due)
			return due < next ? due : next;
		send_again(end, end->seq->steps[end->step].sig);
	}
	if (is_overdue(end, now))
		die_now(end);
	return next;
}

void
ending_finish(struct ending *end)
{
	if (!atomic_load(&end->told) || end->n_jobs == 0)
		return;
	while (strays_signal(getpid(), end->since_ticks, 0, was_ended, end) > 0 &&
	       now_ns() - end->told_ns < end->grace_ns)
		poll(NULL, 0, LOOK_MS);
	strays_signal(getpid(), end->since_ticks, SIGKILL, was_ended, end);
}

bool
ending_pending(const struct ending *end)
{
	return atomic_load(&end->requested) != 0 && !atomic_load(&end->told);
}

bool
ending_begun(const struct ending *end)
{
	return atomic_load(&end->told) || atomic_load(&end->requested) != 0;
}
