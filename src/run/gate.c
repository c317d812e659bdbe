/*
 * Who has the turn sleeps in poll, on a pipe into which the end of a job and the end of the run
 * write; the others wait for the turn. All times are of the run's clock, which stands still while
 * spool is stopped.
 * Lock: gate.lock, never held while it asks or sleeps; but tokens are taken and given with it.
 */
#include "run/gate.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/os.h"
#include "base/util.h"

#define LOOK_NS 1000000000LL    /* the machine is looked at this often */
#define LEAST_NS 10000000LL     /* after a failure the delay is not less */
#define NOTHING_NS 1000000LL    /* a delay that has shrunk below it is none */
#define MOST_NS (INT64_MAX / 4) /* sums of times don't overflow */
#define MAX_POLL_MS 3600000

struct gate {
	struct gate_spec spec; /* read-only */
	int pipe[2];           /* read-only */
	pthread_mutex_t lock;
	pthread_cond_t passed_on; /* the turn */
	/* guarded by lock */
	bool taken;    /* the turn */
	bool sleeping; /* who has the turn is to be woken */
	bool stopped;
	bool paused;
	unsigned waiting;   /* for the turn */
	bool started;       /* a job was, at ... */
	int64_t started_ns; /* ... the last one */
	int64_t delay_ns;
	unsigned running;
	unsigned held; /* tokens */
	uint64_t ended;
};

struct gate *
gate_new(const struct gate_spec *spec)
{
	struct gate *g = calloc(1, sizeof(*g));
	int err;

	if (g == NULL)
		return NULL;
	if ((err = os_pipe(g->pipe)) != 0) {
		free(g);
		errno = err;
		return NULL;
	}
	g->spec = *spec;
	g->delay_ns = spec->delay_ns < MOST_NS ? spec->delay_ns : MOST_NS;
	pthread_mutex_init(&g->lock, NULL);
	pthread_cond_init(&g->passed_on, NULL);
	return g;
}

void
gate_free(struct gate *g)
{
	if (g == NULL)
		return;
	close(g->pipe[0]);
	close(g->pipe[1]);
	pthread_cond_destroy(&g->passed_on);
	pthread_mutex_destroy(&g->lock);
	free(g);
}

int64_t
gate_adapted(int64_t delay_ns, bool failed)
{
	if (failed)
		delay_ns += delay_ns / 10 * 3;
	else
		delay_ns -= delay_ns / 10;
	if (failed && delay_ns < LEAST_NS)
		return LEAST_NS;
	if (delay_ns < NOTHING_NS)
		return 0;
	return delay_ns < MOST_NS ? delay_ns : MOST_NS;
}

void
gate_take_turn(struct gate *g)
{
	pthread_mutex_lock(&g->lock);
	g->waiting++;
	while (g->taken)
		pthread_cond_wait(&g->passed_on, &g->lock);
	g->waiting--;
	g->taken = true;
	pthread_mutex_unlock(&g->lock);
}

void
gate_give_turn(struct gate *g)
{
	pthread_mutex_lock(&g->lock);
	g->taken = false;
	pthread_cond_signal(&g->passed_on);
	pthread_mutex_unlock(&g->lock);
}

bool
gate_is_awaited(struct gate *g)
{
	bool yes;

	pthread_mutex_lock(&g->lock);
	yes = g->taken || g->waiting > 0;
	pthread_mutex_unlock(&g->lock);
	return yes;
}

/* Whoever sleeps looks again. Locked. */
static void
wake(struct gate *g)
{
	if (g->sleeping)
		(void)!write(g->pipe[1], "", 1);
	g->sleeping = false;
}

/*
 * For that long, until woken, or until there may be a token and it waits for one. Locked, but not
 * while it sleeps.
 */
static void
sleep_for(struct gate *g, int64_t ns, bool for_token)
{
	struct pollfd woken[2] = {{.fd = g->pipe[0], .events = POLLIN}, {.fd = -1}};
	int64_t ms = (ns + 999999) / 1000000;
	char bytes[16];

	if (for_token)
		woken[1] = (struct pollfd){.fd = g->spec.tokens->fd(), .events = POLLIN};
	g->sleeping = true;
	pthread_mutex_unlock(&g->lock);
	if (poll(woken, 2, ms < MAX_POLL_MS ? (int)ms : MAX_POLL_MS) > 0 && woken[0].revents != 0)
		(void)!read(g->pipe[0], bytes, sizeof(bytes));
	pthread_mutex_lock(&g->lock);
	g->sleeping = false;
}

/* Whether one more may start beside those that run. Locked, but not while it asks. */
static bool
ask(struct gate *g, void *who)
{
	bool yes;

	if (g->running == 0 || g->spec.look == NULL)
		return true;
	pthread_mutex_unlock(&g->lock);
	yes = g->spec.look(g->spec.ctx, who);
	pthread_mutex_lock(&g->lock);
	return yes;
}

/* Whether there is a token for one more; the first one needs none. Locked. */
static bool
take_token(struct gate *g)
{
	if (g->running == 0 || g->spec.tokens == NULL)
		return true;
	if (!g->paused)
		g->held = g->spec.tokens->hold(g->running);
	return g->held >= g->running;
}

/* No more are held than jobs run beside the first. Locked. */
static void
give_tokens(struct gate *g)
{
	unsigned needed = g->running > 1 ? g->running - 1 : 0;

	if (g->spec.tokens == NULL)
		return;
	/* What is owed since a pause is not taken here. */
	g->held = g->spec.tokens->hold(g->held < needed ? g->held : needed);
	if (g->running == 0 && g->spec.tokens->idle != NULL)
		g->spec.tokens->idle();
}

void
gate_await(struct gate *g, void *who)
{
	pthread_mutex_lock(&g->lock);
	while (!g->stopped) {
		uint64_t seen = g->ended;
		int64_t left = g->started ? g->started_ns + g->delay_ns - now_ns() : 0;
		bool for_token = left <= 0 && ask(g, who);

		if (for_token && take_token(g))
			break;
		if (left <= 0)
			left = for_token ? MOST_NS : LOOK_NS;
		if (seen == g->ended && !g->stopped) /* what ended while it asked woke nobody */
			sleep_for(g, left, for_token && !g->paused);
	}
	g->running++;
	pthread_mutex_unlock(&g->lock);
}

void
gate_start(struct gate *g)
{
	pthread_mutex_lock(&g->lock);
	g->started = true;
	g->started_ns = now_ns();
	pthread_mutex_unlock(&g->lock);
}

void
gate_end(struct gate *g)
{
	pthread_mutex_lock(&g->lock);
	g->running--;
	g->ended++;
	give_tokens(g);
	wake(g);
	pthread_mutex_unlock(&g->lock);
}

void
gate_pause(struct gate *g)
{
	pthread_mutex_lock(&g->lock);
	g->paused = true;
	if (g->spec.tokens != NULL)
		g->held = g->spec.tokens->hold(0);
	pthread_mutex_unlock(&g->lock);
}

unsigned
gate_resume(struct gate *g)
{
	unsigned may_run = UINT_MAX;

	pthread_mutex_lock(&g->lock);
	g->paused = false;
	if (g->spec.tokens != NULL && g->held + 1 < g->running) {
		g->held = g->spec.tokens->hold(g->running - 1);
		if (g->held + 1 < g->running)
			may_run = g->held + 1;
	}
	wake(g);
	pthread_mutex_unlock(&g->lock);
	return may_run;
}

void
gate_poke(struct gate *g)
{
	pthread_mutex_lock(&g->lock);
	wake(g);
	pthread_mutex_unlock(&g->lock);
}

void
gate_learn(struct gate *g, bool failed)
{
	if (!g->spec.adapt)
		return;
	pthread_mutex_lock(&g->lock);
	g->delay_ns = gate_adapted(g->delay_ns, failed);
	pthread_mutex_unlock(&g->lock);
}

void
gate_stop(struct gate *g)
{
	pthread_mutex_lock(&g->lock);
	g->stopped = true;
	wake(g);
	pthread_mutex_unlock(&g->lock);
}
