/*
 * --progress, --bar and --eta: counts what happens, and shows it from a thread of its own, which
 * nobody waits for. Knows nothing of how it looks (output/progress.c) or of how it comes to stand
 * under the output (output/screen.c).
 * Locks: one for each slot, for the job that runs there; and progress.lock, for plain lines.
 */
#include "output/progress.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/os.h"
#include "events.h"
#include "observers.h"
#include "output/screen.h"
#include "pacing.h"
#include "state.h"

#define STACK_BYTES (256 << 10)
#define NS_PER_S INT64_C(1000000000)
#define FRAME_MS 100
#define PLAIN_MS 1000
#define PLAIN_NS (10 * NS_PER_S) /* between plain lines; or sooner, at each tenth of the jobs */
#define LONG_NS NS_PER_S         /* a job that has run shorter has no line */

/* A slot. */
struct running {
	pthread_mutex_t lock;
	const struct job *job;    /* guarded by lock; NULL: none runs */
	_Atomic int64_t start_ns; /* changed with lock held; 0: none runs */
};

/* A job that has a line. */
struct shown {
	struct running *slot;
	int64_t start_ns;
	uint64_t seq;
	struct buf command;
};

static struct {
	/* set when it is opened, then read-only */
	struct session *session;
	struct progress_style style; /* but for the window */
	int64_t start_ns;
	struct running *slots;
	unsigned n_slots;

	atomic_bool begun; /* the thread was started */
	_Atomic uint64_t done, failed, running;
	_Atomic int64_t last_ns; /* when the last one was done */

	pthread_mutex_t lock;
	bool closed; /* guarded by lock */

	/* whose turn it is to show something */
	struct shown shown[PROGRESS_MOST_JOBS];
	int64_t told_ns;
	uint64_t told_tenths;
} progress = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void
count(struct progress_numbers *n)
{
	struct session *s = progress.session;
	int64_t last_ns = atomic_load(&progress.last_ns);

	/* In this order: what has failed is done, what is done was submitted. */
	n->failed = atomic_load(&progress.failed);
	n->done = atomic_load(&progress.done);
	n->running = atomic_load(&progress.running);
	n->more = !atomic_load(&s->all_read);
	n->total = atomic_load(&s->submitted);
	n->elapsed_ns = now_ns() - progress.start_ns;
	n->last_ns = last_ns > progress.start_ns ? last_ns - progress.start_ns : 0;
}

/* The slots whose jobs run for longest, in order. Returns how many. */
static unsigned
choose(int64_t now, struct shown longest[])
{
	unsigned n = 0, k;

	for (unsigned i = 0; i < progress.n_slots; i++) {
		struct running *slot = &progress.slots[i];
		int64_t start_ns = atomic_load(&slot->start_ns);

		if (start_ns == 0 || now - start_ns < LONG_NS)
			continue;
		for (k = n; k > 0 && start_ns < longest[k - 1].start_ns; k--)
			if (k < PROGRESS_MOST_JOBS)
				longest[k] = longest[k - 1];
		if (k < PROGRESS_MOST_JOBS)
			longest[k] = (struct shown){.slot = slot, .start_ns = start_ns};
		n += n < PROGRESS_MOST_JOBS;
	}
	return n;
}

/* What the job is called, unless that is known already. False: it is gone. */
static bool
describe(struct shown *known, const struct shown *chosen)
{
	struct running *slot = chosen->slot;
	bool found;

	if (known->start_ns == chosen->start_ns && known->slot == slot)
		return true;
	pthread_mutex_lock(&slot->lock);
	found = atomic_load(&slot->start_ns) == chosen->start_ns &&
	        events_describe(progress.session, slot->job, &known->command) == 0;
	if (found)
		known->seq = slot->job->seq;
	pthread_mutex_unlock(&slot->lock);
	known->slot = slot;
	known->start_ns = found ? chosen->start_ns : 0;
	return found;
}

static unsigned
list_jobs(int64_t now, struct progress_job jobs[])
{
	struct shown longest[PROGRESS_MOST_JOBS];
	unsigned chosen = choose(now, longest), n = 0;

	for (unsigned i = 0; i < chosen; i++) {
		struct shown *known = &progress.shown[n];

		if (!describe(known, &longest[i]))
			continue;
		jobs[n++] = (struct progress_job){
		    .seq = known->seq,
		    .ran_ns = now - known->start_ns,
		    .command = known->command.data,
		    .len = known->command.len - 1, /* less the newline */
		};
	}
	return n;
}

/* One at a time. */
static bool
render(struct progress_area *area)
{
	struct progress_style *style = &progress.style;
	struct progress_job jobs[PROGRESS_MOST_JOBS];
	struct progress_numbers numbers;
	struct winsize size;
	unsigned n = 0;

	if (!os_window(STDERR_FILENO, &size))
		size = (struct winsize){.ws_row = 24, .ws_col = 80};
	style->columns = size.ws_col;
	style->rows = size.ws_row;
	count(&numbers);
	if (style->parts & PROGRESS_JOBS)
		n = list_jobs(now_ns(), jobs);
	return style->columns > 1 && progress_draw(area, style, &numbers, jobs, n) == 0;
}

static void
tell(bool last)
{
	struct progress_numbers numbers;
	struct buf text = {0};

	count(&numbers);
	pthread_mutex_lock(&progress.lock);
	if (!progress.closed && progress_plain(&numbers, &text) == 0)
		warn("%.*s", (int)text.len, text.data);
	progress.closed = progress.closed || last;
	pthread_mutex_unlock(&progress.lock);
	buf_free(&text);
}

static void
tell_when_due(void)
{
	struct progress_numbers n;
	uint64_t tenths;

	count(&n);
	tenths = n.more || n.total == 0 ? 0 : 10 * n.done / n.total;
	if (n.elapsed_ns - progress.told_ns < PLAIN_NS &&
	    (tenths <= progress.told_tenths || tenths > 9))
		return;
	progress.told_ns = n.elapsed_ns;
	progress.told_tenths = tenths;
	tell(false);
}

static void *
watch(void *arg)
{
	bool plain = (progress.style.parts & PROGRESS_PLAIN) != 0;

	(void)arg;
	for (;;) {
		if (plain)
			poll(NULL, 0, PLAIN_MS);
		(plain ? tell_when_due : screen_refresh)();
		if (!plain)
			poll(NULL, 0, FRAME_MS);
	}
	return NULL;
}

/* In a worker, so that it gets no signals. Without it the run goes on unseen. */
static void
begin(void)
{
	pthread_attr_t attr;
	pthread_t thread;

	if (pthread_attr_init(&attr) != 0)
		return;
	if (pthread_attr_setstacksize(&attr, STACK_BYTES) == 0 &&
	    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED) == 0)
		(void)pthread_create(&thread, &attr, watch, NULL);
	pthread_attr_destroy(&attr);
}

static void
started(struct session *s, const struct job *j)
{
	struct running *slot = &progress.slots[j->slot - 1];

	(void)s;
	pthread_mutex_lock(&slot->lock);
	slot->job = j;
	atomic_store(&slot->start_ns, j->end.start_ns);
	pthread_mutex_unlock(&slot->lock);
	atomic_fetch_add(&progress.running, 1);
	if (!atomic_load(&progress.begun) && !atomic_exchange(&progress.begun, true))
		begin();
}

static void
stopped(struct session *s, const struct job *j)
{
	struct running *slot = &progress.slots[j->slot - 1];
	bool here;

	(void)s;
	pthread_mutex_lock(&slot->lock);
	if ((here = slot->job == j)) {
		slot->job = NULL;
		atomic_store(&slot->start_ns, 0);
	}
	pthread_mutex_unlock(&slot->lock);
	if (here)
		atomic_fetch_sub(&progress.running, 1);
}

static void
ended(struct session *s, const struct job *j)
{
	if (j->slot > 0)
		stopped(s, j);
	if (j->outcome == JOB_NOT_RUN)
		return;
	atomic_store(&progress.last_ns, now_ns());
	atomic_fetch_add(&progress.done, 1);
	if (job_failed(j))
		atomic_fetch_add(&progress.failed, 1);
}

static bool
closing(struct session *s, int status, int sig)
{
	(void)s;
	(void)status;
	(void)sig;
	if (progress.style.parts & PROGRESS_PLAIN)
		tell(true);
	else
		screen_close();
	return true;
}

static bool
knows_utf8(void)
{
	const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
	const char *value = NULL;

	for (int i = 0; i < 3 && (value == NULL || *value == '\0'); i++)
		value = getenv(names[i]);
	return value != NULL && (strstr(value, "UTF-8") != NULL || strstr(value, "utf8") != NULL);
}

const struct observer *
progress_open(struct session *s)
{
	static const struct observer observer = {
	    .started = started, .retried = stopped, .ended = ended, .closing = closing};

	if (s->options->progress == 0)
		return NULL;
	progress.session = s;
	progress.n_slots = s->most;
	if ((progress.slots = calloc(progress.n_slots, sizeof(*progress.slots))) == NULL)
		die("out of memory");
	for (unsigned i = 0; i < progress.n_slots; i++)
		pthread_mutex_init(&progress.slots[i].lock, NULL);
	progress.style.parts = s->options->progress;
	progress.style.color = (s->options->style.color & 2) != 0;
	progress.style.utf8 = knows_utf8();
	progress.start_ns = now_ns();
	if ((progress.style.parts & PROGRESS_PLAIN) == 0)
		screen_open(render);
	return &observer;
}
