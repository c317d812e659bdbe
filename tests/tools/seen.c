/*
 * seen [fds|signals|group|limits]...: what a process is born with, one fact a line, so that two
 * ways of starting it can be compared with cmp(1). Looks without opening a descriptor of its own.
 * Default: everything.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *
file_type(mode_t mode)
{
	if (S_ISFIFO(mode))
		return "pipe";
	if (S_ISREG(mode))
		return "file";
	if (S_ISCHR(mode))
		return "device";
	if (S_ISDIR(mode))
		return "directory";
	if (S_ISSOCK(mode))
		return "socket";
	return "other";
}

static const char *
access_mode(int flags)
{
	switch (flags & O_ACCMODE) {
	case O_RDONLY:
		return "reading";
	case O_WRONLY:
		return "writing";
	default:
		return "both";
	}
}

static void
print_fds(void)
{
	struct stat st;

	for (int fd = 0; fd < 1024; fd++) {
		int flags = fcntl(fd, F_GETFL);

		if (flags < 0 || fstat(fd, &st))
			continue;
		printf("fd %d: %s for %s%s%s", fd, file_type(st.st_mode), access_mode(flags),
		    flags & O_NONBLOCK ? ", non-blocking" : "",
		    flags & O_APPEND ? ", appending" : "");
		if (S_ISCHR(st.st_mode))
			printf(", %jx", (uintmax_t)st.st_rdev);
		printf("\n");
	}
}

static void
print_signals(void)
{
	struct sigaction now;
	sigset_t blocked;

	sigprocmask(SIG_BLOCK, NULL, &blocked);
	printf("blocked:");
	for (int sig = 1; sig < 65; sig++)
		if (sigismember(&blocked, sig) == 1)
			printf(" %d", sig);
	printf("\nignored:");
	for (int sig = 1; sig < 65; sig++)
		if (!sigaction(sig, NULL, &now) && now.sa_handler == SIG_IGN)
			printf(" %d", sig);
	printf("\n");
}

static void
print_group(void)
{
	printf("leads its group: %s\n", getpgrp() == getpid() ? "yes" : "no");
	printf("leads its session: %s\n", getsid(0) == getpid() ? "yes" : "no");
}

static void
print_limits(void)
{
	static const struct {
		const char *name;
		int what;
	} limits[] = {
	    {"core", RLIMIT_CORE},
	    {"cpu", RLIMIT_CPU},
	    {"data", RLIMIT_DATA},
	    {"fsize", RLIMIT_FSIZE},
	    {"nofile", RLIMIT_NOFILE},
	    {"stack", RLIMIT_STACK},
	    {"as", RLIMIT_AS},
	};
	struct rlimit r;
	mode_t mask = umask(0);

	umask(mask);
	printf("umask: %03o\n", (unsigned)mask);
	errno = 0;
	printf("nice: %d\n", getpriority(PRIO_PROCESS, 0));
	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
		if (!getrlimit(limits[i].what, &r))
			printf("limit %s: %ju %ju\n", limits[i].name, (uintmax_t)r.rlim_cur,
			    (uintmax_t)r.rlim_max);
}

int
main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*print)(void);
	} sections[] = {
	    {"fds", print_fds},
	    {"signals", print_signals},
	    {"group", print_group},
	    {"limits", print_limits},
	};

	for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
		int wanted = argc < 2;

		for (int k = 1; k < argc; k++)
			wanted |= !strcmp(argv[k], sections[i].name);
		if (wanted)
			sections[i].print();
	}
	return fflush(stdout) ? 1 : 0;
}
