#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "run/log_record.h"
#include "run/resume.h"
#include "tap.h"

#define OK "\t:\t1.0\t     1.000\t0\t0\t0\t0\t"
#define FAILED "\t:\t1.0\t     1.000\t0\t0\t1\t0\t"
#define KILLED "\t:\t1.0\t     1.000\t0\t0\t0\t9\t"
#define TIMED_OUT "\t:\t1.0\t     1.000\t0\t0\t-1\t15\t"

static char path[] = "/tmp/resume_test.XXXXXX";
static uint64_t unknown;

static void
write_log(const char *text, size_t len)
{
	int fd = open(path, O_WRONLY | O_TRUNC);

	if (fd < 0 || write(fd, text, len) != (ssize_t)len || close(fd) != 0)
		exit(1);
}

static struct resume *
read_with(const struct resume_spec *spec)
{
	struct buf why = {0};
	struct resume *r;

	if (resume_read(&r, spec, &unknown, &why) != 0) {
		printf("# %s\n", buf_string(&why));
		exit(1);
	}
	return r;
}

static struct resume *
read_log(const char *text, enum resume_mode mode)
{
	write_log(text, strlen(text));
	return read_with(&(struct resume_spec){.path = path, .mode = mode});
}

static bool
skips(struct resume *r, uint64_t seq, const char *command)
{
	char text[256];

	strcpy(text, command);
	return resume_skips(r, seq, text, strlen(text));
}

/* Each job of "a b b" by whether it is skipped: "yny". */
static void
decides(
    const char *log, enum resume_mode mode, const char *jobs, const char *want, const char *what)
{
	struct resume *r = read_log(log, mode);
	char got[16] = "";
	size_t n = 0;

	for (; *jobs != '\0'; jobs++) {
		if (*jobs == ' ')
			continue;
		got[n] = skips(r, n + 1, (char[]){*jobs, '\0'}) ? 'y' : 'n';
		n++;
	}
	is_str(got, want, "%s", what);
	resume_free(r);
}

static void
test_skipping(void)
{
	const char *log = LOG_HEADER "1" OK "a\n2" FAILED "b\n3" KILLED "c\n4" TIMED_OUT "d\n";

	decides(log, RESUME_ALL, "a b c d e", "yyyyn", "--resume skips what is in the log");
	decides(log, RESUME_FAILED, "a b c d e", "ynnnn", "--resume-failed what has succeeded");
	decides(log, RESUME_ALL, "e d a x b", "nyyny", "in any order");
}

static void
test_counts(void)
{
	decides(LOG_HEADER "1" OK "a\n", RESUME_ALL, "a a", "yn", "one record is one job");
	decides(LOG_HEADER "1" OK "a\n2" OK "a\n", RESUME_ALL, "a a a", "yyn", "two are two");
	decides(LOG_HEADER "1" FAILED "a\n1" FAILED "a\n1" OK "a\n", RESUME_ALL, "a a", "yn",
	    "a job that ran several times is one");
	decides(LOG_HEADER "1" FAILED "a\n1" OK "a\n", RESUME_FAILED, "a", "y",
	    "one that succeeded at last has succeeded");
	decides(LOG_HEADER "1" OK "a\n1" OK "b\n", RESUME_ALL, "a b", "yy",
	    "two runs that share a log may have the same numbers");
}

static void
test_newlines(void)
{
	static const char log[] = LOG_HEADER "1" OK "a\0b\n";
	struct resume *r;

	write_log(log, sizeof(log) - 1);
	r = read_with(&(struct resume_spec){.path = path, .mode = RESUME_ALL});
	ok(skips(r, 1, "a\nb"), "NUL stands for a newline");
	resume_free(r);
}

static void
test_numbers(void)
{
	struct resume *r;

	write_log("3" OK "a\n5" FAILED "b\n", strlen("3" OK "a\n5" FAILED "b\n"));
	r = read_with(
	    &(struct resume_spec){.path = path, .mode = RESUME_FAILED, .by_number = true});
	ok(skips(r, 3, "other") && !skips(r, 5, "b") && !skips(r, 1, "a"),
	    "by number, the command does not matter");
	resume_free(r);
}

static void
test_ok_codes(void)
{
	const struct codes ok_codes = {.bits = {2}};
	const char *log = "1" FAILED "a\n2" TIMED_OUT "b\n";
	struct resume *r;

	write_log(log, strlen(log));
	r = read_with(
	    &(struct resume_spec){.path = path, .mode = RESUME_FAILED, .ok_codes = &ok_codes});
	ok(skips(r, 1, "a"), "a code that counts as success is one");
	ok(!skips(r, 2, "b"), "a timeout is none, whatever its column says");
	resume_free(r);
}

/* The commands that are to run again, as "1:a 2:b ". */
static void
retries(const char *log, const char *want, const char *what)
{
	struct resume *r = read_log(log, RETRY_FAILED);
	struct buf got = {0};
	const char *command;
	uint64_t seq;
	size_t len;

	while (resume_next_failed(r, &seq, &command, &len))
		(void)buf_printf(&got, "%llu:%.*s ", (unsigned long long)seq, (int)len, command);
	is_str(buf_string(&got), want, "%s", what);
	buf_free(&got);
	resume_free(r);
}

static void
test_retrying(void)
{
	retries(LOG_HEADER "2" FAILED "b\n1" OK "a\n3" KILLED "c\n4" TIMED_OUT "d\n",
	    "2:b 3:c 4:d ", "what failed, was killed or timed out runs again");
	retries(LOG_HEADER "9" FAILED "b\n1" FAILED "a\n", "1:a 9:b ", "by number");
	retries(LOG_HEADER "1" FAILED "a\n1" OK "a\n", "", "the last record of a job counts: ok");
	retries(LOG_HEADER "1" FAILED "a\n1" OK "a\n1" FAILED "a\n", "1:a ", "or not");
	retries(LOG_HEADER "1" OK "a\n1" FAILED "a\n1" FAILED "a\n", "1:a ", "once each");
	retries(LOG_HEADER "1" FAILED "a\n2" FAILED "a\n", "1:a 2:a ", "two jobs are two");
	retries(LOG_HEADER, "", "nothing failed, nothing runs");
	retries("", "", "not even with an empty log");
}

static void
test_what_is_no_log(void)
{
	const struct resume_spec spec = {.path = path, .mode = RESUME_ALL};
	const struct resume_spec nowhere = {.path = "/nonexistent/log", .mode = RESUME_ALL};
	const struct resume_spec directory = {.path = "/tmp", .mode = RESUME_ALL};
	struct buf why = {0};
	struct resume *r;

	write_log("name,year\n", 10);
	is_int(resume_read(&r, &spec, &unknown, &why), -1, "another file is refused");
	ok(strstr(buf_string(&why), " is not a job log") != NULL, "and said so");
	is_int(resume_read(&r, &directory, &unknown, &why), -1, "so is a directory");
	r = read_with(&nowhere);
	ok(!skips(r, 1, "a"), "where there is none, nothing is skipped");
	resume_free(r);
	decides("1" OK "a\nrubbish\n2" OK "b\n", RESUME_ALL, "a b", "yy",
	    "a line between records that is none does not matter");
	is_int(unknown, 1, "but is counted");
	buf_free(&why);
}

/* A log that is cut anywhere never makes a job out of a part of a line. */
static void
test_cuts(void)
{
	static const char log[] = LOG_HEADER "1" OK "a\n2" OK "bc\n3" OK "bcd\n";
	bool right = true;

	for (size_t len = 0; len < sizeof(log) && right; len++) {
		static char text[2 * sizeof(log)];
		struct resume *r;

		for (int ended = 0; ended < 2 && right; ended++) {
			size_t n = len;

			memcpy(text, log, len);
			if (ended && len > 0 && log[len - 1] != '\n') {
				memcpy(text + n, LOG_CUT_OFF "\n", LOG_CUT_OFF_LEN + 1);
				n += LOG_CUT_OFF_LEN + 1;
			}
			write_log(text, n);
			r = read_with(&(struct resume_spec){.path = path, .mode = RESUME_ALL});
			right = !skips(r, 9, "b") &&
			        skips(r, 1, "a") == (len >= strlen(LOG_HEADER "1" OK "a\n")) &&
			        skips(r, 2, "bc") ==
			            (len >= strlen(LOG_HEADER "1" OK "a\n2" OK "bc\n")) &&
			        skips(r, 3, "bcd") == (len >= sizeof(log) - 1);
			right = right && !skips(r, 4, "bc") && unknown == 0;
			resume_free(r);
		}
		if (!right)
			printf("# after %zu bytes\n", len);
	}
	ok(right, "a log that is cut at any byte, and gone on with or not, tells of whole lines");
}

int
main(void)
{
	int fd = mkstemp(path);

	if (fd < 0)
		return 1;
	close(fd);
	test_skipping();
	test_counts();
	test_newlines();
	test_numbers();
	test_ok_codes();
	test_retrying();
	test_what_is_no_log();
	test_cuts();
	unlink(path);
	return done_testing();
}
