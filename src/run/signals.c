/*
 * The signals thread. Everything it takes is blocked in all threads, so each signal comes here and
 * nowhere else.
 * State is static because signals belong to the process: set before the thread starts, then
 * read-only, but for wake_at_ns, which is atomic.
 */
#include "run/signals.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/os.h"
#include "base/util.h"

#define STACK_BYTES (128 << 10)
#define SETTLE_MS 5

static const int ending_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

static struct {
	sigset_t taken; /* the signals the thread waits for */
	bool pipe_was_ignored;
	const struct signals_ops *ops;
	void *ctx;
	pthread_t thread;
	atomic_bool started;
	_Atomic int64_t wake_at_ns;
	pthread_mutex_t lock; /* never held with another */
	pthread_cond_t handled;
	unsigned rounds; /* guarded by lock: so many signals have been handled */
} signals = {.lock = PTHREAD_MUTEX_INITIALIZER, .handled = PTHREAD_COND_INITIALIZER};

static bool
is_ignored(int sig)
{
	struct sigaction sa;

	return sigaction(sig, NULL, &sa) == 0 && sa.sa_handler == SIG_IGN;
}

static void
set_disposition(int sig, void (*disposition)(int))
{
	struct sigaction sa = {.sa_handler = disposition};

	sigemptyset(&sa.sa_mask);
	sigaction(sig, &sa, NULL);
}

static void
take(int sig)
{
	if (!is_ignored(sig))
		sigaddset(&signals.taken, sig);
}

void
signals_init(sigset_t *old)
{
	sigemptyset(&signals.taken);
	for (size_t i = 0; i < sizeof(ending_signals) / sizeof(*ending_signals); i++)
		take(ending_signals[i]);
	take(SIGUSR1);
	take(SIGUSR2);
	take(SIGTSTP);
	take(SIGCONT);
	sigaddset(&signals.taken, os_poke_signal());
	signals.pipe_was_ignored = is_ignored(SIGPIPE);
	set_disposition(SIGPIPE, SIG_IGN);
	set_disposition(SIGXFSZ, SIG_IGN);
	set_disposition(SIGCHLD, SIG_DFL);
	sigprocmask(SIG_BLOCK, &signals.taken, old);
}

bool
signals_pipe_was_ignored(void)
{
	return signals.pipe_was_ignored;
}

/*
 * Stop like any program does on TSTP. The kernel does not stop a process group that nobody could
 * continue; then this returns at once, and the run goes on.
 */
static void
stop_self(void)
{
	sigset_t tstp, pending;

	/*
	 * The stop would discard a CONT that is pending, and nobody would send another. One that
	 * was sent right behind TSTP is here after a moment.
	 */
	poll(NULL, 0, SETTLE_MS);
	if (sigpending(&pending) == 0 && sigismember(&pending, SIGCONT))
		return;
	sigemptyset(&tstp);
	sigaddset(&tstp, SIGTSTP);
	pthread_kill(pthread_self(), SIGTSTP);
	pthread_sigmask(SIG_UNBLOCK, &tstp, NULL);
	pthread_sigmask(SIG_BLOCK, &tstp, NULL);
}

static void
handle(int sig)
{
	int64_t began_ns;

	switch (sig) {
	case SIGTSTP:
		signals.ops->stop(signals.ctx);
		began_ns = now_ns();
		stop_self();
		clock_skip(now_ns() - began_ns);
		signals.ops->resume(signals.ctx);
		break;
	case SIGUSR1:
	case SIGUSR2:
		if (signals.ops->resize != NULL)
			signals.ops->resize(signals.ctx, sig == SIGUSR1 ? 1 : -1);
		break;
	case SIGCONT:
		signals.ops->resume(signals.ctx);
		break;
	default:
		if (sig != os_poke_signal())
			signals.ops->ending(signals.ctx, sig);
	}
}

/* Milliseconds until the next tick is due; -1: none is asked for. */
static int
wait_ms(void)
{
	int64_t at = atomic_load(&signals.wake_at_ns), left;

	if (at == 0)
		return -1;
	left = (at - now_ns() + 999999) / 1000000;
	return left < 0 ? 0 : left > 60000 ? 60000 : (int)left;
}

static void
end_round(void)
{
	pthread_mutex_lock(&signals.lock);
	signals.rounds++;
	pthread_cond_broadcast(&signals.handled);
	pthread_mutex_unlock(&signals.lock);
}

static void *
wait_for_signals(void *arg)
{
	(void)arg;
	for (;;) {
		int sig = os_sigwait(&signals.taken, wait_ms());

		if (sig > 0) {
			handle(sig);
			end_round();
		}
		if (wait_ms() == 0) {
			/* First: what is asked for from now on may be missed by this tick. */
			atomic_store(&signals.wake_at_ns, 0);
			signals.ops->tick(signals.ctx);
		}
	}
	return NULL;
}

int
signals_start(const struct signals_ops *ops, void *ctx)
{
	pthread_attr_t attr;
	int err;

	signals.ops = ops;
	signals.ctx = ctx;
	if ((err = pthread_attr_init(&attr)) != 0)
		return err;
	if ((err = pthread_attr_setstacksize(&attr, STACK_BYTES)) == 0 &&
	    (err = pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED)) == 0)
		err = pthread_create(&signals.thread, &attr, wait_for_signals, NULL);
	pthread_attr_destroy(&attr);
	atomic_store(&signals.started, err == 0);
	return err;
}

bool
signals_wake_at(int64_t when_ns)
{
	int64_t at = atomic_load(&signals.wake_at_ns);

	while (at == 0 || when_ns < at)
		if (atomic_compare_exchange_weak(&signals.wake_at_ns, &at, when_ns))
			return true;
	return false;
}

void
signals_poke(void)
{
	if (atomic_load(&signals.started))
		pthread_kill(signals.thread, os_poke_signal());
}

bool
signals_end_run(int sig)
{
	for (size_t i = 0; i < sizeof(ending_signals) / sizeof(*ending_signals); i++)
		if (sig == ending_signals[i])
			return sigismember(&signals.taken, sig) == 1;
	return false;
}

int
signals_pending(void)
{
	sigset_t pending;

	if (sigpending(&pending) != 0)
		return 0;
	for (size_t i = 0; i < sizeof(ending_signals) / sizeof(*ending_signals); i++)
		if (sigismember(&pending, ending_signals[i]) &&
		    sigismember(&signals.taken, ending_signals[i]))
			return ending_signals[i];
	return 0;
}

static void
await_round(void)
{
	unsigned seen;

	pthread_mutex_lock(&signals.lock);
	seen = signals.rounds;
	signals_poke();
	while (signals.rounds == seen)
		pthread_cond_wait(&signals.handled, &signals.lock);
	pthread_mutex_unlock(&signals.lock);
}

/*
 * One that was taken, but not handled, is neither pending nor known. The round that ends first may
 * have begun before it was taken; the second has not.
 */
void
signals_settle(void)
{
	if (!atomic_load(&signals.started))
		return;
	for (int i = 0; i < 2 || signals_pending() != 0; i++)
		await_round();
}

_Noreturn void
signals_die(int sig)
{
	sigset_t one;

	struct rlimit none = {0, 0};

	if (sig == SIGQUIT) /* the user wants the end, not spool's core */
		setrlimit(RLIMIT_CORE, &none);
	set_disposition(sig, SIG_DFL);
	sigemptyset(&one);
	sigaddset(&one, sig);
	/* To this thread: one that is sent to the process is taken by the signals thread. */
	pthread_kill(pthread_self(), sig);
	pthread_sigmask(SIG_UNBLOCK, &one, NULL);
	_exit(128 + sig);
}
