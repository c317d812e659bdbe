/*
 * with [SETTING]... COMMAND [ARG]...: run a command in a state that a shell can't make.
 *
 *	ignore=SIG,...   these signals are ignored (names without SIG: CHLD, PIPE, ...)
 *	default=SIG,...  these are at their default
 *	block=SIG,...    these are blocked; "all" is every one
 *	close=FD,...     these descriptors are closed
 *	nonblock=FD,...  these are non-blocking
 *	new=group        in a process group of its own; new=session: in a session of its own
 *	pid=FILE         its pid is written to FILE before it starts
 *	ending=FILE      how it ended is written to FILE: "exit 3" or "signal 15"; the status is
 *	                 as a shell gives it
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct {
	const char *name;
	int number;
} signals[] = {
    {"HUP", SIGHUP},
    {"INT", SIGINT},
    {"QUIT", SIGQUIT},
    {"PIPE", SIGPIPE},
    {"ALRM", SIGALRM},
    {"TERM", SIGTERM},
    {"USR1", SIGUSR1},
    {"USR2", SIGUSR2},
    {"CHLD", SIGCHLD},
    {"CONT", SIGCONT},
    {"TSTP", SIGTSTP},
    {"TTIN", SIGTTIN},
    {"TTOU", SIGTTOU},
    {"XFSZ", SIGXFSZ},
};

static const char *ending_file;

static void
fail(const char *what)
{
	fprintf(stderr, "with: %s: %s\n", what, strerror(errno));
	exit(125);
}

static int
signal_number(const char *name)
{
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		if (!strcmp(signals[i].name, name))
			return signals[i].number;
	errno = EINVAL;
	fail(name);
	return 0;
}

static void
set_ignored(const char *word)
{
	signal(signal_number(word), SIG_IGN);
}

static void
set_default(const char *word)
{
	signal(signal_number(word), SIG_DFL);
}

static void
set_blocked(const char *word)
{
	sigset_t set;

	sigemptyset(&set);
	if (!strcmp(word, "all"))
		sigfillset(&set);
	else
		sigaddset(&set, signal_number(word));
	sigprocmask(SIG_BLOCK, &set, NULL);
}

static void
set_closed(const char *word)
{
	close(atoi(word));
}

static void
set_nonblocking(const char *word)
{
	int fd = atoi(word);

	if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK))
		fail(word);
}

static void
set_new(const char *word)
{
	if (!strcmp(word, "session") ? setsid() < 0 : setpgid(0, 0))
		fail(word);
}

static void
write_file(const char *path, const char *word, int number)
{
	FILE *f = fopen(path, "we");

	if (!f || fprintf(f, "%s%d\n", word, number) < 0 || fclose(f))
		fail(path);
}

static void
set_pid_file(const char *path)
{
	write_file(path, "", getpid());
}

static void
set_ending_file(const char *path)
{
	ending_file = path;
}

static const struct setting {
	const char *name;
	void (*set)(const char *word); /* once for each word between commas */
} settings[] = {
    {"ignore=", set_ignored},
    {"default=", set_default},
    {"block=", set_blocked},
    {"close=", set_closed},
    {"nonblock=", set_nonblocking},
    {"new=", set_new},
    {"pid=", set_pid_file},
    {"ending=", set_ending_file},
};

static const struct setting *
find_setting(const char *arg)
{
	for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
		if (!strncmp(arg, settings[i].name, strlen(settings[i].name)))
			return &settings[i];
	return NULL;
}

static void
apply(char **args, int n)
{
	for (int i = 0; i < n; i++) {
		const struct setting *s = find_setting(args[i]);

		for (char *w = strtok(args[i] + strlen(s->name), ","); w; w = strtok(NULL, ","))
			s->set(w);
	}
}

static int
wait_and_tell(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			fail("wait");
	if (WIFSIGNALED(status)) {
		write_file(ending_file, "signal ", WTERMSIG(status));
		return 128 + WTERMSIG(status);
	}
	write_file(ending_file, "exit ", WEXITSTATUS(status));
	return WEXITSTATUS(status);
}

int
main(int argc, char **argv)
{
	int n = 0; /* settings */
	pid_t pid = 0;

	while (n + 1 < argc && find_setting(argv[n + 1])) {
		if (!strncmp(argv[n + 1], "ending=", strlen("ending=")))
			set_ending_file(argv[n + 1] + strlen("ending="));
		n++;
	}
	if (n + 1 == argc) {
		fprintf(stderr, "usage: with [SETTING]... COMMAND [ARG]...\n");
		return 125;
	}
	if (ending_file && (pid = fork()) < 0)
		fail("fork");
	if (pid)
		return wait_and_tell(pid);
	apply(argv + 1, n);
	execvp(argv[n + 1], argv + n + 1);
	fail(argv[n + 1]);
}
