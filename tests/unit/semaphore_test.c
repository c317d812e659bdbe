#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/os.h"
#include "base/util.h"
#include "run/semaphore.h"
#include "tap.h"

enum {
	MS = 1000000, /* nanoseconds */
};

static char top[] = "/tmp/semaphore_test.XXXXXX";
static char directory[64];

/* Seen by all processes of the test. */
static struct {
	atomic_int inside;
	atomic_int most;
	atomic_int order;
} * shared;

static struct semaphore_spec
spec_of(const char *id, unsigned slots, int64_t timeout_ns)
{
	return (struct semaphore_spec){
	    .directory = directory,
	    .id = id,
	    .slots = slots,
	    .timeout_ns = timeout_ns,
	};
}

/* The descriptor, or minus the errno. */
static int
take(const char *id, unsigned slots, int64_t timeout_ns)
{
	const struct semaphore_spec spec = spec_of(id, slots, timeout_ns);
	struct buf why = {0};
	int fd;
	int err = semaphore_take(&spec, &fd, &why);

	buf_free(&why);
	return err == 0 ? fd : -err;
}

static int
wait_until_free(const char *id, int64_t timeout_ns)
{
	const struct semaphore_spec spec = spec_of(id, 1, timeout_ns);
	struct buf why = {0};
	int err = semaphore_wait(&spec, &why);

	buf_free(&why);
	return err;
}

static bool
is_free(const char *id, unsigned slots)
{
	int fd = take(id, slots, -1);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* Another process that takes it, says so through *said, and holds it until it is killed. */
static pid_t
start_holder(const char *id, unsigned slots, int *said)
{
	pid_t pid;
	int p[2];
	int fd;

	if (os_pipe(p) != 0)
		exit(1);
	pid = fork();
	if (pid == 0) {
		os_close_all_but(p[1], 2); /* what the test holds */
		fd = take(id, slots, 0);
		if (fd < 0 || write(p[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(p[1]);
	*said = p[0];
	return pid;
}

static bool
hears(int said, int timeout_ms)
{
	struct pollfd p = {.fd = said, .events = POLLIN};

	return poll(&p, 1, timeout_ms) == 1 && (p.revents & POLLIN);
}

static void
end_holder(pid_t pid, int said)
{
	int status;

	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	close(said);
}

static void
test_mutex(void)
{
	int fd = take("mutex", 1, 0);
	int said;
	pid_t pid;

	ok(fd >= 0, "a mutex is taken");
	is_int(fcntl(fd, F_GETFD), FD_CLOEXEC, "its descriptor is close-on-exec");
	ok(!is_free("mutex", 1), "nobody else gets it");
	ok(is_free("other", 1), "but one of another name");
	pid = start_holder("mutex", 1, &said);
	ok(!hears(said, 50), "another process waits");
	close(fd);
	ok(hears(said, 10000), "until it is free");
	ok(!is_free("mutex", 1), "and then has it");
	end_holder(pid, said);
	ok(is_free("mutex", 1), "that it was killed frees it");
}

static void
test_slots(void)
{
	int fds[3];
	int said;
	pid_t pid;
	int i;

	for (i = 0; i < 3; i++)
		fds[i] = take("three", 3, -1);
	ok(fds[0] >= 0 && fds[1] >= 0 && fds[2] >= 0, "three slots can be taken three times");
	ok(!is_free("three", 3), "but not a fourth time");
	ok(is_free("three", 4), "but with a larger number, which opens a slot more");
	ok(!is_free("three", 2), "with a smaller one there are fewer");
	pid = start_holder("three", 3, &said);
	ok(!hears(said, 50), "another process waits");
	close(fds[1]);
	ok(hears(said, 10000), "until whichever slot is free");
	close(fds[0]);
	close(fds[2]);
	end_holder(pid, said);
	ok(is_free("three", 1), "in the end all are free");
}

static void
test_killed_holder_of_a_slot(void)
{
	int saids[3];
	pid_t pids[3];
	int i;

	for (i = 0; i < 3; i++) {
		pids[i] = start_holder("killed", 2, &saids[i]);
		ok(hears(saids[i], i < 2 ? 10000 : 50) == (i < 2), "holder %d %s", i + 1,
		    i < 2 ? "has a slot" : "waits");
	}
	end_holder(pids[1], saids[1]);
	ok(hears(saids[2], 10000), "a waiting one gets the slot of one that was killed");
	end_holder(pids[0], saids[0]);
	end_holder(pids[2], saids[2]);
}

/* A waiter that is killed leaves nothing behind that others would wait for. */
static void
test_killed_waiter(void)
{
	int holder = take("queue", 2, 0);
	int second = take("queue", 2, 0);
	int saids[2];
	pid_t pids[2];

	pids[0] = start_holder("queue", 2, &saids[0]);
	pids[1] = start_holder("queue", 2, &saids[1]);
	ok(!hears(saids[0], 20) && !hears(saids[1], 20), "two wait");
	end_holder(pids[0], saids[0]);
	close(holder);
	ok(hears(saids[1], 10000), "one gets the slot although the other was killed");
	end_holder(pids[1], saids[1]);
	close(second);
}

/* In a child: be one of many, several times. */
static void
crowd(const char *id, unsigned slots, int64_t timeout_ns)
{
	int fd;
	int now;
	int most;

	for (int i = 0; i < 20; i++) {
		fd = take(id, slots, timeout_ns);
		if (fd < 0)
			_exit(1);
		now = atomic_fetch_add(&shared->inside, 1) + 1;
		most = atomic_load(&shared->most);
		while (most < now && !atomic_compare_exchange_weak(&shared->most, &most, now))
			continue;
		poll(NULL, 0, 1);
		atomic_fetch_sub(&shared->inside, 1);
		close(fd);
	}
	_exit(0);
}

static void
test_crowd(unsigned slots, int64_t timeout_ns)
{
	const int processes = 8;
	int good = 0;
	char id[16];
	int status;
	int i;

	snprintf(id, sizeof(id), "crowd %u", slots);
	atomic_store(&shared->most, 0);
	for (i = 0; i < processes; i++)
		if (fork() == 0)
			crowd(id, slots, timeout_ns);
	for (i = 0; i < processes; i++)
		good += wait(&status) > 0 && status == 0;
	is_int(good, processes, "a crowd gets %u slots one after the other%s", slots,
	    timeout_ns ? ", with a timeout" : "");
	ok(atomic_load(&shared->most) <= (int)slots, "never more at once");
	ok(slots == 1 || atomic_load(&shared->most) > 1, "but more than one, if it may be");
}

static void
test_inherited(void)
{
	int fd = take("inherited", 1, 0);
	int p[2];
	pid_t pid;
	char byte;

	if (os_pipe(p) != 0)
		exit(1);
	pid = fork();
	if (pid == 0) {
		close(p[1]);
		_exit(read(p[0], &byte, 1) != 0);
	}
	close(p[0]);
	close(fd);
	ok(!is_free("inherited", 1), "a child that has the descriptor goes on holding it");
	close(p[1]);
	waitpid(pid, NULL, 0);
	ok(is_free("inherited", 1), "until it exits");
}

static int64_t
ms_since(int64_t start)
{
	return (now_ns() - start) / MS;
}

static void
test_timeout(unsigned slots)
{
	int64_t start;
	int fds[2];
	unsigned i;

	for (i = 0; i < slots; i++)
		fds[i] = take("timeout", slots, 0);
	start = now_ns();
	is_int(take("timeout", slots, -200 * MS), -ETIMEDOUT, "a negative timeout gives up");
	ok(ms_since(start) >= 200, "after the time");
	ok(ms_since(start) < 1200, "and not much later");
	start = now_ns();
	is_int(take("timeout", slots, 200 * MS), -1, "a positive one goes on without it");
	ok(ms_since(start) >= 200 && ms_since(start) < 1200, "after the time");
	is_int(wait_until_free("timeout", -50 * MS), ETIMEDOUT, "it holds for a wait as well");
	is_int(wait_until_free("timeout", 50 * MS), 0, "of both signs");
	for (i = 0; i < slots; i++)
		close(fds[i]);
	start = now_ns();
	ok(is_free("timeout", slots), "what is free is had without a wait");
	ok(ms_since(start) < 1000, "at once");
}

static void
test_timeout_is_told(void)
{
	const struct semaphore_spec spec = spec_of("told", 1, -1 * MS);
	struct buf why = {0};
	int held = take("told", 1, 0);
	int fd;

	is_int(semaphore_take(&spec, &fd, &why), ETIMEDOUT, "who gives up is told");
	ok(buf_string(&why) && strstr(why.data, "was not free within"), "why");
	close(held);
	buf_free(&why);
}

static void
test_wait(void)
{
	int a;
	int b;
	int said;
	pid_t pid;
	char byte;
	int p[2];

	is_int(wait_until_free("never used", 0), 0, "nobody holds what was never taken");
	a = take("wait", 5, 0);
	b = take("wait", 5, 0);
	pid = start_holder("wait", 5, &said);
	ok(hears(said, 10000), "three hold slots");
	if (os_pipe(p) != 0)
		exit(1);
	if (fork() == 0) {
		os_close_all_but(p[1], 2);
		_exit(wait_until_free("wait", 0) != 0 || write(p[1], "x", 1) != 1);
	}
	close(p[1]);
	ok(!hears(p[0], 20), "a wait lasts while they hold them");
	close(a);
	end_holder(pid, said);
	ok(!hears(p[0], 20), "also the last of them, whatever its number");
	close(b);
	ok(read(p[0], &byte, 1) == 1, "and is over when none does");
	close(p[0]);
	wait(NULL);
	ok(is_free("wait", 1), "a wait holds nothing");
}

static void
test_ids(void)
{
	static const char *const ids[] = {"", ".", "..", "a", "A", "a/b", "a%2Fb", "/", "../x", "-",
	    " ", "\n", "\xff", "a.slot-1", "tty", "%", "%+"};
	enum {
		N = sizeof(ids) / sizeof(ids[0]),
	};
	char longs[3][6000];
	int fds[N + 3];
	size_t i;
	size_t distinct = 0;

	for (i = 0; i < N; i++)
		fds[i] = take(ids[i], 1, -1);
	for (i = 0; i < 3; i++) {
		memset(longs[i], i < 2 ? 'x' : '/', sizeof(longs[i]));
		longs[i][sizeof(longs[i]) - 1 - i] = '\0';
		fds[N + i] = take(longs[i], 1, -1);
	}
	for (i = 0; i < N + 3; i++)
		distinct += fds[i] >= 0;
	is_int(distinct, N + 3, "any ids work, and none is another");
	ok(!is_free(longs[1], 1), "a long one is itself");
	for (i = 0; i < N + 3; i++)
		close(fds[i]);
}

static void
test_default_id(void)
{
	int fd = take(NULL, 1, -1);

	ok(fd >= 0, "there is a default id");
	ok(!is_free(NULL, 1), "the same each time");
	close(fd);
}

/* Each file in the directory is the owner's alone. */
static void
test_modes(void)
{
	struct dirent *entry;
	struct stat st;
	DIR *dir = opendir(directory);
	int open_to_others = 0;
	int files = 0;

	is_int(stat(directory, &st), 0, "the directory is there");
	is_int(st.st_mode & 07777, 0700, "for its owner alone");
	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		files++;
		if (fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
		    (st.st_mode & 07777) != 0600)
			open_to_others++;
	}
	ok(files > 0, "with files");
	is_int(open_to_others, 0, "that are too");
	if (dir)
		closedir(dir);
}

static void
remove_files(void)
{
	struct dirent *entry;
	DIR *dir = opendir(directory);

	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir)
		closedir(dir);
}

static void
test_removed_files(void)
{
	int fd = take("removed", 1, 0);
	int said;
	pid_t pid = start_holder("removed", 1, &said);

	ok(!hears(said, 50), "one waits for a file");
	remove_files();
	close(fd);
	ok(hears(said, 10000), "that was removed, and has a lock in the end");
	ok(!is_free("removed", 1), "on a file that others see");
	end_holder(pid, said);
}

static void
test_refused(const char *path, const char *want, const char *name)
{
	struct semaphore_spec spec = spec_of("x", 1, -1);
	struct buf why = {0};
	int fd;
	int err;

	spec.directory = path;
	err = semaphore_take(&spec, &fd, &why);
	ok(err != 0 && fd == -1, "%s is refused", name);
	if (!ok(buf_string(&why) && strstr(why.data, want), "with a sentence that says so"))
		printf("#   got '%s'\n", why.data ? why.data : "");
	buf_free(&why);
}

static void
test_directory(void)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/link", top);
	if (symlink(directory, path) != 0)
		exit(1);
	test_refused(path, "is a symbolic link", "a symbolic link");
	snprintf(path, sizeof(path), "%s/link///", top);
	test_refused(path, "is a symbolic link", "a symbolic link with slashes");
	snprintf(path, sizeof(path), "%s/link", top);
	unlink(path);
	test_refused("/dev/null", "is not a directory", "what is no directory");
	snprintf(path, sizeof(path), "%s/open", top);
	mkdir(path, 0755);
	test_refused(path, "its mode is 755, not 700", "what others may enter");
	if (geteuid() == 0 && chown(path, 12345, 12345) != 0)
		exit(1);
	test_refused(geteuid() == 0 ? path : "/", "belongs to another user", "another's");
	rmdir(path);
	snprintf(path, sizeof(path), "%s/none/there", top);
	test_refused(path, "No such file or directory", "what can't be made");
}

static void
test_umask(void)
{
	mode_t mask = umask(0777);

	ok(is_free("umask", 1) && is_free("umask", 1), "no umask is in the way");
	is_int(umask(mask), 0777, "and it is left as it was");
}

int
main(void)
{
	void *map =
	    mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (map == MAP_FAILED || !mkdtemp(top))
		return 1;
	shared = map;
	snprintf(directory, sizeof(directory), "%s/sem", top);
	test_umask(); /* makes the directory */
	test_mutex();
	test_slots();
	test_killed_holder_of_a_slot();
	test_killed_waiter();
	test_crowd(1, 0);
	test_crowd(3, 0);
	test_crowd(1, (int64_t)60000 * MS);
	test_crowd(3, (int64_t)60000 * MS);
	test_inherited();
	test_timeout(1);
	test_timeout(2);
	test_timeout_is_told();
	test_wait();
	test_ids();
	test_default_id();
	test_modes();
	test_removed_files();
	test_directory();
	remove_files();
	rmdir(directory);
	rmdir(top);
	return done_testing();
}
