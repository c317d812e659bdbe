/*
 * measure [-w] FILE COMMAND [ARG]...: run a command and write one line to FILE: seconds, peak
 * memory of the command's own process in kB, the most descriptors it had open at once, exit status.
 * With -w memory and descriptors are looked at every 10 ms in /proc (and the time is that coarse),
 * without it they are 0.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/*
 * Peak memory in kB as the kernel keeps it; the old value when the process can't be read any more.
 */
static long
peak_memory(pid_t pid, long before)
{
	char path[64], line[256];
	long kb = before;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
	if (!(f = fopen(path, "re")))
		return before;
	while (fgets(line, sizeof line, f))
		if (sscanf(line, "VmHWM: %ld", &kb) == 1)
			break;
	fclose(f);
	return kb > before ? kb : before;
}

static long
open_descriptors(pid_t pid, long before)
{
	char path[64];
	long n = -2; /* . and .. */
	DIR *d;

	snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
	if (!(d = opendir(path)))
		return before;
	while (readdir(d))
		n++;
	closedir(d);
	return n > before ? n : before;
}

static void
sleep_ms(long ms)
{
	nanosleep(&(struct timespec){.tv_nsec = ms * 1000000}, NULL);
}

/*
 * Returns the wait status. Without memory there is nothing to watch, and the end is seen at once.
 */
static int
wait_for(pid_t pid, long *memory, long *descriptors)
{
	int status = 0;
	pid_t p;

	while (!(p = waitpid(pid, &status, memory ? WNOHANG : 0)) || (p < 0 && errno == EINTR)) {
		if (p || !memory)
			continue;
		*memory = peak_memory(pid, *memory);
		*descriptors = open_descriptors(pid, *descriptors);
		sleep_ms(10);
	}
	return status;
}

int
main(int argc, char **argv)
{
	long memory = 0, descriptors = 0;
	int watch = argc > 1 && !strcmp(argv[1], "-w");
	int status;
	double start;
	pid_t pid;
	FILE *f;

	argv += watch;
	if (argc - watch < 3) {
		fprintf(stderr, "usage: measure [-w] FILE COMMAND [ARG]...\n");
		return 2;
	}
	start = now();
	if ((pid = fork()) < 0)
		return 1;
	if (!pid) {
		execvp(argv[2], argv + 2);
		fprintf(stderr, "measure: %s: %s\n", argv[2], strerror(errno));
		_exit(127);
	}
	status = wait_for(pid, watch ? &memory : NULL, &descriptors);
	status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	if (!(f = fopen(argv[1], "we")))
		return 1;
	fprintf(f, "%.4f %ld %ld %d\n", now() - start, memory, descriptors, status);
	return fclose(f) ? 1 : status;
}
