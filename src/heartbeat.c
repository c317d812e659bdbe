/*
 * Which jobs run, and for how long spool has been silent. A job in the list is its worker's; what
 * it was made of stays as it is until the worker has taken it off, its end does not.
 * Lock: heartbeat.lock, for the list.
 */
#include "heartbeat.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "observers.h"
#include "output/plain.h"
#include "run/signals.h"
#include "state.h"

#define COMMAND_BYTES 200

struct heartbeat {
	pthread_mutex_t lock;
	/* guarded by lock */
	struct running {
		const struct job *job; /* NULL: none */
		int64_t start_ns;
	} * running; /* by slot */
	unsigned n;
	bool over; /* what is said at the end comes last */

	/* the signals thread's own */
	uint64_t written; /* as it was ... */
	int64_t since_ns; /* ... from then on */
	struct buf text;
};

/* Room for a slot of that number, in a table that is locked. */
static void
make_room(struct heartbeat *h, unsigned slot)
{
	struct running *more = realloc(h->running, slot * sizeof(*more));

	if (more != NULL) {
		memset(more + h->n, 0, (slot - h->n) * sizeof(*more));
		h->n = slot;
		h->running = more;
	} else {
		die("out of memory");
	}
}

static void
on_started(struct session *s, const struct job *j)
{
	struct heartbeat *h = s->heartbeat;

	pthread_mutex_lock(&h->lock);
	if (j->slot > h->n)
		make_room(h, j->slot);
	h->running[j->slot - 1] = (struct running){j, j->end.start_ns};
	pthread_mutex_unlock(&h->lock);
}

/* One that waited in vain to run again has left its slot to another before. */
static void
on_ended(struct session *s, const struct job *j)
{
	struct heartbeat *h = s->heartbeat;

	pthread_mutex_lock(&h->lock);
	if (j->slot > 0 && j->slot <= h->n && h->running[j->slot - 1].job == j)
		h->running[j->slot - 1].job = NULL;
	pthread_mutex_unlock(&h->lock);
}

/* How many jobs run, the oldest one, and its command in h->text; the lock is held. */
static unsigned
look(const struct session *s, struct running *oldest)
{
	struct heartbeat *h = s->heartbeat;
	struct buf command = {0};
	unsigned n = 0;

	for (unsigned i = 0; i < h->n; i++) {
		const struct running *r = &h->running[i];

		if (r->job == NULL)
			continue;
		if (n++ == 0 || r->start_ns < oldest->start_ns)
			*oldest = *r;
	}
	buf_reset(&h->text);
	if (n > 0 && launch_describe(s->launch, oldest->job, &command) == 0 &&
	    buf_string(&command) != NULL && plain_line(&h->text, command.data, COMMAND_BYTES) == 0)
		(void)ci_defuse(s->options->ci.system, &h->text, 0);
	buf_free(&command);
	return n;
}

static void
beat(struct session *s)
{
	struct pollfd err = {.fd = STDERR_FILENO, .events = POLLOUT};
	struct heartbeat *h = s->heartbeat;
	struct running oldest = {NULL, 0};
	char age[32];
	unsigned n;
	bool over;

	pthread_mutex_lock(&h->lock);
	n = look(s, &oldest);
	over = h->over;
	pthread_mutex_unlock(&h->lock);
	if (over || poll(&err, 1, 0) != 1)
		return;
	if (n > 0 && buf_string(&h->text) != NULL)
		warn("%u running, oldest %s: %s", n,
		    format_duration(now_ns() - oldest.start_ns, age, sizeof(age)), h->text.data);
	else if (n == 0)
		warn("0 running");
}

void
heartbeat_tick(struct session *s)
{
	struct heartbeat *h = s->heartbeat;
	uint64_t written;
	int64_t now;

	if (h == NULL)
		return;
	now = now_ns();
	written = printer_written(s->printer);
	if (written != h->written) {
		h->written = written;
		h->since_ns = now;
	}
	if (now - h->since_ns >= s->options->heartbeat_ns) {
		beat(s);
		h->since_ns = now;
	}
	(void)signals_wake_at(h->since_ns + s->options->heartbeat_ns);
}

static bool
on_closing(struct session *s, int status, int sig)
{
	(void)status;
	(void)sig;
	pthread_mutex_lock(&s->heartbeat->lock);
	s->heartbeat->over = true;
	pthread_mutex_unlock(&s->heartbeat->lock);
	return true;
}

const struct observer *
heartbeat_open(struct session *s)
{
	static const struct observer observer = {
	    .started = on_started,
	    .retried = on_ended,
	    .ended = on_ended,
	    .closing = on_closing,
	};
	static struct heartbeat h = {.lock = PTHREAD_MUTEX_INITIALIZER};

	if (s->options->heartbeat_ns == 0)
		return NULL;
	s->heartbeat = &h;
	h.since_ns = now_ns();
	(void)signals_wake_at(h.since_ns + s->options->heartbeat_ns);
	return &observer;
}
