#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/lock.h"
#include "base/os.h"
#include "tap.h"

extern char **environ;

/* Whether this build leaves out what only Linux has. */
#ifdef OS_PORTABLE
static const bool portable = true;
#else
static const bool portable = false;
#endif

static bool
is_ready(int fd, int timeout_ms)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return poll(&p, 1, timeout_ms) == 1 && (p.revents & POLLIN);
}

/* A child that lives until its end of the pipe *tell is closed, then exits with 3. */
static pid_t
start_child(int *tell)
{
	int p[2];
	pid_t pid;
	char byte;

	if (os_pipe(p) != 0)
		exit(1);
	pid = fork();
	if (pid == 0) {
		close(p[1]);
		_exit(read(p[0], &byte, 1) == 0 ? 3 : 4);
	}
	close(p[0]);
	*tell = p[1];
	return pid;
}

static void
test_pipe(void)
{
	int p[2];
	char byte = 0;

	is_int(os_pipe(p), 0, "a pipe is made");
	is_int(fcntl(p[0], F_GETFD), FD_CLOEXEC, "its reading end is close-on-exec");
	is_int(fcntl(p[1], F_GETFD), FD_CLOEXEC, "its writing end is");
	is_int(fcntl(p[0], F_GETFL) & O_NONBLOCK, 0, "it blocks");
	ok(write(p[1], "x", 1) == 1 && read(p[0], &byte, 1) == 1 && byte == 'x',
	    "and carries bytes");
	close(p[0]);
	close(p[1]);
}

static void
test_pipe_without_descriptors(void)
{
	struct rlimit saved;
	struct rlimit none;
	int p[2];

	getrlimit(RLIMIT_NOFILE, &saved);
	none = saved;
	none.rlim_cur = 3;
	setrlimit(RLIMIT_NOFILE, &none);
	is_int(os_pipe(p), EMFILE, "the error is returned where there is no room");
	setrlimit(RLIMIT_NOFILE, &saved);
}

static void
test_exit_fd(void)
{
	int tell;
	int status;
	struct rusage usage;
	pid_t pid = start_child(&tell);
	int fd = os_exit_fd(pid);

	if (fd >= 0) {
		is_int(fcntl(fd, F_GETFD), FD_CLOEXEC, "an exit descriptor is close-on-exec");
		ok(!is_ready(fd, 0), "and not readable while the child lives");
		close(tell);
		ok(is_ready(fd, 10000), "but when it has exited");
		close(fd);
	} else {
		close(tell);
		skip("no exit descriptors here");
	}
	is_int(os_reap(pid, &status, &usage), 0, "the child is reaped");
	ok(WIFEXITED(status) && WEXITSTATUS(status) == 3, "with its status");
	is_int(os_reap(pid, &status, &usage), ECHILD, "and only once");
}

static void
test_unnamed_file(void)
{
	char dir[] = "/tmp/os_test.XXXXXX";
	struct stat st;
	int fd;

	if (!mkdtemp(dir))
		return;
	fd = os_unnamed_file(dir);
	ok(fd >= 0 && fstat(fd, &st) == 0, "an unnamed file is made");
	is_int(st.st_nlink, 0, "without a name");
	is_int(st.st_mode & 07777, 0600, "for its owner alone");
	is_int(fcntl(fd, F_GETFD), FD_CLOEXEC, "close-on-exec");
	is_int(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDWR, "to read and to write");
	is_int(rmdir(dir), 0, "in a directory that is empty");
	close(fd);
	errno = 0;
	is_int(os_unnamed_file(dir), -1, "without the directory there is none");
	is_int(errno, ENOENT, "and errno tells");
}

/* An unnamed file of n blocks of 4096: block i is full of 'a' + i. */
static int
file_of_blocks(int n)
{
	char block[4096];
	int fd = os_unnamed_file("/tmp");
	int i;

	for (i = 0; i < n; i++) {
		memset(block, 'a' + i, sizeof(block));
		if (fd < 0 || write(fd, block, sizeof(block)) != (ssize_t)sizeof(block))
			exit(1);
	}
	return fd;
}

static void
test_punch_hole(void)
{
	int fd = file_of_blocks(8);
	struct stat before;
	struct stat after;
	char block[4096];
	bool kept = true;
	int i;

	fstat(fd, &before);
	os_punch_hole(fd, 0, (off_t)4 * 4096);
	os_punch_hole(fd, 0, 0);
	os_punch_hole(-1, 0, 1);
	fstat(fd, &after);
	is_int(after.st_size, before.st_size, "a hole does not change the size");
	ok(portable || after.st_blocks < before.st_blocks, "but gives back the space");
	for (i = 4; i < 8; i++) {
		kept = kept && pread(fd, block, sizeof(block), (off_t)i * 4096) == 4096;
		kept = kept && block[0] == 'a' + i && block[4095] == 'a' + i;
	}
	ok(kept, "and leaves the rest alone");
	close(fd);
}

static void
test_copy(void)
{
	int in = file_of_blocks(2);
	int out = os_unnamed_file("/tmp");
	off_t offset = 4000;
	char got[4096] = {0};
	ssize_t n = os_copy(out, in, &offset, 1000, false);

	if (n < 0 && errno == ENOSYS) {
		is_int(offset, 4000, "a copy that can't be made changes nothing");
		close(in);
		close(out);
		return;
	}
	is_int(n, 1000, "bytes are copied");
	is_int(offset, 5000, "the offset moves");
	is_int(lseek(in, 0, SEEK_CUR), 8192, "the file's own offset does not");
	is_int(lseek(out, 0, SEEK_CUR), 1000, "that of the other does");
	ok(pread(out, got, sizeof(got), 0) == 1000 && got[95] == 'a' && got[96] == 'b',
	    "the right ones");
	is_int(os_copy(out, in, &offset, SIZE_MAX, false), 3192, "at most what is there");
	is_int(os_copy(out, in, &offset, 10, false), 0, "then the file is at its end");
	fcntl(out, F_SETFL, O_APPEND);
	offset = 0;
	n = os_copy(out, in, &offset, 10, false);
	ok(n == 10 || (n == -1 && errno == EINVAL), "a file open for appending may refuse");
	is_int(os_copy(-1, in, &offset, 10, false), -1, "a wrong descriptor is an error");
	is_int(errno, EBADF, "with its own errno");
	close(out);
	close(in);
}

/* Whatever os_copy() did, a later write to the file is not seen in what was copied before. */
static void
test_copy_is_a_copy(void)
{
	int in = file_of_blocks(2);
	off_t offset = 0;
	char block[4096];
	ssize_t n;
	int p[2];

	os_pipe(p);
	n = os_copy(p[1], in, &offset, sizeof(block), false);
	if (n < 0) {
		ok(errno == EINVAL || errno == ENOSYS, "a pipe may be refused");
	} else {
		memset(block, 'Z', sizeof(block));
		ok(pwrite(in, block, sizeof(block), 0) == (ssize_t)sizeof(block) &&
			read(p[0], block, sizeof(block)) > 0 && block[0] == 'a',
		    "what is in a pipe stays as it was");
	}
	close(p[0]);
	close(p[1]);
	close(in);
}

static void
test_locks(void)
{
	char path[] = "/tmp/os_test.XXXXXX";
	int a = mkstemp(path);
	int b = open(path, O_RDWR | O_CLOEXEC);
	int copy;

	is_int(lock_look(b), 0, "a file has no lock at first");
	is_int(lock_file(a, false), 0, "it can be locked");
	is_int(lock_file(a, true), 0, "by the one who has the lock again");
	is_int(lock_look(b), EAGAIN, "another sees that");
	is_int(lock_file(b, false), EAGAIN, "and can't");
	copy = dup(a);
	close(a);
	is_int(lock_look(b), EAGAIN, "a copy of the descriptor keeps the lock");
	close(copy);
	is_int(lock_look(b), 0, "the last one takes it along");
	is_int(lock_file(b, true), 0, "then it can be had");
	is_int(lock_file(-1, false), EBADF, "a wrong descriptor is an error");
	close(b);
	unlink(path);
}

static void
test_watch(void)
{
	char path[] = "/tmp/os_test.XXXXXX";
	int fd = mkstemp(path);
	int watch = os_watch_open();

	if (watch < 0) {
		skip("files can't be watched here");
	} else {
		is_int(fcntl(watch, F_GETFD), FD_CLOEXEC, "a watch is close-on-exec");
		is_int(os_watch_file(watch, path), 0, "a file is watched");
		is_int(os_watch_file(watch, "/tmp/os_test/none"), ENOENT, "if it is there");
		ok(!is_ready(watch, 0), "nothing has happened");
		close(fd);
		ok(is_ready(watch, 10000), "that it is closed is told");
		os_watch_clear(watch);
		ok(!is_ready(watch, 0), "once");
		close(watch);
	}
	unlink(path);
}

static void
test_terminal(void)
{
	const uint64_t terminal = os_terminal();
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		for (int fd = 0; fd <= 2; fd++)
			close(fd);
		_exit(setsid() < 0 || os_terminal() != 0);
	}
	waitpid(pid, &status, 0);
	is_int(status, 0, "a new session has no terminal");
	is_int(os_terminal(), terminal, "this one has the same each time");
}

static void
test_pty(void)
{
	const struct winsize wanted = {.ws_row = 33, .ws_col = 77};
	struct winsize size;
	char bytes[16];
	int fds[2];

	ok(!os_window(open("/dev/null", O_RDONLY | O_CLOEXEC), &size), "/dev/null has no window");
	if (!is_int(os_pty(fds, &wanted), 0, "a terminal is made"))
		return;
	ok(isatty(fds[1]), "it is one");
	is_int(fcntl(fds[0], F_GETFD), FD_CLOEXEC, "this side is close-on-exec");
	is_int(fcntl(fds[1], F_GETFD), FD_CLOEXEC, "and that side is");
	ok(os_window(fds[1], &size) && size.ws_row == 33 && size.ws_col == 77, "it has that size");
	is_int(write(fds[1], "a\nb\r\n\t", 7), 7, "it is written to");
	close(fds[1]);
	is_int(read(fds[0], bytes, sizeof(bytes)), 7, "and read, when the other side is gone");
	ok(memcmp(bytes, "a\nb\r\n\t", 7) == 0, "byte for byte");
	ok(read(fds[0], bytes, sizeof(bytes)) == -1 && errno == EIO, "to its end");
	close(fds[0]);
}

static void
test_cpus(void)
{
	unsigned allowed = os_cpus_allowed();
	unsigned online = os_cpus_online();
	cpu_set_t saved;
	cpu_set_t one;
	int cpu;

	ok(online >= 1 && allowed >= 1, "there is a CPU");
	ok(allowed <= online, "no more are allowed than there are");
	if (portable || sched_getaffinity(0, sizeof(saved), &saved) != 0) {
		skip("no affinity here");
		return;
	}
	for (cpu = 0; !CPU_ISSET(cpu, &saved); cpu++)
		continue;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	sched_setaffinity(0, sizeof(one), &one);
	is_int(os_cpus_allowed(), 1, "the affinity mask counts");
	is_int(os_cpus_online(), online, "but not for those online");
	sched_setaffinity(0, sizeof(saved), &saved);
}

static void *
send_later(void *arg)
{
	pthread_kill(*(pthread_t *)arg, SIGUSR2);
	return NULL;
}

static void
ignore_it(int sig)
{
	(void)sig;
}

static void *
interrupt_often(void *arg)
{
	int i;

	for (i = 0; i < 20; i++) {
		pthread_kill(*(pthread_t *)arg, SIGWINCH);
		poll(NULL, 0, 1);
	}
	return NULL;
}

static void
test_sigwait(void)
{
	struct sigaction handler = {.sa_handler = ignore_it};
	struct timespec before;
	struct timespec after;
	pthread_t self = pthread_self();
	pthread_t other;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	is_int(os_sigwait(&set, 0), 0, "no signal is pending");
	is_int(os_sigwait(&set, 20), 0, "none comes in 20 ms");
	raise(SIGUSR1);
	is_int(os_sigwait(&set, 0), SIGUSR1, "a pending one is taken at once");
	raise(SIGUSR2);
	is_int(os_sigwait(&set, 10000), SIGUSR2, "also with time to spare");
	kill(getpid(), SIGUSR1);
	is_int(os_sigwait(&set, -1), SIGUSR1, "also without end, and sent to the process");
	pthread_create(&other, NULL, send_later, &self);
	is_int(os_sigwait(&set, -1), SIGUSR2, "one that comes later ends the wait");
	pthread_join(other, NULL);
	pthread_create(&other, NULL, send_later, &self);
	is_int(os_sigwait(&set, 10000), SIGUSR2, "also a wait with a time");
	pthread_join(other, NULL);
	sigaction(SIGWINCH, &handler, NULL);
	clock_gettime(CLOCK_MONOTONIC, &before);
	pthread_create(&other, NULL, interrupt_often, &self);
	is_int(os_sigwait(&set, 100), 0, "other signals do not end it");
	clock_gettime(CLOCK_MONOTONIC, &after);
	pthread_join(other, NULL);
	ok((after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1000000 >= 99,
	    "nor shorten it");
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

static void
test_spawn_chdir(void)
{
	char *argv[] = {(char[]){"sh"}, (char[]){"-c"}, (char[]){"test \"$(pwd -P)\" = /"}, NULL};
	posix_spawn_file_actions_t actions;
	struct rusage usage;
	int status = -1;
	pid_t pid;
	int err;

	posix_spawn_file_actions_init(&actions);
	err = os_spawn_chdir(&actions, "/");
	if (err == ENOSYS) {
		skip("this C library can't change the directory of a spawn");
	} else {
		os_spawn_lock();
		err = posix_spawn(&pid, "/bin/sh", &actions, NULL, argv, environ);
		os_spawn_unlock();
		ok(err == 0 && os_reap(pid, &status, &usage) == 0,
		    "a child is spawned in a directory");
		is_int(status, 0, "and is there");
	}
	posix_spawn_file_actions_destroy(&actions);
}

static void
test_ticks(void)
{
	uint64_t now = os_now_ticks();
	uint64_t self = os_start_ticks(getpid());
	int status;
	int tell;
	pid_t pid;

	if (self == 0) {
		skip("no start times here");
		return;
	}
	/* The kernel rounds both down, each by itself. */
	ok(self <= now + 1 && now - self < 60 * 100 * 10, "this process started a moment ago");
	pid = start_child(&tell);
	ok(os_start_ticks(pid) >= self && os_start_ticks(pid) <= os_now_ticks() + 1,
	    "a child started later");
	is_int(os_start_ticks(pid), os_start_ticks(pid), "a start time does not change");
	close(tell);
	waitid(P_PID, (id_t)pid, &(siginfo_t){0}, WEXITED | WNOWAIT);
	ok(os_start_ticks(pid) >= self, "a process that is not reaped has one");
	waitpid(pid, &status, 0);
	is_int(os_start_ticks(pid), 0, "one that is reaped has none");
	is_int(os_start_ticks(0x7ffffff0), 0, "nor has one that never was");
	os_set_process_name(") S 1 2 (", NULL);
	is_int(os_start_ticks(getpid()), self, "a name that looks like the fields is no obstacle");
}

static int
count_open(void)
{
	int n = 0;
	int fd;

	for (fd = 0; fd < 1024; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

/* Exits with 0 when just keep_a and keep_b are left. */
static void
check_closing(int keep_a, int keep_b)
{
	int want = keep_a >= 0;
	int status;
	pid_t pid;

	want += keep_b >= 0 && keep_b != keep_a;
	pid = fork();
	if (pid == 0) {
		dup2(0, 3);
		dup2(0, 4);
		dup2(0, 100);
		dup2(0, 900);
		os_close_all_but(keep_a, keep_b);
		if (count_open() != want)
			_exit(1);
		if ((keep_a >= 0 && fcntl(keep_a, F_GETFD) < 0) ||
		    (keep_b >= 0 && fcntl(keep_b, F_GETFD) < 0))
			_exit(2);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	is_int(status, 0, "all but %d and %d are closed", keep_a, keep_b);
}

static void
test_close_all(void)
{
	static const int keep[] = {-1, 0, 1, 2, 3, 4, 100, 900};
	size_t i;
	size_t k;

	for (i = 0; i < sizeof(keep) / sizeof(keep[0]); i++)
		for (k = 0; k < sizeof(keep) / sizeof(keep[0]); k++)
			check_closing(keep[i], keep[k]);
}

/* In a child: a second call would find no more room than the first name took. */
static void
test_long_process_name(char **argv)
{
	char name[PATH_MAX];
	size_t room = strlen(argv[0]);
	int status;
	pid_t pid;

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	pid = fork();
	if (pid == 0) {
		os_set_process_name(name, argv);
		_exit(strlen(argv[0]) < room || argv[0][room - 1] != 'n');
	}
	waitpid(pid, &status, 0);
	is_int(status, 0, "a name that is too long is cut");
}

static void
test_process_name(char **argv)
{
	char text[4096];
	char path[64];
	ssize_t n = -1;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)getpid());
	os_set_process_name("a-name", argv);
	is_str(argv[0], "a-name", "the name overwrites argv[0]");
	fd = open(path, O_RDONLY);
	if (fd >= 0)
		n = read(fd, text, sizeof(text) - 1);
	if (n < 0) {
		skip("no /proc/PID/cmdline here");
		return;
	}
	text[n] = '\0';
	is_str(text, "a-name", "and is seen from outside");
	close(fd);
}

static int
spawn_with_argument(size_t len)
{
	char *argument = malloc(len + 1);
	char *argv[] = {(char[]){"true"}, argument, NULL};
	posix_spawn_file_actions_t actions;
	struct rusage usage;
	int status = -1;
	pid_t pid;
	int err;

	memset(argument, 'a', len);
	argument[len] = '\0';
	posix_spawn_file_actions_init(&actions);
	err = posix_spawnp(&pid, "true", &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	free(argument);
	if (err == 0 && os_reap(pid, &status, &usage) == 0 && status != 0)
		err = EINVAL;
	return err;
}

static void
test_max_argument(void)
{
	const size_t max = os_max_argument();

	ok(max >= 4096, "an argument may be long");
	if (portable)
		return;
	is_int(spawn_with_argument(max), 0, "the longest runs");
	is_int(spawn_with_argument(max + 1), E2BIG, "one byte more does not");
}

int
main(int argc, char **argv)
{
	os_tune_memory();
	test_pipe();
	test_pipe_without_descriptors();
	test_exit_fd();
	test_unnamed_file();
	test_punch_hole();
	test_copy();
	test_copy_is_a_copy();
	test_locks();
	test_watch();
	test_terminal();
	test_pty();
	test_cpus();
	test_sigwait();
	test_spawn_chdir();
	test_ticks();
	test_close_all();
	test_max_argument();
	if (argc > 0) {
		test_long_process_name(argv);
		test_process_name(argv);
	}
	return done_testing();
}
