/*
 * The part of os.c that is for Linux: the functions of os.h by what this system alone has.
 * Included by os.c and nowhere else, behind the second choices that it falls back on.
 */
#ifndef SPOOL_OS_LINUX_H
#define SPOOL_OS_LINUX_H

#include "base/os.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
	MAX_CPUS = 1 << 20,    /* where asking with a larger and larger set ends */
	STAT_START_FIELD = 22, /* of /proc/PID/stat, see proc(5) */
};

/* Numbers that are newer than some C libraries; the same on all machines but alpha. */
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif

/* The number that s starts with. strtoul() is not async-signal-safe. */
static uint64_t
leading_number(const char *s)
{
	uint64_t n = 0;

	for (; *s >= '0' && *s <= '9'; s++)
		n = n * 10 + (uint64_t)(*s - '0');
	return n;
}

/* Up to size - 1 bytes of a file as a string; async-signal-safe. Returns the length or -1. */
static ssize_t
read_small_file(const char *path, char *text, size_t size)
{
	size_t len = 0;
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -1;
	while (len < size - 1) {
		n = read(fd, text + len, size - 1 - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	close(fd);
	text[len] = '\0';
	return (ssize_t)len;
}

/* Close [first, last]; an empty range is no error. Returns 0, or -1 when the kernel can't. */
static int
close_range_of(long first, unsigned last)
{
	if (first > (long)last)
		return 0;
	return (int)syscall(SYS_close_range, (unsigned)first, last, 0u);
}

/*
 * The sysconf() of musl, and of glibc 2.34, counts the affinity mask instead. "0-3,8" is five.
 */
static unsigned
count_cpu_list(const char *list)
{
	uint64_t n = 0;

	while (*list >= '0' && *list <= '9') {
		const uint64_t first = leading_number(list);
		uint64_t last = first;

		list += strspn(list, "0123456789");
		if (*list == '-') {
			last = leading_number(++list);
			list += strspn(list, "0123456789");
		}
		n += last >= first ? last - first + 1 : 0;
		if (*list == ',')
			list++;
	}
	return n <= MAX_CPUS ? (unsigned)n : MAX_CPUS;
}

int
os_exit_fd(pid_t pid)
{
	static atomic_bool missing; /* an old kernel, or a filter that knows no pidfd */
	long fd;

	if (atomic_load_explicit(&missing, memory_order_relaxed))
		return -1;
	fd = syscall(SYS_pidfd_open, pid, 0u);
	if (fd < 0 && (errno == ENOSYS || errno == EPERM))
		atomic_store_explicit(&missing, true, memory_order_relaxed);
	return (int)fd;
}

int
os_reopen(int fd)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

void
os_punch_hole(int fd, off_t offset, off_t len)
{
	if (len > 0 && fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, len) != 0)
		return; /* the space is given back with the file */
}

static int
unnamed_file(const char *dir, int flags, mode_t mode)
{
	int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC | flags, mode);

	if (fd >= 0)
		return fd;
	/* How file systems and kernels without O_TMPFILE answer; all else is meant. */
	if (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL || errno == ENOENT)
		return named_and_unlinked_file(dir);
	return -1;
}

int
os_unnamed_file(const char *dir)
{
	/* O_EXCL: and never can it be linked to a name. */
	return unnamed_file(dir, O_EXCL, S_IRUSR | S_IWUSR);
}

int
os_nameless_file(const char *dir)
{
	return unnamed_file(dir, 0, 0666);
}

int
os_name_file(int fd, const char *path)
{
	char self[40];

	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	return linkat(AT_FDCWD, self, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0 ? 0 : errno;
}

ssize_t
os_copy(int out, int in, off_t *offset, size_t n, bool final)
{
	const size_t most = 0x7ffff000; /* the kernel cuts what is more, or refuses it (32 bits) */
	struct stat st;
	ssize_t copied;

	/*
	 * A pipe and a socket are given the pages of the file, not a copy: what is written to the
	 * file later would reach a slow reader instead of what was there (seen on ext4 and tmpfs).
	 */
	if (!final && fstat(out, &st) != 0)
		return -1;
	if (!final && !S_ISREG(st.st_mode)) {
		errno = EINVAL;
		return -1;
	}
	do
		copied = sendfile(out, in, offset, n < most ? n : most);
	while (copied < 0 && errno == EINTR);
	return copied;
}

ssize_t
os_move(int out, off_t *offset, int pipe, size_t n)
{
	ssize_t moved;

	do
		moved = splice(pipe, NULL, out, offset, n, 0);
	while (moved < 0 && errno == EINTR);
	return moved;
}

int
os_watch_open(void)
{
	return inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
}

int
os_watch_file(int watch, const char *path)
{
	return inotify_add_watch(watch, path, IN_CLOSE) >= 0 ? 0 : errno;
}

void
os_watch_clear(int watch)
{
	char events[4096];

	while (read(watch, events, sizeof(events)) > 0)
		continue;
}

uint64_t
os_terminal(void)
{
	/* A descriptor of /dev/tty can be asked which terminal that is; its own number can't. */
	const int fd = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	unsigned device = 0;

	if (fd < 0)
		return 0;
	if (ioctl(fd, TIOCGDEV, &device) != 0)
		device = 0;
	close(fd);
	return device;
}

unsigned
os_cpus_allowed(void)
{
	unsigned n = 0;
	int cpus;

	/* The kernel answers EINVAL while the set is smaller than its own. */
	for (cpus = 1024; cpus <= MAX_CPUS && n == 0; cpus *= 2) {
		const size_t size = CPU_ALLOC_SIZE(cpus);
		cpu_set_t *set = CPU_ALLOC(cpus);

		if (!set)
			break;
		if (sched_getaffinity(0, size, set) == 0)
			n = (unsigned)CPU_COUNT_S(size, set);
		else if (errno != EINVAL)
			cpus = MAX_CPUS;
		CPU_FREE(set);
	}
	return n > 0 ? n : os_cpus_online();
}

unsigned
os_cpus_online(void)
{
	char list[4096];
	unsigned n = 0;
	long configured;

	if (read_small_file("/sys/devices/system/cpu/online", list, sizeof(list)) > 0)
		n = count_cpu_list(list);
	if (n > 0)
		return n;
	configured = sysconf(_SC_NPROCESSORS_ONLN);
	return configured > 0 ? (unsigned)configured : 1;
}

uint64_t
os_start_ticks(pid_t pid)
{
	char path[64] = "/proc/";
	char digits[24];
	char stat[1024]; /* the fields wanted lie in the first 500 bytes or so */
	char *p = path + strlen(path);
	size_t n = 0;
	int field;

	for (; pid > 0; pid /= 10)
		digits[n++] = (char)('0' + pid % 10);
	while (n > 0)
		*p++ = digits[--n];
	memcpy(p, "/stat", sizeof("/stat"));
	if (read_small_file(path, stat, sizeof(stat)) <= 0)
		return 0;
	p = strrchr(stat, ')'); /* the second field is a name that may hold anything, ')' too */
	for (field = 2; p && field < STAT_START_FIELD; field++)
		p = strchr(p + 1, ' ');
	return p ? leading_number(p + 1) : 0;
}

uint64_t
os_now_ticks(void)
{
	const long hz = sysconf(_SC_CLK_TCK);
	struct timespec t;

	/* Counts suspension and the offset of a time namespace, as start times do. */
	if (hz <= 0 || clock_gettime(CLOCK_BOOTTIME, &t) != 0)
		return 0;
	return (uint64_t)t.tv_sec * (uint64_t)hz +
	       (uint64_t)t.tv_nsec / (uint64_t)(1000000000 / hz);
}

void
os_close_all_but(int keep_a, int keep_b)
{
	const int low = keep_a < keep_b ? keep_a : keep_b;
	const int high = keep_a < keep_b ? keep_b : keep_a;

	if (low > 0 && close_range_of(0, (unsigned)low - 1) != 0)
		goto no_close_range;
	if (high > 0 && close_range_of((long)low + 1, (unsigned)high - 1) != 0)
		goto no_close_range;
	if (close_range_of((long)high + 1, ~0u) == 0)
		return;
no_close_range:
	close_up_to_limit(keep_a, keep_b);
}

size_t
os_max_argument(void)
{
	/* MAX_ARG_STRLEN of the kernel: 32 pages, with the NUL. */
	const long page = sysconf(_SC_PAGESIZE);

	return (size_t)(page > 0 ? page : 4096) * 32 - 1;
}

/*
 * As the kernel reckons, whatever the C library's ARG_MAX says: a quarter of the stack that is
 * allowed, at most 6 MiB, but never less than 32 pages; and with a stack so small that this would
 * fill it, the program could not start.
 */
uint64_t
os_argument_space(void)
{
	const uint64_t least = (uint64_t)os_max_argument() + 1, most = UINT64_C(6) * 1024 * 1024;
	struct rlimit stack;
	uint64_t space;

	if (getrlimit(RLIMIT_STACK, &stack) != 0)
		return least;
	if (stack.rlim_cur == RLIM_INFINITY || stack.rlim_cur / 4 > most)
		return most;
	space = stack.rlim_cur / 4 > least ? stack.rlim_cur / 4 : least;
	return space <= stack.rlim_cur / 2 ? space : stack.rlim_cur / 2;
}

#endif
