/*
 * A walk through /proc. What spool adds to an environment stands at its end, and environments may
 * be large, so they are read in chunks. No lock.
 */
#include "run/strays.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/os.h"

#define SLACK_TICKS 2
#define CHUNK (32 << 10) /* no entry of ours is longer */

struct marks {
	uint64_t pid;
	uint64_t seq; /* 0: none */
};

static void
look_at_entry(const char *entry, struct marks *m)
{
	if (strncmp(entry, "SPOOL_PID=", 10) == 0)
		m->pid = strtoull(entry + 10, NULL, 10);
	else if (strncmp(entry, "SPOOL_SEQ=", 10) == 0)
		m->seq = strtoull(entry + 10, NULL, 10);
}

/*
 * Every whole entry in buf[0..len); what is left of the last one moves to the front. Returns its
 * length.
 */
static size_t
look_at_entries(char *buf, size_t len, struct marks *m)
{
	char *entry = buf, *end;

	while ((end = memchr(entry, '\0', len - (size_t)(entry - buf))) != NULL) {
		look_at_entry(entry, m);
		entry = end + 1;
	}
	len -= (size_t)(entry - buf);
	if (len == CHUNK) /* longer than any of ours: its start is of no interest */
		return 0;
	memmove(buf, entry, len);
	return len;
}

static struct marks
read_marks(const char *pid, char *buf)
{
	struct marks m = {0, 0};
	char path[300];
	size_t len = 0;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%s/environ", pid);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return m;
	while ((n = read(fd, buf + len, CHUNK - len)) > 0)
		len = look_at_entries(buf, len + (size_t)n, &m);
	close(fd);
	return m;
}

/* What this process and another have in common is told by two links to the same thing. */
static bool
same_namespace(pid_t pid)
{
	char path[64], own[64] = "", other[64] = "";

	snprintf(path, sizeof(path), "/proc/%ld/ns/pid", (long)pid);
	if (readlink("/proc/self/ns/pid", own, sizeof(own) - 1) < 0 ||
	    readlink(path, other, sizeof(other) - 1) < 0)
		return true; /* nothing tells them apart */
	return strcmp(own, other) == 0;
}

static bool
is_of_run(pid_t pid, const struct marks *m, pid_t run, uint64_t since_ticks)
{
	uint64_t started;

	if (m->pid != (uint64_t)run || m->seq == 0)
		return false;
	started = os_start_ticks(pid);
	return (started == 0 || started + SLACK_TICKS >= since_ticks) && same_namespace(pid);
}

unsigned
strays_signal(pid_t run, uint64_t since_ticks, int sig,
    bool (*wanted)(void *ctx, uint64_t seq, pid_t pid), void *ctx)
{
	DIR *proc = opendir("/proc");
	char *buf = malloc(CHUNK);
	unsigned found = 0;
	struct dirent *d;

	while (proc != NULL && buf != NULL && (d = readdir(proc)) != NULL) {
		pid_t pid = (pid_t)strtol(d->d_name, NULL, 10);
		struct marks m;

		if (pid <= 0 || pid == getpid())
			continue;
		m = read_marks(d->d_name, buf);
		if (!is_of_run(pid, &m, run, since_ticks) || !wanted(ctx, m.seq, pid))
			continue;
		found += kill(pid, sig) == 0;
	}
	free(buf);
	if (proc != NULL)
		closedir(proc);
	return found;
}
