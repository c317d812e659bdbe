/*
 * The wiring of the files that outlive a run. A job is in them when it has ended by itself and its
 * output is out; what was cut off is not, so that the next run does it again.
 */
#include "records.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/util.h"
#include "run/log_record.h"
#include "state.h"

/* --- before the first job --- */

static const char *
mode_name(enum resume_mode mode)
{
	static const char *const names[] = {
	    [RESUME_ALL] = "--resume",
	    [RESUME_FAILED] = "--resume-failed",
	    [RETRY_FAILED] = "--retry-failed",
	    [LEARN_TIMES] = "--partition-by time",
	};

	return names[mode];
}

/* Why the text of a command does not tell which job it is; NULL: it does. */
static const char *
why_by_number(const struct session *s)
{
	if (template_counts(s->command))
		return "the command has a replacement string for a number in it";
	if (s->options->launch.stdin_value)
		return "the command does not have the values in it";
	if (s->wd != NULL && !text_template_is_fixed(s->wd))
		return "--wd has a replacement string in it";
	return NULL;
}

static void
read_log(struct session *s, struct resume **out, enum resume_mode mode, const char *path)
{
	const struct options *o = s->options;
	const char *reason = mode == RETRY_FAILED ? NULL : why_by_number(s);
	const struct resume_spec spec = {
	    .path = path,
	    .mode = mode,
	    .by_number = reason != NULL,
	    .ok_codes = &o->ok_codes,
	};
	struct buf why = {0};
	uint64_t unknown;

	if (resume_read(out, &spec, &unknown, &why) != 0)
		die("%s: %s", mode_name(mode), buf_string(&why) ? why.data : "out of memory");
	if (unknown > 0)
		warn("%s: %llu lines of %s are no records%s", mode_name(mode),
		    (unsigned long long)unknown, path,
		    mode == LEARN_TIMES ? "" : "; their jobs run again");
	if (reason != NULL)
		warn("%s: a job is known by its number, not by what it runs: %s", mode_name(mode),
		    reason);
}

/* A file that is read for input is not to be written over. */
static void
check_sources(const struct session *s, const char *option, const char *path, const struct stat *st)
{
	const struct combine_spec *combine = &s->options->combine;
	struct stat other;

	for (size_t i = 0; i < combine->n && S_ISREG(st->st_mode); i++) {
		const char *source = combine->sources[i].source.path;

		if (source == NULL)
			continue;
		if ((strcmp(source, "-") == 0 ? fstat(STDIN_FILENO, &other)
					      : stat(source, &other)) == 0 &&
		    other.st_dev == st->st_dev && other.st_ino == st->st_ino)
			die("%s %s: is also read as input", option, path);
	}
}

/* Nor is one that another option writes to. Standard output may be both, it is appended to. */
static void
check_written(struct session *s, const char *option, const char *path, const struct stat *st)
{
	unsigned i = 0;

	if (!S_ISREG(st->st_mode) || *path == '-' || strncmp(path, "/dev/", 5) == 0)
		return;
	while (i < s->n_written &&
	       (s->written[i].dev != st->st_dev || s->written[i].ino != st->st_ino))
		i++;
	if (i < s->n_written)
		die("%s %s: is also written by %s", option, path, s->written[i].option);
	s->written[s->n_written++] = (struct written_file){st->st_dev, st->st_ino, option};
}

void
records_check_file(struct session *s, const char *option, const char *path, const struct stat *st)
{
	check_sources(s, option, path, st);
	check_written(s, option, path, st);
}

void
records_open_file(struct session *s, struct joblog *l, const char *option, const char *path,
    enum joblog_start start, const char *header)
{
	struct stat st;
	int err = joblog_open(l, path, &st);

	if (err == 0) {
		records_check_file(s, option, path, &st);
		err = joblog_begin(l, &st, start, header, LOG_CUT_OFF, LOG_CUT_OFF_LEN);
	}
	if (err != 0)
		die("%s: cannot write %s: %s", option, path, strerror(err));
}

void
records_open(struct session *s)
{
	const struct records_policy *policy = &s->options->records;
	const struct partition_policy *partition = &s->options->partition;
	const enum joblog_start start = policy->resume != RESUME_NO ? JOBLOG_RESUME
	                                : policy->append            ? JOBLOG_APPEND
	                                                            : JOBLOG_ANEW;

	if (policy->resume != RESUME_NO)
		read_log(s, &s->resume, policy->resume, policy->joblog);
	if (partition->by == PARTITION_TIME)
		read_log(s, &s->learned, LEARN_TIMES,
		    partition->log != NULL ? partition->log : policy->joblog);
	if (s->options->launch.dry_run)
		return;
	if (policy->joblog != NULL)
		records_open_file(s, &s->joblog, "--joblog", policy->joblog, start, LOG_HEADER);
	if (policy->fail_log != NULL)
		records_open_file(
		    s, &s->fail_log, "--fail-log", policy->fail_log, JOBLOG_ANEW, NULL);
}

/* --- what a job runs --- */

/* What was read from a log goes back as it was. */
int
records_describe(const struct session *s, const struct job *j, struct buf *out)
{
	if (records_replace_input(s))
		return buf_puts(out, record_value(j->record, 0));
	if (launch_describe(s->launch, j, out) != 0)
		return ENOMEM;
	out->len--; /* the newline */
	return 0;
}

bool
records_skip(struct session *s, struct record *record, uint64_t seq)
{
	const struct job j = {.seq = seq, .record = record};

	if (s->resume == NULL)
		return false;
	buf_reset(&s->key);
	if (records_describe(s, &j, &s->key) != 0)
		die("out of memory");
	return resume_skips(s->resume, seq, s->key.data, s->key.len);
}

uint64_t
records_time(struct session *s, struct record *record, uint64_t seq)
{
	const struct job j = {.seq = seq, .record = record};

	buf_reset(&s->key);
	if (records_describe(s, &j, &s->key) != 0)
		die("out of memory");
	return resume_time(s->learned, seq, s->key.data, s->key.len);
}

bool
records_replace_input(const struct session *s)
{
	return s->options->records.resume == RETRY_FAILED;
}

bool
records_next(struct session *s, struct record **record, uint64_t *seq)
{
	const char *command;
	size_t len;

	if (!resume_next_failed(s->resume, seq, &command, &len))
		return false;
	if ((*record = record_new(command, len)) == NULL)
		die("out of memory");
	return true;
}

/* --- who has the pen --- */

bool
records_want(const struct session *s, const struct job *j)
{
	return s->joblog.path != NULL || (s->fail_log.path != NULL && job_failed(j));
}

/* What the run has ended, and what has lost output, is to be done again. */
static bool
is_done(const struct job *j)
{
	return (j->outcome == JOB_NOT_STARTED || (j->outcome == JOB_RAN && !j->end.told_to_end)) &&
	       j->captures[0].error == 0 && j->captures[1].error == 0 && j->end.read_error == 0;
}

static bool
write_record(struct joblog *l)
{
	return l->sink.error != 0 || joblog_write(l) == 0;
}

const struct joblog *
records_add(struct session *s, const struct job *j)
{
	struct buf *text = &s->text;
	int err = 0;

	if (!records_want(s, j) || !is_done(j) || !printer_flush(s->printer))
		return NULL;
	buf_reset(text);
	if (records_describe(s, j, text) != 0)
		die("out of memory");
	if (s->fail_log.path != NULL && job_failed(j)) {
		err = buf_add(&s->fail_log.record, text->data, text->len);
		if (err == 0)
			err = buf_putc(&s->fail_log.record, '\0');
		if (err == 0 && !write_record(&s->fail_log))
			return &s->fail_log;
	}
	if (err == 0 && s->joblog.path != NULL) {
		err = log_record_put(&s->joblog.record, j, text->data, text->len);
		if (err == 0 && !write_record(&s->joblog))
			return &s->joblog;
	}
	if (err != 0)
		die("out of memory");
	return NULL;
}

bool
records_close_file(struct joblog *l)
{
	bool failed_before;
	int err;

	if (l->path == NULL)
		return true;
	failed_before = l->sink.error != 0;
	err = joblog_close(l);
	if (err != 0 && !failed_before)
		warn("cannot write %s: %s", l->path, strerror(err));
	return err == 0;
}

bool
records_close(struct session *s)
{
	bool written = records_close_file(&s->joblog);

	written = records_close_file(&s->fail_log) && written;
	resume_free(s->resume);
	resume_free(s->learned);
	buf_free(&s->key);
	return written;
}
