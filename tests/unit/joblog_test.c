#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output/joblog.h"
#include "run/log_record.h"
#include "tap.h"

static char path[] = "/tmp/joblog_test.XXXXXX";

/* --- lines --- */

static struct job
job_of(int status)
{
	return (struct job){
	    .seq = 7,
	    .outcome = JOB_RAN,
	    .end = {.status = status,
		.start_ns = 1000000000,
		.end_ns = 2234999999,
		.start_wall_ns = INT64_C(1700000000007999999)},
	    .output_bytes = {12, 34},
	};
}

static void
put_is(const struct job *j, const char *command, const char *want, const char *what)
{
	struct buf out = {0};

	if (log_record_put(&out, j, command, strlen(command)) != 0 || buf_string(&out) == NULL)
		exit(1);
	is_str(out.data, want, "%s", what);
	buf_free(&out);
}

static void
test_put(void)
{
	struct job j = job_of(3 << 8);

	put_is(&j, "echo a\tb", "7\t:\t1700000000.007\t     1.234\t0\t12\t3\t0\techo a\tb\n",
	    "an exit code: all columns, times to the millisecond, a TAB in the command stays");
	j = job_of(SIGKILL);
	put_is(&j, "x", "7\t:\t1700000000.007\t     1.234\t0\t12\t0\t9\tx\n", "a signal");
	j.end.timed_out = true;
	put_is(&j, "x", "7\t:\t1700000000.007\t     1.234\t0\t12\t-1\t15\tx\n",
	    "timed out is -1 and 15, whatever ended it");
	j = job_of(0);
	j.outcome = JOB_NOT_STARTED;
	j.start_error = ENOENT;
	put_is(&j, "x", "7\t:\t1700000000.007\t     0.000\t0\t12\t127\t0\tx\n",
	    "a job that could not be started has the exit code a shell would have");
	j = job_of(1 << 8);
	j.forgiven = true;
	put_is(&j, "x", "7\t:\t1700000000.007\t     1.234\t0\t12\t1\t0\tx\n",
	    "an exit code that counts as success is told as it is");
	j = job_of(0);
	j.truncated = true;
	put_is(&j, "x", "7\t:\t1700000000.007\t     1.234\t0\t12\t1\t0\tx\n",
	    "a job that printed too much has failed, whatever it says");
}

static void
test_newlines(void)
{
	struct job j = job_of(0);
	struct buf out = {0};
	const char *end = "\ta\0b\0\n";

	if (log_record_put(&out, &j, "a\nb\n", 4) != 0)
		exit(1);
	ok(out.len > 6 && memcmp(out.data + out.len - 6, end, 6) == 0,
	    "each newline of a command is NUL");
	buf_free(&out);
}

static bool
parses(const char *line, struct log_record *r)
{
	return log_record_parse(r, line, strlen(line)) == LOG_LINE_RECORD;
}

static void
test_parse(void)
{
	static const char *const wrong[] = {"a", "1", "1\t:\t1.0\t1\t0\t0\t0\t0",
	    "x\t:\t1.0\t1.0\t0\t0\t0\t0\tc", "-1\t:\t1.0\t1.0\t0\t0\t0\t0\tc",
	    "\t:\t1.0\t1.0\t0\t0\t0\t0\tc", "1\t:\t1.0\t1.0\t0\t0\tx\t0\tc",
	    "1\t:\t1.0\t1.0\t0\t0\t0\t\tc", "1\t:\t1.0\t1.0\t0\t0\t256\t0\tc",
	    "1\t\t1.0\t1.0\t0\t0\t0\t0\tc", "99999999999999999999\t:\t1.0\t1.0\t0\t0\t0\t0\tc"};
	struct log_record r;
	bool right = true;

	ok(parses("3\t:\t1700000000.5\t     0.001\t0\t0\t0\t0\techo a\tb", &r) && r.seq == 3 &&
		r.exit_value == 0 && r.sig == 0 && r.command_len == 8 &&
		memcmp(r.command, "echo a\tb", 8) == 0,
	    "a record is read, and the command is all that is left");
	is_int(r.took_ms, 1, "with the time that the job took");
	ok(parses("3\tuser@host\t1.5\t2\t0\t0\t-1\t15\t", &r) && r.exit_value == -1 &&
		r.sig == 15 && r.command_len == 0,
	    "so is one with another host, a timeout and no command");
	ok(r.took_ms == 2000 && parses("3\t:\t1.0\t-1.5\t0\t0\t0\t0\tc", &r) && r.took_ms == -1 &&
		parses("3\t:\t1.0\t           99999999999.5\t0\t0\t0\t0\tc", &r) && r.took_ms == -1,
	    "and a time that is none says nothing of it");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]) && right; i++)
		if (!(right = log_record_parse(&r, wrong[i], strlen(wrong[i])) == LOG_LINE_OTHER))
			printf("# %s\n", wrong[i]);
	ok(right, "what lacks a column, or has no number for one, is no record");
	is_int(log_record_parse(&r, LOG_HEADER, sizeof(LOG_HEADER) - 2), LOG_LINE_EMPTY,
	    "the header says nothing");
	is_int(log_record_parse(&r, "", 0), LOG_LINE_EMPTY, "an empty line says nothing");
	is_int(log_record_parse(&r, "1\t:\t1\t1\t0\t0\t0\t0\tc" LOG_CUT_OFF,
		   sizeof("1\t:\t1\t1\t0\t0\t0\t0\tc" LOG_CUT_OFF) - 1),
	    LOG_LINE_EMPTY, "a line that was cut off says nothing");
}

/* --- files --- */

static void
write_file(const char *text)
{
	int fd = open(path, O_WRONLY | O_TRUNC);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text) || close(fd) != 0)
		exit(1);
}

static void
file_is(const char *want, const char *what)
{
	static char text[256];
	int fd = open(path, O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (n < 0 || close(fd) != 0)
		exit(1);
	text[n] = '\0';
	is_str(text, want, "%s", what);
}

/* A run that writes one record. */
static int
log_one(enum joblog_start start)
{
	struct joblog l;
	struct stat st;
	int err = joblog_open(&l, path, &st);

	if (err != 0)
		return err;
	err = joblog_begin(&l, &st, start, "head\n", "|", 1);
	if (err == 0)
		err = buf_puts(&l.record, "record\n");
	if (err == 0)
		err = joblog_write(&l);
	return joblog_close(&l) != 0 ? EIO : err;
}

static void
test_starts(void)
{
	write_file("old\n");
	ok(log_one(JOBLOG_ANEW) == 0, "a log is begun anew");
	file_is("head\nrecord\n", "what was in it is gone");
	ok(log_one(JOBLOG_APPEND) == 0 && log_one(JOBLOG_RESUME) == 0, "and gone on with");
	file_is("head\nrecord\nrecord\nrecord\n", "without another header");
	write_file("");
	log_one(JOBLOG_APPEND);
	file_is("record\n", "what is only added to gets no header, as with GNU parallel");
	write_file("");
	log_one(JOBLOG_RESUME);
	file_is("head\nrecord\n", "an empty log that is resumed gets one");
	write_file("head\nrec");
	log_one(JOBLOG_RESUME);
	file_is("head\nrec|\nrecord\n", "a last line that was cut off is marked and ended");
	write_file("h");
	log_one(JOBLOG_APPEND);
	file_is("h|\nrecord\n", "even if it is the only one");
}

static void
test_failures(void)
{
	struct joblog l;
	struct stat st;

	is_int(joblog_open(&l, "/nonexistent/x", &st), ENOENT, "what can't be opened is told");
	is_int(joblog_open(&l, "/tmp", &st), EISDIR, "a directory is no log");
	if (access("/dev/full", W_OK) != 0) {
		skip("there is no /dev/full");
		return;
	}
	if (joblog_open(&l, "/dev/full", &st) != 0 || buf_puts(&l.record, "x") != 0)
		exit(1);
	is_int(joblog_begin(&l, &st, JOBLOG_ANEW, NULL, NULL, 0), 0, "nothing was written yet");
	is_int(joblog_write(&l), ENOSPC, "a write that fails is told");
	is_int(joblog_write(&l), ENOSPC, "and again when the next one is not even tried");
	is_int(joblog_close(&l), ENOSPC, "and at the end");
}

int
main(void)
{
	int fd = mkstemp(path);

	if (fd < 0)
		return 1;
	close(fd);
	test_put();
	test_newlines();
	test_parse();
	test_starts();
	test_failures();
	unlink(path);
	return done_testing();
}
