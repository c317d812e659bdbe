/*
 * act DIR NUMBER:KIND:P:Q[:ANYTHING]: a job that behaves as its value says. It appends "start" to
 * DIR/NUMBER, does what KIND is, and appends "end" before it exits by itself. All that it prints is
 * known beforehand: lines "@NUMBER.TRY.STREAM.LINE:" and some x, where TRY counts its starts.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static int marks;
static unsigned number, try, line;
static unsigned p, q;

static void
put(int fd, const char *data, size_t n)
{
	ssize_t written;

	for (; n > 0; data += written, n -= (size_t)written)
		if ((written = write(fd, data, n)) < 0)
			_exit(99);
}

static void
say(int fd, unsigned pad, bool newline)
{
	static char text[1 << 17];
	int n = snprintf(text, 100, "@%u.%u.%c.%u:", number, try, fd == 1 ? 'o' : 'e', line++);

	memset(text + n, 'x', pad);
	text[(unsigned)n + pad] = '\n';
	put(fd, text, (unsigned)n + pad + newline);
}

static void
wait_ms(unsigned ms)
{
	struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L};

	while (nanosleep(&left, &left) != 0 && errno == EINTR)
		;
}

static void
ignore_all(void)
{
	static const int signals[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2};

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		signal(signals[i], SIG_IGN);
}

_Noreturn static void
end(int code)
{
	put(marks, "end\n", 4);
	_exit(code);
}

static void
fast(void)
{
	say(1, 10, true);
	if (p != 0)
		say(2, 0, true);
	end((int)p);
}

static void
slow(void)
{
	say(1, 0, true);
	wait_ms(p);
	say(1, 0, true);
}

static void
killed(void)
{
	setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
	say(1, 0, true);
	put(marks, "end\n", 4);
	signal((int)p, SIG_DFL);
	kill(getpid(), (int)p);
	wait_ms(60000);
}

static void
noisy(void)
{
	for (unsigned i = 0; i < p; i++)
		say(1 + (i & 1), q, i + 2 < p);
}

/* Somebody who lives on and holds the pipes. */
static void
leave_behind(bool own_session)
{
	say(1, 0, true);
	if (fork() != 0)
		return;
	if (own_session)
		setsid();
	wait_ms(p);
	_exit(0);
}

static void
leave_daemon(void)
{
	leave_behind(true);
}

static void
leave_child(void)
{
	leave_behind(false);
}

static void
stubborn(void)
{
	ignore_all();
	slow();
}

/* One that ignores signals below one that does not. */
static void
tree(void)
{
	if (fork() == 0) {
		ignore_all();
		wait_ms(p);
		_exit(0);
	}
	slow();
}

static void
flaky(void)
{
	say(1, q, true);
	end(try < p ? 7 : 0);
}

static void
closer(void)
{
	say(2, 0, true);
	close(1);
	close(2);
	wait_ms(p);
}

static void
hungry(void)
{
	char byte;

	if (read(0, &byte, 1) != 0)
		end(98);
	say(1, 0, true);
}

static const struct {
	const char *name;
	void (*act)(void);
} kinds[] = {
    {"fast", fast},
    {"slow", slow},
    {"killed", killed},
    {"noisy", noisy},
    {"daemon", leave_daemon},
    {"child", leave_child},
    {"stubborn", stubborn},
    {"tree", tree},
    {"flaky", flaky},
    {"closer", closer},
    {"hungry", hungry},
};

static void
begin(const char *directory)
{
	char path[4096], before[4096];
	ssize_t n;

	snprintf(path, sizeof(path), "%s/%u", directory, number);
	if ((marks = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0666)) < 0)
		_exit(97);
	n = read(marks, before, sizeof(before));
	try = 1;
	for (ssize_t i = 0; i + 2 < n; i++)
		try += before[i] == 's' && before[i + 1] == 't' && before[i + 2] == 'a';
	put(marks, "start\n", 6);
}

int
main(int argc, char **argv)
{
	char *kind, *at;
	size_t len;

	if (argc != 3)
		return 96;
	number = (unsigned)strtoul(argv[2], &kind, 10);
	len = strcspn(++kind, ":");
	p = (unsigned)strtoul(kind + len + 1, &at, 10);
	q = (unsigned)strtoul(at + 1, NULL, 10);
	begin(argv[1]);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strlen(kinds[i].name) != len || strncmp(kinds[i].name, kind, len) != 0)
			continue;
		kinds[i].act();
		end(0);
	}
	return 96;
}
