/*
 * The main thread while the run runs: records become jobs that have a number, and wait for room.
 */
#include "feed.h"

#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "records.h"
#include "state.h"

static void
submit(struct session *s, struct record *record, uint64_t seq)
{
	struct job *j;
	int err;

	printer_admit(s->printer);
	if ((j = job_new(seq, record)) != NULL)
		j->place = ++s->submitted;
	else
		die("out of memory");
	if ((err = executor_submit(s->executor, j)) != 0)
		die("cannot start a thread: %s", strerror(err));
}

/* The next record whose job is wanted, and the number of that job. */
static enum source_status
next_record(struct session *s, struct record **record, uint64_t *seq)
{
	enum source_status status = SOURCE_STOPPED;

	if (records_replace_input(s) && !executor_stopped(s->executor))
		return records_next(s, record, seq) ? SOURCE_ITEM : SOURCE_END;
	while (!executor_stopped(s->executor)) {
		/* Input is read no further ahead than it is needed. */
		if (!batch_ready(s->batch))
			executor_await(s->executor);
		if ((status = batch_next(s->batch, record)) != SOURCE_ITEM)
			break;
		if (template_wants(s->command, *record) &&
		    !records_skip(s, *record, *seq = ++s->jobs))
			break;
		free(*record);
		status = SOURCE_STOPPED;
	}
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

/* Read everything, then go. */
static enum source_status
feed_all(struct session *s)
{
	struct numbered {
		struct record *record;
		uint64_t seq;
	} *records = NULL, next;
	size_t n = 0, cap = 0;
	enum source_status status;

	while ((status = next_record(s, &next.record, &next.seq)) == SOURCE_ITEM) {
		if (n == cap) {
			cap = cap ? cap * 2 : 64;
			records = grow(records, cap * sizeof(*records));
		}
		records[n++] = next;
	}
	launch_set_total(s->launch, records_replace_input(s) ? n : s->jobs);
	halt_set_total(&s->halt, n);
	for (size_t i = 0; i < n; i++)
		submit(s, records[i].record, records[i].seq);
	free(records);
	return status;
}

/* Whether something must be known of all jobs before the first one starts. */
static bool
needs_total(const struct session *s)
{
	return s->options->halt.percent != 0 || template_needs_total(s->command) ||
	       (s->tag != NULL && text_template_needs_total(s->tag)) ||
	       (s->wd != NULL && text_template_needs_total(s->wd));
}

void
feed(struct session *s)
{
	enum source_status status;
	struct record *record;
	uint64_t seq;

	if (needs_total(s))
		status = feed_all(s);
	else
		while ((status = next_record(s, &record, &seq)) == SOURCE_ITEM)
			submit(s, record, seq);
	s->all_read = status == SOURCE_END;
	if (status == SOURCE_ERROR) {
		warn("%s", batch_error(s->batch));
		atomic_store(&s->broken, true);
	}
	if (status == SOURCE_END && s->jobs == 0 && s->options->require_input) {
		warn("--require-input: the input is empty");
		atomic_store(&s->broken, true);
	}
}
