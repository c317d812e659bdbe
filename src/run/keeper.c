/*
 * The keeper process. After the fork it calls async-signal-safe functions only, holds no descriptor but its pipe, and
 * lives in a session of its own, where neither the terminal nor a signal to spool's group reaches it.
 * One keeper a process, so its state is static; set before the first thread, then read-only.
 */
#include "run/keeper.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/os.h"

#define LOOK_MS 20     /* between looks at whether the groups are gone */
#define SLACK_TICKS 2  /* rounding of the start times */

static struct {
	struct keeper_entry *table;
	unsigned slots;
	pid_t pid; /* 0: no keeper */
	int pipe;  /* write end, spool's */
} keeper;

/*
 * Whether the entry still names what spool started. A dead leader whose group lives on can't be looked at, and its
 * number can't be used again before the group is gone; a leader that is younger than the entry is somebody else.
 */
static bool
is_ours(const struct keeper_entry *e, int32_t pid, uint64_t spool_died)
{
	uint64_t started = os_start_ticks(pid < 0 ? -pid : pid);
	uint64_t stored = atomic_load_explicit(&e->start_ticks, memory_order_relaxed);

	if (started == 0 || stored == 0)
		return true;
	return started + SLACK_TICKS >= stored && started <= spool_died + SLACK_TICKS;
}

/* Send sig to all that runs. Returns how many it reached. */
static unsigned
signal_all(int sig, uint64_t spool_died)
{
	unsigned reached = 0;

	for (unsigned i = 0; i < keeper.slots; i++) {
		int32_t pid = atomic_load(&keeper.table[i].pid);

		if (pid == 0)
			continue;
		if (is_ours(&keeper.table[i], pid, spool_died) && kill(-pid, sig) == 0)
			reached++;
		else
			atomic_store(&keeper.table[i].pid, 0);
	}
	return reached;
}

_Noreturn static void
keep(int fd, int64_t grace_ns, char **argv)
{
	int64_t left_ms = grace_ns / 1000000;
	uint64_t died;
	ssize_t n;
	char byte;

	setsid();
	os_close_all_but(fd, -1);
	os_set_process_name("spool-keeper", argv);
	do /* EOF: spool is gone */
		n = read(fd, &byte, 1);
	while (n > 0 || (n < 0 && errno == EINTR));
	died = os_now_ticks();
	if (signal_all(SIGTERM, died) > 0) {
		signal_all(SIGCONT, died);
		for (; left_ms > 0 && signal_all(0, died) > 0; left_ms -= LOOK_MS)
			poll(NULL, 0, LOOK_MS);
		signal_all(SIGKILL, died);
	}
	_exit(0);
}

int
keeper_start(unsigned slots, int64_t grace_ns, char **argv)
{
	size_t bytes = slots * sizeof(struct keeper_entry);
	sigset_t all, old;
	int fds[2], err;

	keeper.table =
	    mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (keeper.table == MAP_FAILED)
		return errno;
	if ((err = os_pipe(fds)) != 0)
		goto unmap_table;
	keeper.slots = slots;
	/* The keeper must not die of what is meant for spool: it keeps all signals blocked. */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &old);
	if ((keeper.pid = fork()) == 0)
		keep(fds[0], grace_ns, argv);
	err = errno;
	sigprocmask(SIG_SETMASK, &old, NULL);
	close(fds[0]);
	if (keeper.pid > 0) {
		keeper.pipe = fds[1];
		return 0;
	}
	close(fds[1]);
	keeper.pid = 0;
	keeper.slots = 0;
unmap_table:
	munmap(keeper.table, bytes);
	return err;
}

struct keeper_entry *
keeper_entry(unsigned slot)
{
	return slot < keeper.slots ? &keeper.table[slot] : NULL;
}

void
keeper_watch(struct keeper_entry *e, int32_t pid, uint64_t start_ticks)
{
	if (e == NULL)
		return;
	atomic_store_explicit(&e->start_ticks, start_ticks, memory_order_relaxed);
	atomic_store_explicit(&e->pid, pid, memory_order_release);
}

void
keeper_finish(void)
{
	if (keeper.pid == 0)
		return;
	close(keeper.pipe);
	while (waitpid(keeper.pid, NULL, 0) < 0 && errno == EINTR)
		;
	keeper.pid = 0;
}
