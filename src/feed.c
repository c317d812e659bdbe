/*
 * The main thread while the run runs: records become jobs that have a number, and wait for room.
 */
#include "feed.h"

#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "observers.h"
#include "records.h"
#include "results.h"
#include "state.h"

#define COUNT_MOST 1000000   /* jobs that are only counted, */
#define COUNT_NS 200000000LL /* and how long */

static void
submit(struct session *s, struct record *record, uint64_t seq)
{
	const uint64_t place = atomic_load(&s->submitted) + 1;
	struct job *j;
	int err;

	printer_admit(s->printer);
	if ((j = job_new(seq, record)) != NULL)
		j->place = place;
	else
		die("out of memory");
	atomic_store_explicit(&s->submitted, place, memory_order_relaxed);
	if ((err = executor_submit(s->executor, j)) != 0)
		die("cannot start a thread: %s", strerror(err));
}

/* The record of the next job of the list, and its number. */
static enum source_status
next_listed(struct session *s, struct record **record, uint64_t *seq)
{
	enum source_status status = SOURCE_STOPPED;

	while (s->counting || !executor_stopped(s->executor)) {
		if (records_replace_input(s)) {
			if (!records_next(s, record, seq))
				return SOURCE_END;
			s->jobs++;
			return SOURCE_ITEM;
		}
		/* Input is read no further ahead than it is needed, if only to be counted. */
		if (!s->counting && s->options->progress == 0 && !batch_ready(s->batch))
			executor_await(s->executor);
		if ((status = batch_next(s->batch, record)) != SOURCE_ITEM)
			break;
		if (template_wants(s->command, *record)) {
			*seq = ++s->jobs;
			break;
		}
		free(*record);
		status = SOURCE_STOPPED;
	}
	return status;
}

/* Whether the job of this run has to run. */
static bool
is_open(struct session *s, struct record *record, uint64_t seq)
{
	return records_replace_input(s) || !records_skip(s, record, seq);
}

/* The same for any job. Those of other parts use up nothing of the log. */
static bool
is_wanted(struct session *s, struct record *record, uint64_t seq)
{
	const struct partition_policy *p = &s->options->partition;

	if (p->parts == 0 || partition_takes(p, seq, record->data, record->bytes))
		return is_open(s, record, seq);
	s->others++;
	return false;
}

/* The next one that is wanted. */
static enum source_status
next_record(struct session *s, struct record **record, uint64_t *seq)
{
	enum source_status status;

	while (
	    (status = next_listed(s, record, seq)) == SOURCE_ITEM && !is_wanted(s, *record, *seq))
		free(*record);
	return status;
}

static void *
grow(void *list, size_t bytes)
{
	void *more = realloc(list, bytes);

	if (more == NULL)
		die("out of memory");
	return more;
}

struct numbered {
	struct record *record;
	uint64_t seq;
};

/* Every job there is, n of them: leave those that are wanted. Returns their number. */
static size_t
keep_part(struct session *s, struct numbered *jobs, size_t n)
{
	uint64_t *times = grow(NULL, (n + 1) * sizeof(*times));
	bool *mine = grow(NULL, n + 1);
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		times[i] = records_time(s, jobs[i].record, jobs[i].seq);
	if (partition_pack(&s->options->partition, times, n, mine) != 0)
		die("out of memory");
	for (size_t i = 0; i < n; i++) {
		s->others += !mine[i];
		if (mine[i] && is_open(s, jobs[i].record, jobs[i].seq))
			jobs[kept++] = jobs[i];
		else
			free(jobs[i].record);
	}
	free(times);
	free(mine);
	return kept;
}

/* Read everything, then go. */
static enum source_status
feed_all(struct session *s)
{
	const bool by_time = s->options->partition.by == PARTITION_TIME;
	struct numbered *records = NULL, next = {0};
	size_t n = 0, cap = 0;
	enum source_status status;

	while ((status = (by_time ? next_listed : next_record)(s, &next.record, &next.seq)) ==
	       SOURCE_ITEM) {
		if (n == cap) {
			cap = cap ? cap * 2 : 64;
			records = grow(records, cap * sizeof(*records));
		}
		records[n++] = next;
	}
	if (by_time)
		n = keep_part(s, records, n);
	launch_set_total(s->launch, s->jobs);
	halt_set_total(&s->halt, n);
	atomic_store(&s->single, status == SOURCE_END && n == 1);
	for (size_t i = 0; i < n; i++)
		submit(s, records[i].record, records[i].seq);
	free(records);
	return status;
}

unsigned
feed_needs(const struct session *s)
{
	unsigned needs = template_needs(s->command) | results_need(s);

	if (s->tag != NULL)
		needs |= text_template_needs(s->tag);
	if (s->wd != NULL)
		needs |= text_template_needs(s->wd);
	return needs;
}

/* Whether something must be known of all jobs before the first one starts. */
static bool
needs_total(const struct session *s)
{
	return s->options->partition.by == PARTITION_TIME || s->options->halt.percent != 0 ||
	       (feed_needs(s) & NEEDS_TOTAL) != 0;
}

static void
tell_not_run(struct session *s, struct record *record, uint64_t seq)
{
	const struct job j = {
	    .seq = seq,
	    .place = s->submitted + s->not_taken + 1,
	    .record = record,
	    .outcome = JOB_NOT_RUN,
	};

	observers_ended(s, &j);
}

/*
 * The run is stopped: what is left of the input is counted, as far as that is at hand and does not
 * take long. A stream that would have to be waited for is left alone, as the stop pipe says.
 */
static enum source_status
count_rest(struct session *s)
{
	const uint64_t jobs = s->jobs, others = s->others;
	const int64_t until_ns = now_ns() + COUNT_NS;
	enum source_status status = SOURCE_STOPPED;
	struct record *record;
	uint64_t seq;

	s->counting = true;
	while (s->not_taken < COUNT_MOST && now_ns() < until_ns &&
	       (status = next_record(s, &record, &seq)) == SOURCE_ITEM) {
		tell_not_run(s, record, seq);
		free(record);
		s->not_taken++;
	}
	s->jobs = jobs;
	s->others = others;
	return status == SOURCE_END ? SOURCE_END : SOURCE_STOPPED;
}

/*
 * Read and go. Where the second job is at hand it is read before the first one goes, which may
 * print other than it does when it is the only one.
 */
static enum source_status
feed_each(struct session *s)
{
	enum source_status status;
	struct record *record, *first;
	uint64_t seq, first_seq;

	if ((status = next_record(s, &first, &first_seq)) != SOURCE_ITEM)
		return status;
	if (s->ci != NULL && batch_ready(s->batch)) {
		status = next_record(s, &record, &seq);
		atomic_store(&s->single, status == SOURCE_END);
		submit(s, first, first_seq);
		if (status != SOURCE_ITEM)
			return status;
		submit(s, record, seq);
	} else {
		submit(s, first, first_seq);
	}
	while ((status = next_record(s, &record, &seq)) == SOURCE_ITEM)
		submit(s, record, seq);
	return status;
}

void
feed(struct session *s)
{
	enum source_status status = needs_total(s) ? feed_all(s) : feed_each(s);

	if (status == SOURCE_STOPPED && !atomic_load(&s->broken)) /* else nobody waits for that */
		status = count_rest(s);
	s->all_read = status == SOURCE_END;
	atomic_store(&s->single, s->all_read && s->submitted == 1);
	if (s->all_read && s->options->partition.parts != 0 && s->others == s->jobs &&
	    s->not_taken == 0)
		warn("--partition: none of the %llu jobs is of part %llu",
		    (unsigned long long)s->jobs, (unsigned long long)s->options->partition.part);
	if (status == SOURCE_ERROR) {
		warn("%s", batch_error(s->batch));
		atomic_store(&s->broken, true);
	}
	if (status == SOURCE_END && s->jobs == 0 && s->options->require_input) {
		warn("--require-input: the input is empty");
		atomic_store(&s->broken, true);
	}
}
