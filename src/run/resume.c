/*
 * A job log, read. Of the commands only hashes are kept, and of the failed ones, where they are to
 * run again, the text. In the log a job is its number with its command; what it has more than once
 * is one job that ran again. No lock.
 */
#include "run/resume.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "run/log_record.h"
#include "run/median.h"

/* A job that has failed; of those that succeeded later there may be some too. */
struct failed {
	uint64_t seq;
	size_t place; /* of its command in texts */
	size_t len;
	bool open; /* it has not succeeded since */
};

struct resume {
	struct resume_spec spec;
	struct hash key;
	struct tally
	    jobs; /* number and command: while the log is read; RETRY_FAILED: which failed */
	struct tally known; /* jobs that need not run, by what they are known by */

	/* RETRY_FAILED */
	struct failed *failed; /* owned */
	size_t n_failed;
	size_t cap;
	size_t next;
	struct buf texts;

	struct median times; /* LEARN_TIMES: known counts the milliseconds, and one */
};

static struct hash
hash_job(const struct resume *r, uint64_t seq, const char *command, size_t len)
{
	struct hash h = hash_bytes(&r->key, command, len);

	h.half[0] ^= r->key.half[0];
	h.half[1] += seq;
	return hash_bytes(&r->key, &h, sizeof(h));
}

static struct hash
hash_key(const struct resume *r, uint64_t seq, const char *command, size_t len)
{
	return r->spec.by_number ? hash_bytes(&r->key, &seq, sizeof(seq))
	                         : hash_bytes(&r->key, command, len);
}

/* --- reading --- */

/* One more job that need not run, unless it was counted. */
static int
add_known(struct resume *r, const struct log_record *record)
{
	uint32_t *count =
	    tally_at(&r->jobs, hash_job(r, record->seq, record->command, record->command_len));

	if (count == NULL)
		return ENOMEM;
	if ((*count)++ > 0)
		return 0;
	count = tally_at(&r->known, hash_key(r, record->seq, record->command, record->command_len));
	if (count == NULL)
		return ENOMEM;
	(*count)++;
	return 0;
}

static bool
has_succeeded(const struct resume *r, const struct log_record *record)
{
	if (record->sig != 0 || record->exit_value < 0)
		return false;
	return record->exit_value == 0 ||
	       (r->spec.ok_codes != NULL && codes_has(r->spec.ok_codes, record->exit_value));
}

static int
add_failed(struct resume *r, const struct log_record *record)
{
	if (r->n_failed == r->cap) {
		const size_t cap = r->cap > 0 ? 2 * r->cap : 64;
		struct failed *more = realloc(r->failed, cap * sizeof(*more));

		if (more == NULL)
			return ENOMEM;
		r->failed = more;
		r->cap = cap;
	}
	r->failed[r->n_failed++] =
	    (struct failed){record->seq, r->texts.len, record->command_len, true};
	return buf_add(&r->texts, record->command, record->command_len);
}

/* Its last record counts. */
static int
add_to_retry(struct resume *r, const struct log_record *record)
{
	const struct hash h = hash_job(r, record->seq, record->command, record->command_len);
	const bool succeeded = has_succeeded(r, record);
	uint32_t *place = succeeded ? tally_find(&r->jobs, h) : tally_at(&r->jobs, h);

	if (place == NULL)
		return succeeded ? 0 : ENOMEM;
	if (*place > 0) {
		r->failed[*place - 1].open = !succeeded;
		return 0;
	}
	*place = (uint32_t)r->n_failed + 1;
	return add_failed(r, record);
}

static int
add_time(struct resume *r, const struct log_record *record)
{
	const int64_t ms = record->took_ms < UINT32_MAX ? record->took_ms : UINT32_MAX - 1;
	uint32_t *count;

	if (ms < 0)
		return 0;
	count = tally_at(&r->known, hash_key(r, record->seq, record->command, record->command_len));
	if (count == NULL)
		return ENOMEM;
	*count = (uint32_t)ms + 1;
	return median_add(&r->times, ms);
}

static int
add_record(struct resume *r, const struct log_record *record)
{
	switch (r->spec.mode) {
	case RETRY_FAILED:
		return add_to_retry(r, record);
	case RESUME_FAILED:
		return has_succeeded(r, record) ? add_known(r, record) : 0;
	case LEARN_TIMES:
		return add_time(r, record);
	default:
		return add_known(r, record);
	}
}

/* Returns 0, errno, or EINVAL: that is no job log. */
static int
read_lines(struct resume *r, FILE *f, uint64_t *unknown)
{
	struct log_record record;
	char *line = NULL;
	size_t cap = 0;
	bool first = true;
	ssize_t n;
	int err = 0;

	*unknown = 0;
	errno = 0;
	while (err == 0 && (n = getline(&line, &cap, f)) > 0) {
		enum log_line what = LOG_LINE_EMPTY;

		/* What does not end in a newline was cut off, or is being written. */
		if (line[n - 1] == '\n')
			what = log_record_parse(&record, line, (size_t)n - 1);
		if (what == LOG_LINE_RECORD)
			err = add_record(r, &record);
		else if (what == LOG_LINE_OTHER && first)
			err = EINVAL;
		*unknown += what == LOG_LINE_OTHER;
		first = false;
		errno = 0;
	}
	if (err == 0 && !feof(f))
		err = errno != 0 ? errno : EIO;
	free(line);
	return err;
}

static int
by_number(const void *a, const void *b)
{
	const struct failed *x = a, *y = b;

	if (x->seq != y->seq)
		return x->seq < y->seq ? -1 : 1;
	return x->place < y->place ? -1 : x->place > y->place;
}

static void
finish(struct resume *r)
{
	tally_free(&r->jobs);
	if (r->n_failed > 1)
		qsort(r->failed, r->n_failed, sizeof(*r->failed), by_number);
	if (r->texts.len > 0)
		log_record_unescape(r->texts.data, r->texts.len);
}

static int
read_file(struct resume *r, uint64_t *unknown)
{
	int fd = open(r->spec.path, O_RDONLY | O_CLOEXEC), err;
	FILE *f;

	if (fd < 0)
		return errno == ENOENT && r->spec.mode != LEARN_TIMES ? 0 : errno;
	if ((f = fdopen(fd, "r")) == NULL) {
		err = errno;
		close(fd);
		return err;
	}
	err = read_lines(r, f, unknown);
	fclose(f);
	return err;
}

int
resume_read(struct resume **out, const struct resume_spec *spec, uint64_t *unknown, struct buf *why)
{
	struct resume *r = calloc(1, sizeof(*r));
	int err = ENOMEM;

	*unknown = 0;
	*out = r;
	if (r != NULL) {
		r->spec = *spec;
		r->key = hash_random_key();
		err = read_file(r, unknown);
	}
	if (err == 0) {
		finish(r);
		return 0;
	}
	resume_free(r);
	*out = NULL;
	if (err == ENOMEM)
		(void)buf_puts(why, "out of memory");
	else if (err == EINVAL)
		(void)buf_printf(why, "%s is not a job log", spec->path);
	else
		(void)buf_printf(why, "cannot read %s: %s", spec->path, strerror(err));
	return -1;
}

/* --- asking --- */

bool
resume_skips(struct resume *r, uint64_t seq, char *command, size_t len)
{
	uint32_t *count;

	log_record_escape(command, len);
	count = tally_find(&r->known, hash_key(r, seq, command, len));
	if (count == NULL || *count == 0)
		return false;
	(*count)--;
	return true;
}

bool
resume_next_failed(struct resume *r, uint64_t *seq, const char **command, size_t *len)
{
	while (r->next < r->n_failed) {
		const struct failed *f = &r->failed[r->next++];

		if (!f->open)
			continue;
		*seq = f->seq;
		*command = r->texts.data + f->place;
		*len = f->len;
		return true;
	}
	return false;
}

uint64_t
resume_time(const struct resume *r, uint64_t seq, char *command, size_t len)
{
	const uint32_t *count;

	log_record_escape(command, len);
	count = tally_find(&r->known, hash_key(r, seq, command, len));
	if (count != NULL)
		return *count - 1;
	return r->times.low.n > 0 ? (uint64_t)median_value(&r->times) : 0;
}

void
resume_free(struct resume *r)
{
	if (r == NULL)
		return;
	tally_free(&r->jobs);
	tally_free(&r->known);
	median_release(&r->times);
	free(r->failed);
	buf_free(&r->texts);
	free(r);
}
