/*
 * What os.c does on systems that are not Linux, and with OS_PORTABLE everywhere: POSIX alone. A
 * part of os.c.
 */

int
os_exit_fd(pid_t pid)
{
	(void)pid;
	return -1;
}

int
os_reopen(int fd)
{
	(void)fd; /* /dev/fd/N has the flags of N */
	errno = ENOSYS;
	return -1;
}

void
os_punch_hole(int fd, off_t offset, off_t len)
{
	(void)fd;
	(void)offset;
	(void)len;
}

int
os_unnamed_file(const char *dir)
{
	return named_and_unlinked_file(dir);
}

int
os_nameless_file(const char *dir)
{
	return named_and_unlinked_file(dir);
}

int
os_name_file(int fd, const char *path)
{
	(void)fd;
	(void)path;
	return ENOSYS;
}

ssize_t
os_copy(int out, int in, off_t *offset, size_t n, bool final)
{
	/* The sendfile() of macOS and FreeBSD sends to sockets only. */
	(void)out;
	(void)in;
	(void)offset;
	(void)n;
	(void) final;
	errno = ENOSYS;
	return -1;
}

ssize_t
os_move(int out, off_t *offset, int pipe, size_t n)
{
	(void)out;
	(void)offset;
	(void)pipe;
	(void)n;
	errno = ENOSYS;
	return -1;
}

int
os_watch_open(void)
{
	return -1;
}

int
os_watch_file(int watch, const char *path)
{
	(void)watch;
	(void)path;
	return ENOSYS;
}

void
os_watch_clear(int watch)
{
	(void)watch;
}

uint64_t
os_terminal(void)
{
	struct stat st;

	for (int fd = 0; fd <= 2; fd++)
		if (isatty(fd) && fstat(fd, &st) == 0)
			return (uint64_t)st.st_rdev;
	return 0;
}

unsigned
os_cpus_allowed(void)
{
	return os_cpus_online();
}

unsigned
os_cpus_online(void)
{
	const long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n > 0 ? (unsigned)n : 1;
}

uint64_t
os_start_ticks(pid_t pid)
{
	(void)pid;
	return 0;
}

uint64_t
os_now_ticks(void)
{
	return 0;
}

void
os_close_all_but(int keep_a, int keep_b)
{
	close_up_to_limit(keep_a, keep_b);
}

size_t
os_max_argument(void)
{
	/* All arguments and the environment share ARG_MAX; a part of it is left for the others. */
	const long all = sysconf(_SC_ARG_MAX);
	const long others = 16384;

	return all > 2 * others ? (size_t)(all - others) : 131071;
}

uint64_t
os_argument_space(void)
{
	const long all = sysconf(_SC_ARG_MAX);

	return all > 0 ? (uint64_t)all : 131072;
}
