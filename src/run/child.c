/*
 * The life of a child: spawn, drain, reap. Done means: the process has exited, and its pipes have
 * been drained.
 * Lock: child.lock, taken to signal and to reap, so that no pid is signalled after it was reaped.
 */
#include "run/child.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/os.h"
#include "base/util.h"
#include "run/keeper.h"

#define LOST_STATUS (255 << 8) /* somebody else reaped it: nobody knows, so it is no success */

int
child_init(struct child *c, const sigset_t *mask, bool own_group, struct keeper_entry *entry)
{
	memset(c, 0, sizeof(*c));
	c->own_group = own_group;
	c->entry = entry;
	pthread_mutex_init(&c->lock, NULL);
	return spawner_init(&c->spawner, mask, own_group);
}

void
child_release(struct child *c)
{
	spawner_release(&c->spawner);
	pthread_mutex_destroy(&c->lock);
}

/*
 * The process group, or the process where it has no group of its own; c->lock is held and pid > 0.
 */
static void
send_signal(struct child *c, int sig)
{
	kill(c->own_group ? -c->pid : c->pid, sig);
}

/* The same, to end it: what is stopped would keep sig pending. */
static void
send_end(struct child *c, int sig)
{
	send_signal(c, sig);
	send_signal(c, SIGCONT);
}

void
child_signal(struct child *c, int sig)
{
	pthread_mutex_lock(&c->lock);
	if (c->pid > 0)
		send_signal(c, sig);
	pthread_mutex_unlock(&c->lock);
}

void
child_end_with(struct child *c, int sig)
{
	pthread_mutex_lock(&c->lock);
	c->end_signal = sig;
	c->killed = c->killed || sig == SIGKILL;
	if (c->pid > 0)
		send_end(c, sig);
	pthread_mutex_unlock(&c->lock);
}

static void
close_pair(int pair[2])
{
	for (int i = 0; i < 2; i++) {
		if (pair[i] >= 0)
			close(pair[i]);
		pair[i] = -1;
	}
}

/* Pipes for stdout and stderr: reading ends in rd, writing ends in wr, -1 where there is none. */
static int
open_pipes(const struct child_spec *spec, int rd[2], int wr[2])
{
	static const int pipes[] = {
	    [CHILD_TWO_PIPES] = 2, [CHILD_ONE_PIPE] = 1, [CHILD_TERMINAL] = 1};
	int fds[2], err;

	rd[0] = rd[1] = wr[0] = wr[1] = -1;
	for (int i = 0; i < pipes[spec->output]; i++) {
		err = spec->output == CHILD_TERMINAL ? os_pty(fds, spec->window) : os_pipe(fds);
		if (err != 0) {
			close_pair(rd);
			close_pair(wr);
			return err;
		}
		rd[i] = fds[0];
		wr[i] = fds[1];
	}
	return 0;
}

/* Make the new child known to those who signal. */
static void
enter(struct child *c, pid_t pid, uint64_t start_ticks)
{
	keeper_watch(c->entry, c->own_group ? pid : -pid, start_ticks);
	pthread_mutex_lock(&c->lock);
	c->pid = pid;
	if (c->end_signal != 0) /* the order to end came while it was being born */
		send_end(c, c->end_signal);
	pthread_mutex_unlock(&c->lock);
}

/* Spawn with the writing ends wr. Returns 0 or errno. */
static int
start(struct child *c, const struct child_spec *spec, const int wr[2])
{
	const struct spawn_spec what = {
	    .argv = spec->argv,
	    .envp = spec->envp,
	    .wd = spec->wd,
	    .from = {spec->stdin_fd != 0 ? spec->stdin_fd : -1, wr[0], wr[1] >= 0 ? wr[1] : wr[0]},
	};
	uint64_t ticks = os_now_ticks();
	pid_t pid;
	int err;

	keeper_expect(c->entry, spec->seq);
	/*
	 * Store, then load: whoever sets hold and then finds no spawn under way knows that none
	 * will begin.
	 */
	atomic_store(&c->spawning_since_ns, now_ns());
	err = atomic_load(spec->hold) ? ECANCELED : spawner_spawn(&c->spawner, &what, &pid);
	if (err == 0)
		enter(c, pid, ticks);
	else
		keeper_expect(c->entry, 0);
	atomic_store(&c->spawning_since_ns, 0);
	return err;
}

/* Whether it has exited; block: wait for that. */
static bool
has_exited(pid_t pid, bool block)
{
	siginfo_t info = {0};

	while (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT | (block ? 0 : WNOHANG)) != 0)
		if (errno != EINTR)
			return true; /* nothing left to wait for */
	return info.si_pid != 0;
}

static bool
child_has_exited(void *ctx)
{
	struct child *c = ctx;

	return has_exited(c->pid, false);
}

/*
 * Whether this child was told to end, but not yet killed: then its group may still tidy up. Or the
 * run stands still.
 */
static bool
may_tidy_up(void *ctx)
{
	struct child *c = ctx;
	bool yes;

	pthread_mutex_lock(&c->lock);
	yes = ((c->end_signal != 0 || c->timed_out) && !c->killed) || atomic_load(c->hold);
	pthread_mutex_unlock(&c->lock);
	return yes;
}

static void
drain_pipes(struct child *c, const struct child_spec *child, const struct child_reader *reader,
    int rd[2], struct child_end *end)
{
	const struct drain_spec spec = {
	    .fds = {rd[0], rd[1]},
	    .terminal = child->output == CHILD_TERMINAL,
	    .pid = c->pid,
	    .started_ns = end->start_ns,
	    .reader = reader,
	    .has_exited = child_has_exited,
	    .may_tidy_up = may_tidy_up,
	    .ctx = c,
	};
	struct drain_result result;

	drain(&spec, &result);
	end->pipe_held = result.pipe_held;
	end->read_error = result.read_error;
}

/* The child has exited: end what is left of a group that was told to end, then reap. */
static void
reap(struct child *c, struct child_end *end)
{
	pid_t pid = c->pid;

	has_exited(pid, true);
	pthread_mutex_lock(&c->lock);
	end->timed_out = c->timed_out;
	end->told_to_end = c->end_signal != 0 && !c->timed_out;
	if ((end->timed_out || end->told_to_end) && c->own_group)
		send_signal(c, SIGKILL);
	c->pid = 0;
	c->end_signal = 0;
	c->timed_out = c->killed = false;
	atomic_store(&c->started_ns, 0);
	keeper_watch(c->entry, 0, 0);
	keeper_expect(c->entry, 0);
	if (os_reap(pid, &end->status, &end->usage) != 0)
		end->status = LOST_STATUS;
	pthread_mutex_unlock(&c->lock);
	end->end_ns = now_ns();
}

int
child_run(struct child *c, const struct child_spec *spec, const struct child_reader *reader,
    struct child_end *end)
{
	int rd[2], wr[2], err;

	memset(end, 0, sizeof(*end));
	if ((err = open_pipes(spec, rd, wr)) != 0)
		return err;
	c->hold = spec->hold;
	end->start_ns = now_ns();
	end->start_wall_ns = wall_ns();
	/* Stored first: who is told of the start finds it. */
	atomic_store(&c->started_ns, end->start_ns);
	if (spec->starting != NULL)
		spec->starting(spec->ctx, end->start_ns);
	err = start(c, spec, wr);
	close_pair(wr);
	if (err != 0) {
		atomic_store(&c->started_ns, 0);
		close_pair(rd);
		return err;
	}
	atomic_fetch_add(spec->running, 1);
	end->pid = c->pid;
	if (spec->started != NULL)
		spec->started(spec->ctx);
	drain_pipes(c, spec, reader, rd, end);
	reap(c, end);
	atomic_fetch_sub(spec->running, 1);
	return 0;
}

bool
child_time_out(struct child *c, int64_t started_ns, int sig)
{
	bool sent = false;

	pthread_mutex_lock(&c->lock);
	if (c->pid > 0 && atomic_load(&c->started_ns) == started_ns &&
	    (c->timed_out || (c->end_signal == 0 && !has_exited(c->pid, false)))) {
		sent = c->timed_out = true;
		c->killed = c->killed || sig == SIGKILL;
		send_end(c, sig);
	}
	pthread_mutex_unlock(&c->lock);
	return sent;
}

bool
child_is(struct child *c, pid_t pid)
{
	bool yes;

	pthread_mutex_lock(&c->lock);
	yes = c->pid == pid;
	pthread_mutex_unlock(&c->lock);
	return yes;
}

bool
child_find_stopped(pid_t *pid, int *sig)
{
	siginfo_t info = {0};

	if (waitid(P_ALL, 0, &info, WSTOPPED | WNOWAIT | WNOHANG) != 0 || info.si_pid == 0)
		return false;
	*pid = info.si_pid;
	*sig = info.si_status;
	return true;
}

void
child_seen_stopped(pid_t pid)
{
	siginfo_t info;

	waitid(P_PID, (id_t)pid, &info, WSTOPPED | WNOHANG);
}
