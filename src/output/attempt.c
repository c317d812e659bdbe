/*
 * Attempts in a file: each as it is in memory, then its texts. Those of a job are a chain, from the
 * last one back. Lock: attempts.lock, while one is written.
 */
#include "output/attempt.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/os.h"
#include "base/util.h"
#include "output/sink.h"

#define FIRST_READ 1024 /* mostly that is all */

/* As it is in the file; its texts follow. */
struct kept {
	uint64_t before; /* where the job's attempt before it is, and one; 0: there is none */
	struct attempt attempt;
};

struct attempts {
	pthread_mutex_t lock;
	/* guarded by lock; the main thread's own when the workers are gone */
	struct sink sink;
	uint64_t size;   /* of the file */
	uint64_t *last;  /* of each place: where its last attempt begins, and one; 0: none */
	uint64_t places; /* the greatest that there is */
	uint64_t cap;
	bool short_of_memory;
	uint64_t results[ATTEMPT_RESULTS];

	/* what was read */
	struct attempt *list;
	int n_list;
	struct buf bytes;
};

enum attempt_result
attempt_result(const struct attempt *a)
{
	if (a->verdict == VERDICT_OK)
		return ATTEMPT_PASSED;
	if (a->verdict == VERDICT_NOT_RUN)
		return ATTEMPT_SKIPPED;
	return a->verdict == VERDICT_FAILED && (a->sig == 0 || a->truncated) ? ATTEMPT_FAILED
	                                                                     : ATTEMPT_ERROR;
}

struct attempt
attempt_of_job(const struct job *j)
{
	struct attempt a = {
	    .verdict = verdict_of(j),
	    .number = j->tries,
	    .truncated = j->truncated,
	};

	if (j->outcome == JOB_RAN)
		a.took_ns = j->end.end_ns - j->end.start_ns;
	a.code = a.verdict == VERDICT_NOT_STARTED ? j->start_error : verdict_exit(j, &a.sig);
	return a;
}

const char *
attempt_kind(const struct attempt *a)
{
	static const char *const kinds[] = {
	    [VERDICT_OK] = "ok",
	    [VERDICT_FAILED] = "exit",
	    [VERDICT_TIMED_OUT] = "timeout",
	    [VERDICT_NOT_STARTED] = "start",
	    [VERDICT_CUT_OFF] = "cut off",
	    [VERDICT_NOT_RUN] = "not run",
	};

	if (a->verdict != VERDICT_FAILED)
		return kinds[a->verdict];
	return a->truncated ? "output" : a->sig != 0 ? "signal" : "exit";
}

int
attempt_say(struct buf *out, const struct attempt *a)
{
	char took[32];

	switch (a->verdict) {
	case VERDICT_TIMED_OUT:
		return buf_printf(
		    out, "timed out after %s", format_duration(a->took_ns, took, sizeof(took)));
	case VERDICT_NOT_STARTED:
		return buf_printf(out, "not started: %s", strerror(a->code));
	case VERDICT_CUT_OFF:
	case VERDICT_NOT_RUN:
		return buf_puts(out, attempt_kind(a));
	default:
		if (a->truncated)
			return buf_puts(out, "printed too much");
		return a->sig != 0 ? buf_puts(out, signal_name(a->sig))
		                   : buf_printf(out, "exit %d", a->code);
	}
}

struct attempts *
attempts_new(const char *dir)
{
	struct attempts *a = calloc(1, sizeof(*a));
	const int fd = a != NULL ? os_unnamed_file(dir) : -1;
	int err;

	if (fd >= 0 && sink_init(&a->sink, fd) == 0) {
		pthread_mutex_init(&a->lock, NULL);
		return a;
	}
	err = fd < 0 ? errno : ENOMEM;
	if (fd >= 0)
		close(fd);
	free(a);
	errno = err;
	return NULL;
}

/* The lock is held. */
static bool
make_place(struct attempts *a, uint64_t place)
{
	uint64_t cap = a->cap > 0 ? a->cap : 64, *more;

	if (place > a->places)
		a->places = place;
	if (place <= a->cap)
		return true;
	while (cap < place)
		cap *= 2;
	if ((more = realloc(a->last, cap * sizeof(*more))) == NULL)
		return false;
	memset(more + a->cap, 0, (cap - a->cap) * sizeof(*more));
	a->last = more;
	a->cap = cap;
	return true;
}

void
attempts_add(struct attempts *a, uint64_t place, const struct attempt *attempt, bool last)
{
	struct kept kept = {.attempt = *attempt};

	pthread_mutex_lock(&a->lock);
	if (last)
		a->results[attempt_result(attempt)]++;
	if (make_place(a, place)) {
		kept.before = a->last[place - 1];
		a->last[place - 1] = a->size + 1;
		sink_write(&a->sink, (const char *)&kept, sizeof(kept));
		a->size += sizeof(kept);
		for (int i = 0; i < ATTEMPT_TEXTS; i++) {
			if (attempt->len[i] > 0)
				sink_write(&a->sink, attempt->text[i], attempt->len[i]);
			a->size += attempt->len[i];
		}
	} else {
		a->short_of_memory = true;
	}
	pthread_mutex_unlock(&a->lock);
}

int
attempts_finish(struct attempts *a)
{
	sink_flush(&a->sink);
	return a->short_of_memory ? ENOMEM : a->sink.error;
}

/* Have at least n bytes of the file, from at, in bytes behind start; a few more if need be. */
static int
read_bytes(struct attempts *a, uint64_t at, size_t start, size_t n)
{
	const size_t want = n > FIRST_READ ? n : FIRST_READ;
	size_t done = a->bytes.len - start;

	if (buf_reserve(&a->bytes, want) != 0)
		return ENOMEM;
	while (done < n) {
		ssize_t r = pread(
		    a->sink.fd, a->bytes.data + start + done, want - done, (off_t)(at + done));

		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0)
			return r < 0 ? errno : EIO;
		done += (size_t)r;
	}
	a->bytes.len = start + done;
	return 0;
}

/*
 * Add what begins at that place of the file to the list, and to the bytes; *before: the next one.
 */
static int
read_one(struct attempts *a, uint64_t at, uint64_t *before)
{
	const size_t start = a->bytes.len;
	struct attempt *more = realloc(a->list, (size_t)(a->n_list + 1) * sizeof(*more));
	struct kept kept;
	size_t n = sizeof(kept);
	int err;

	if (more == NULL)
		return ENOMEM;
	a->list = more;
	if ((err = read_bytes(a, at, start, n)) != 0)
		return err;
	memcpy(&kept, a->bytes.data + start, n);
	for (int i = 0; i < ATTEMPT_TEXTS; i++)
		n += kept.attempt.len[i];
	if ((err = read_bytes(a, at, start, n)) != 0)
		return err;
	a->bytes.len = start + n;
	a->list[a->n_list++] = kept.attempt;
	*before = kept.before;
	return 0;
}

/*
 * The bytes move no more: find the texts. From the last one back to the first; a try that was both
 * to be followed by another and the last one, because the run was over, is there once.
 */
static void
arrange(struct attempts *a)
{
	const char *at = a->bytes.data;
	int n = 0;

	for (int i = 0; i < a->n_list; i++) {
		struct attempt read = a->list[i];

		at += sizeof(struct kept);
		for (int k = 0; k < ATTEMPT_TEXTS; k++) {
			read.text[k] = at;
			at += read.len[k];
		}
		if (n == 0 || a->list[n - 1].number != read.number)
			a->list[n++] = read;
	}
	a->n_list = n;
	for (int i = 0; i < n / 2; i++) {
		const struct attempt other = a->list[i];

		a->list[i] = a->list[n - 1 - i];
		a->list[n - 1 - i] = other;
	}
}

int
attempts_read(struct attempts *a, uint64_t place, const struct attempt **list, int *n)
{
	uint64_t at = a->last[place - 1];
	int err = 0;

	a->n_list = 0;
	buf_reset(&a->bytes);
	while (at != 0 && err == 0)
		err = read_one(a, at - 1, &at);
	if (err == 0)
		arrange(a);
	*list = a->list;
	*n = a->n_list;
	return err;
}

uint64_t
attempts_places(const struct attempts *a)
{
	return a->places;
}

uint64_t
attempts_count(const struct attempts *a, enum attempt_result result)
{
	return a->results[result];
}

void
attempts_free(struct attempts *a)
{
	close(a->sink.fd);
	sink_release(&a->sink);
	free(a->last);
	free(a->list);
	buf_free(&a->bytes);
	free(a);
}
