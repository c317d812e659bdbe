/*
 * The keeper process. It holds no descriptor but its pipe, and lives in a session of its own, where
 * neither the terminal nor a signal to spool's group reaches it. It is forked before the first
 * thread, so it may call what it likes.
 * One keeper a process, so its state is static; set before the first thread, then read-only but for
 * pipe.
 */
#include "run/keeper.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/os.h"
#include "run/strays.h"

#define LOOK_MS 50    /* between looks at whether the jobs are gone */
#define SLACK_TICKS 2 /* rounding of the start times */

static struct {
	struct keeper_entry *table;
	unsigned slots;
	uint64_t since_ticks; /* no job is older */
	pid_t pid;            /* 0: no keeper */
	atomic_int pipe;      /* write end, spool's; -1: it was let go */
	void (*at_end)(void); /* NULL: nothing */
} keeper = {.pipe = -1};

/*
 * Whether the entry still names what spool started. A dead leader whose group lives on can't be
 * looked at, and its number can't be used again before the group is gone; a leader that is younger
 * than the entry is somebody else.
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

/*
 * Whether the process belongs to a job that is not over, and is not reached through its table
 * entry.
 */
static bool
is_stray(void *ctx, uint64_t seq, pid_t pid)
{
	(void)ctx;
	for (unsigned i = 0; i < keeper.slots; i++) {
		int32_t stored = atomic_load(&keeper.table[i].pid);

		if (atomic_load(&keeper.table[i].seq) == seq)
			return stored > 0 ? getpgid(pid) != stored : pid != -stored;
	}
	return false;
}

unsigned
keeper_signal_strays(pid_t run, int sig)
{
	return keeper.slots == 0 ? 0 : strays_signal(run, keeper.since_ticks, sig, is_stray, NULL);
}

unsigned
keeper_running(uint64_t *seqs, unsigned n)
{
	unsigned found = 0;

	for (unsigned i = 0; i < keeper.slots && found < n; i++)
		if ((seqs[found] = atomic_load(&keeper.table[i].seq)) != 0)
			found++;
	return found;
}

/*
 * The groups in the table first, then what is in none of them. The end of the pipe is seen only
 * when every child that was being started has got to its exec, because until then it holds the pipe
 * too; so the strays are complete.
 */
static unsigned
end_all(int sig, pid_t spool, uint64_t died)
{
	return signal_all(sig, died) + keeper_signal_strays(spool, sig);
}

static void
end_jobs(pid_t spool, int64_t grace_ns)
{
	const uint64_t died = os_now_ticks();
	int64_t left_ms = grace_ns / 1000000;

	if (end_all(SIGTERM, spool, died) == 0)
		return;
	end_all(SIGCONT, spool, died);
	for (; left_ms > 0 && end_all(0, spool, died) > 0; left_ms -= LOOK_MS)
		poll(NULL, 0, LOOK_MS);
	end_all(SIGKILL, spool, died);
}

/*
 * In a job of another spool this process would be taken for one of the job's strays, and killed
 * with it before it could do its work. What /proc shows of an environment is this very memory.
 */
static void
leave_outer_job(void)
{
	for (char **e = environ; *e != NULL; e++)
		if (strncmp(*e, "SPOOL_PID=", 10) == 0)
			memset(*e, ' ', strlen(*e));
}

_Noreturn static void
keep(int fd, pid_t spool, int64_t grace_ns, int held_fd, char **argv)
{
	uint64_t any;
	ssize_t n;
	char byte;

	setsid();
	leave_outer_job();
	os_close_all_but(fd, held_fd);
	os_set_process_name("spool-keeper", argv);
	do /* EOF: spool is gone */
		n = read(fd, &byte, 1);
	while (n > 0 || (n < 0 && errno == EINTR));
	if (keeper_running(&any, 1) > 0)
		end_jobs(spool, grace_ns);
	if (keeper.at_end != NULL)
		keeper.at_end();
	_exit(0);
}

void
keeper_at_end(void (*f)(void))
{
	keeper.at_end = f;
}

int
keeper_start(unsigned slots, int64_t grace_ns, int held_fd, char **argv)
{
	size_t bytes = slots * sizeof(struct keeper_entry);
	pid_t spool = getpid();
	sigset_t all, old;
	int fds[2], err;

	keeper.table = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (keeper.table == MAP_FAILED)
		return errno;
	if ((err = os_pipe(fds)) != 0)
		goto unmap_table;
	keeper.slots = slots;
	keeper.since_ticks = os_now_ticks();
	/* The keeper must not die of what is meant for spool: it keeps all signals blocked. */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &old);
	if ((keeper.pid = fork()) == 0)
		keep(fds[0], spool, grace_ns, held_fd, argv);
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
keeper_expect(struct keeper_entry *e, uint64_t seq)
{
	if (e != NULL)
		atomic_store_explicit(&e->seq, seq, memory_order_release);
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
keeper_release(void)
{
	const int pipe = atomic_exchange(&keeper.pipe, -1);

	if (pipe < 0)
		return;
	/* It goes sooner when it need not look, but what it does last it must do even if we die. */
	if (keeper.at_end == NULL || close(pipe) != 0)
		kill(keeper.pid, SIGKILL);
}

void
keeper_finish(void)
{
	if (keeper.pid == 0)
		return;
	keeper_release();
	while (waitpid(keeper.pid, NULL, 0) < 0 && errno == EINTR)
		;
	keeper.pid = 0;
}
