/*
 * limit [-j THREADS] [-n JOBS|-x FILE] [-s] [-c|-o] PROGRAM [ARG]...: what the kernel charges, and
 * nothing else. The threads take turns at numbers and do posix_spawn and waitpid for each. With -x
 * they take the lines of a file instead, as many for a job as a command can have. With -c every
 * job has two pipes of its own that are read to their ends by poll, with -o one for both streams;
 * what was read is thrown away. With -s the attributes name every signal, so that glibc need not
 * ask for the disposition of each before it sets it: posix_spawn can't be had for less. The number
 * is the last argument, as a pool would pass it.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static atomic_long next_job;
static long jobs = 20000;
static int pipes; /* for each job: 0, 1 (both streams) or 2 */
static char **command;
static int command_len;
static posix_spawnattr_t lean;
static const posix_spawnattr_t *attributes; /* NULL, or lean */

/* -x */
static char *text, *text_end;
static pthread_mutex_t text_lock = PTHREAD_MUTEX_INITIALIZER;
static size_t text_room; /* of a command's arguments, with their pointers */

static void
fail(const char *what, int error)
{
	fprintf(stderr, "limit: %s: %s\n", what, strerror(error));
	exit(1);
}

static void
name_signals(void)
{
	sigset_t all;

	sigfillset(&all);
	sigdelset(&all, SIGKILL);
	sigdelset(&all, SIGSTOP);
	posix_spawnattr_init(&lean);
	posix_spawnattr_setflags(&lean, POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigdefault(&lean, &all);
	attributes = &lean;
}

static void
drain(struct pollfd *ends, int n)
{
	static _Thread_local char block[65536];

	for (int open_ends = n; open_ends > 0;) {
		if (poll(ends, n, -1) < 0 && errno != EINTR)
			fail("poll", errno);
		for (int i = 0; i < n; i++) {
			if (!ends[i].revents || read(ends[i].fd, block, sizeof block) > 0)
				continue;
			close(ends[i].fd);
			ends[i].fd = -1;
			open_ends--;
		}
	}
}

static void
run_one(char **argv)
{
	posix_spawn_file_actions_t actions;
	struct pollfd ends[2];
	int writers[2], status, error;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	for (int i = 0; i < pipes; i++) {
		int fds[2];

		if (pipe2(fds, O_CLOEXEC))
			fail("pipe", errno);
		ends[i] = (struct pollfd){.fd = fds[0], .events = POLLIN};
		writers[i] = fds[1];
		posix_spawn_file_actions_adddup2(&actions, fds[1], i + 1);
	}
	if (pipes == 1)
		posix_spawn_file_actions_adddup2(&actions, writers[0], 2);
	if ((error = posix_spawnp(
		 &pid, argv[0], pipes ? &actions : NULL, attributes, argv, environ)))
		fail(argv[0], error);
	for (int i = 0; i < pipes; i++)
		close(writers[i]);
	if (pipes)
		drain(ends, pipes);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			fail("waitpid", errno);
	if (status)
		fail("a job failed", 0);
	posix_spawn_file_actions_destroy(&actions);
}

static void
open_text(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	size_t environment = 0;

	if (fd < 0 || fstat(fd, &st) != 0)
		fail(path, errno);
	text = mmap(NULL, st.st_size + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	if (text == MAP_FAILED)
		fail(path, errno);
	text_end = text + st.st_size;
	for (char **e = environ; *e; e++)
		environment += strlen(*e) + 1 + sizeof *e;
	text_room = sysconf(_SC_ARG_MAX) - environment - 4096;
}

/* The next lines that fit, behind the command; 0: there are none. */
static size_t
take_lines(char **argv)
{
	size_t n = 0, room = text_room;

	pthread_mutex_lock(&text_lock);
	while (text < text_end) {
		char *end = memchr(text, '\n', text_end - text);
		size_t size;

		if (!end)
			end = text_end;
		size = end - text + 1 + sizeof *argv;
		if (size > room)
			break;
		room -= size;
		*end = '\0';
		argv[n++] = text;
		text = end + 1;
	}
	pthread_mutex_unlock(&text_lock);
	argv[n] = NULL;
	return n;
}

static void *
work_on_text(void *arg)
{
	char **argv = malloc(text_room);

	if (!argv)
		fail("malloc", errno);
	memcpy(argv, command, command_len * sizeof *argv);
	while (take_lines(argv + command_len) > 0)
		run_one(argv);
	free(argv);
	return arg;
}

static void *
work(void *arg)
{
	char **argv = calloc(command_len + 2, sizeof *argv);
	char number[24];
	long i;

	if (!argv)
		fail("calloc", errno);
	memcpy(argv, command, command_len * sizeof *argv);
	argv[command_len] = number;
	while ((i = atomic_fetch_add(&next_job, 1) + 1) <= jobs) {
		snprintf(number, sizeof number, "%ld", i);
		run_one(argv);
	}
	free(argv);
	return arg;
}

int
main(int argc, char **argv)
{
	pthread_t threads[256];
	int n = 2, c, error;

	while ((c = getopt(argc, argv, "+j:n:x:cos")) != -1) {
		switch (c) {
		case 'j':
			n = atoi(optarg);
			break;
		case 'n':
			jobs = atol(optarg);
			break;
		case 'x':
			open_text(optarg);
			break;
		case 'c':
			pipes = 2;
			break;
		case 'o':
			pipes = 1;
			break;
		case 's':
			name_signals();
			break;
		default:
			return 2;
		}
	}
	if (optind == argc || n < 1 || n > 256) {
		fprintf(stderr,
		    "usage: limit [-j THREADS] [-n JOBS|-x FILE] [-s] [-c|-o] PROGRAM [ARG]...\n");
		return 2;
	}
	command = argv + optind;
	command_len = argc - optind;
	for (int i = 0; i < n; i++)
		if ((error = pthread_create(&threads[i], NULL, text ? work_on_text : work, NULL)))
			fail("pthread_create", error);
	for (int i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
