#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/util.h"
#include "tap.h"

static void
test_format_uint(void)
{
	static const uint64_t values[] = {0, 7, 10, 99, 12345, UINT64_MAX};
	char made[21], wanted[32];

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		format_uint(made, values[i]);
		snprintf(wanted, sizeof(wanted), "%llu", (unsigned long long)values[i]);
		is_str(made, wanted, "a number in decimal");
	}
}

static void
test_parse_uint(void)
{
	static const struct {
		const char *text;
		int err;
		uint64_t value;
	} cases[] = {
	    {"0", 0, 0},
	    {"7", 0, 7},
	    {"007", 0, 7},
	    {"18446744073709551615", 0, UINT64_MAX},
	    {"18446744073709551616", ERANGE, 0},
	    {"99999999999999999999999", ERANGE, 0},
	    {"99999999999999999999999x", EINVAL, 0},
	    {"", EINVAL, 0},
	    {" 1", EINVAL, 0},
	    {"1 ", EINVAL, 0},
	    {"-1", EINVAL, 0},
	    {"+1", EINVAL, 0},
	    {"1.0", EINVAL, 0},
	    {"1e9", EINVAL, 0},
	    {"0x1", EINVAL, 0},
	    {"abc", EINVAL, 0},
	};
	uint64_t value;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int err = parse_uint(cases[i].text, 0, UINT64_MAX, &value);

		ok(err == cases[i].err && (err || value == cases[i].value), "number '%s'",
		    cases[i].text);
	}
	is_int(parse_uint("5", 6, 9, &value), ERANGE, "below the minimum is out of range");
	is_int(parse_uint("10", 6, 9, &value), ERANGE, "above the maximum is out of range");
	is_int(parse_uint("6", 6, 6, &value), 0, "the bounds themselves are in range");
}

static void
test_parse_duration(void)
{
	static const int64_t s = 1000000000;
	static const struct {
		const char *text;
		int err;
		int64_t ns;
	} cases[] = {
	    {"90", 0, 90 * s},
	    {"0", 0, 0},
	    {"1.5s", 0, 3 * s / 2},
	    {"1.5", 0, 3 * s / 2},
	    {".5", 0, s / 2},
	    {"0.1", 0, s / 10},
	    {"0.000000001", 0, 1},
	    {"0.0000000001", 0, 0},
	    {"2m", 0, 120 * s},
	    {"1h30m", 0, 5400 * s},
	    {"1d", 0, 86400 * s},
	    {"1d2h3m4s5ms", 0, 93784 * s + s / 200},
	    {"1.5h0.5m", 0, 5430 * s},
	    {"250ms", 0, s / 4},
	    {"1m250ms", 0, 60 * s + s / 4},
	    {"9223372036", 0, 9223372036 * s},
	    {"9223372037", ERANGE, 0},
	    {"99999999999999999999", ERANGE, 0},
	    {"106752d", ERANGE, 0},
	    {"106751d24h", ERANGE, 0},
	    {"", EINVAL, 0},
	    {"s", EINVAL, 0},
	    {".", EINVAL, 0},
	    {"1.", EINVAL, 0},
	    {"1.s", EINVAL, 0},
	    {"3x", EINVAL, 0},
	    {"-1", EINVAL, 0},
	    {"+1", EINVAL, 0},
	    {"1 s", EINVAL, 0},
	    {" 1s", EINVAL, 0},
	    {"1s ", EINVAL, 0},
	    {"1h30", EINVAL, 0},
	    {"1m1h", EINVAL, 0},
	    {"1s1s", EINVAL, 0},
	    {"1sm", EINVAL, 0},
	    {"1M", EINVAL, 0},
	    {"1e3", EINVAL, 0},
	    {"inf", EINVAL, 0},
	    {"nan", EINVAL, 0},
	    {"0x1", EINVAL, 0},
	    {"1,5", EINVAL, 0},
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t ns = -1;
		int err = parse_duration(cases[i].text, &ns);

		ok(err == cases[i].err && ns == (err ? -1 : cases[i].ns), "duration '%s'",
		    cases[i].text);
	}
}

static void
test_parse_size(void)
{
	static const struct {
		const char *text;
		int err;
		uint64_t bytes;
	} cases[] = {
	    {"4096", 0, 4096},
	    {"0", 0, 0},
	    {"64K", 0, 65536},
	    {"64k", 0, 64000},
	    {"1.5M", 0, 1572864},
	    {".5K", 0, 512},
	    {"2g", 0, 2000000000},
	    {"1G", 0, UINT64_C(1) << 30},
	    {"1T", 0, UINT64_C(1) << 40},
	    {"1t", 0, UINT64_C(1000000000000)},
	    {"1P", 0, UINT64_C(1) << 50},
	    {"1.0", 0, 1},
	    {"18446744073709551615", 0, UINT64_MAX},
	    {"18446744073709551616", ERANGE, 0},
	    {"16777216T", ERANGE, 0},
	    {"16777215.99T", 0, UINT64_MAX - (UINT64_C(1) << 40) + 1 + 1088516511498},
	    {"1.5", EINVAL, 0},
	    {"", EINVAL, 0},
	    {"K", EINVAL, 0},
	    {"1KB", EINVAL, 0},
	    {"1K1", EINVAL, 0},
	    {"-1K", EINVAL, 0},
	    {"1 K", EINVAL, 0},
	    {"1x", EINVAL, 0},
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t bytes = 42;
		int err = parse_size(cases[i].text, &bytes);

		ok(err == cases[i].err && bytes == (err ? 42 : cases[i].bytes), "size '%s'",
		    cases[i].text);
	}
}

static void
test_format_duration(void)
{
	static const struct {
		int64_t ns;
		const char *text;
	} cases[] = {
	    {0, "0.00 s"},
	    {-5, "0.00 s"},
	    {4999999, "0.00 s"},
	    {5000000, "0.01 s"},
	    {20000000, "0.02 s"},
	    {INT64_C(59994999999), "59.99 s"},
	    {INT64_C(59995000000), "1m00s"},
	    {INT64_C(252000000000), "4m12s"},
	    {INT64_C(3599994000000), "59m59s"},
	    {INT64_C(3599996000000), "1h00m"},
	    {INT64_C(3720000000000), "1h02m"},
	    {INT64_C(93600000000000), "1d02h"},
	    {INT64_MAX, "106751d23h"},
	};
	char out[24];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		is_str(format_duration(cases[i].ns, out, sizeof(out)), cases[i].text, "%lld ns",
		    (long long)cases[i].ns);
}

static void
test_signal_name(void)
{
	is_str(signal_name(SIGINT), "SIGINT", "INT");
	is_str(signal_name(SIGKILL), "SIGKILL", "KILL");
	is_str(signal_name(SIGCHLD), "SIGCHLD", "CHLD");
	is_str(signal_name(SIGSYS), "SIGSYS", "SYS");
	is_str(signal_name(35), "SIG35", "a real-time signal has a number");
	is_str(signal_name(64), "SIG64", "the last one has");
	is_str(signal_name(0), "SIG0", "0 is no signal");
	is_str(signal_name(-1), "SIG?", "below 0 is none");
	is_str(signal_name(100000), "SIG?", "nor is what is far above");
}

/* Run speak() in a child whose stderr is fd; returns its wait status. */
static pid_t
start_speaker(void (*speak)(void), int fd)
{
	pid_t pid = fork();

	if (pid == 0) {
		dup2(fd, STDERR_FILENO);
		speak();
		_exit(0);
	}
	return pid;
}

static int
status_of(pid_t pid)
{
	int status = -1;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	return status;
}

/* What speak() writes, with a '|' after each write. */
static const char *
pieces(void (*speak)(void), int *status)
{
	static char text[8192];
	size_t len = 0;
	ssize_t n;
	int p[2];
	pid_t pid;

	/* A pipe in packet mode gives each write of up to PIPE_BUF back by itself. */
	if (pipe2(p, O_DIRECT) != 0)
		return "pipe2 failed";
	pid = start_speaker(speak, p[1]);
	close(p[1]);
	while ((n = read(p[0], text + len, sizeof(text) - 1 - len)) > 0) {
		len += (size_t)n;
		if (len < sizeof(text) - 1)
			text[len++] = '|';
	}
	close(p[0]);
	text[len] = '\0';
	*status = status_of(pid);
	return text;
}

static void
speak_plainly(void)
{
	warn("cannot open %s", "list.txt");
}

static void
speak_with_errno(void)
{
	errno = ENOENT;
	warn("cannot open %s:", "list.txt");
	if (errno != ENOENT)
		_exit(1);
	util_set_name("xargs");
	errno = EACCES;
	die("%s:", "a\nb\033c");
}

static void
speak_at_length(void)
{
	char name[6000];

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	warn("%s", name);
}

static void
test_messages(void)
{
	const char *text;
	int status;

	is_str(pieces(speak_plainly, &status), "spool: cannot open list.txt\n|",
	    "a message is one write");
	text = pieces(speak_with_errno, &status);
	is_str(text,
	    "spool: cannot open list.txt: No such file or directory\n|"
	    "xargs: a?b?c: Permission denied\n|",
	    "a colon gets the errno, the name changes, controls are replaced");
	ok(WIFEXITED(status) && WEXITSTATUS(status) == 255, "die exits with 255");
	text = pieces(speak_at_length, &status);
	ok(strlen(text) > 1000 && strlen(text) < 4096, "a long message is cut below PIPE_BUF");
	is_str(text + strlen(text) - 6, "n...\n|", "and says so");
}

static void *
drain(void *arg)
{
	static char text[1 << 20];
	int fd = *(int *)arg;
	size_t len = 0;
	ssize_t n;

	while ((n = read(fd, text + len, sizeof(text) - len)) > 0)
		len += (size_t)n;
	return memmem(text, len, "spool: cannot open list.txt\n", 28);
}

/* stderr is a full, non-blocking pipe: the message waits and arrives. */
static void
test_full_stderr(void)
{
	static const char filler[4096] = {0};
	struct pollfd gone = {.fd = -1};
	pthread_t reader;
	void *found = NULL;
	pid_t pid;
	int p[2];

	if (pipe2(p, O_NONBLOCK) != 0)
		return;
	while (write(p[1], filler, sizeof(filler)) > 0)
		continue;
	pid = start_speaker(speak_plainly, p[1]);
	poll(
	    &gone, 1, 50); /* gives it time to meet the full pipe; the result is the same without */
	fcntl(p[0], F_SETFL, 0);
	close(p[1]);
	pthread_create(&reader, NULL, drain, &p[0]);
	pthread_join(reader, &found);
	is_int(status_of(pid), 0, "a full non-blocking stderr is waited for");
	ok(found != NULL, "and the message arrives");
	close(p[0]);
}

static void
speak_to_nobody(void)
{
	close(STDERR_FILENO);
	die("nobody hears this");
}

static void
test_closed_stderr(void)
{
	int status = status_of(start_speaker(speak_to_nobody, STDERR_FILENO));

	ok(WIFEXITED(status) && WEXITSTATUS(status) == 255, "a closed stderr changes nothing else");
}

int
main(void)
{
	int64_t before = now_ns();

	test_format_uint();
	test_parse_uint();
	test_parse_duration();
	test_parse_size();
	test_format_duration();
	test_signal_name();
	test_messages();
	test_full_stderr();
	test_closed_stderr();
	ok(before > 0 && now_ns() > before, "the clock goes on");
	return done_testing();
}
