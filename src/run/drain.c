/*
 * The drain. End of file alone would hang on a daemon that a job left; exit alone would lose the
 * tail of the output. The exit of a job that is over at once is never looked for: its pipes tell.
 * No lock: one thread, its own descriptors.
 */
#include "run/drain.h"

#include <errno.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/os.h"
#include "base/util.h"

#define MS 1000000LL
#define FIRST_WAIT_MS 20 /* most jobs are over by then and never need an exit descriptor */
#define LOOK_MS 100      /* between looks at an exit that no descriptor tells */
#define PIPE_GRACE_MS 250

/* What a drain knows. */
struct drain {
	const struct drain_spec *spec;
	struct drain_result *result;
	int rd[2];
	int exit_fd; /* -1: not opened, or the system has none */
	bool exit_fd_tried;
	bool exited;
	int owed[2]; /* bytes that were in the pipes at exit: they belong to the job */
	int64_t grace_end_ns;
	int64_t looked_ns; /* when the exit was last looked for; at first: the start */
};

static void
note_exit(struct drain *d)
{
	d->exited = true;
	d->grace_end_ns = now_ns() + PIPE_GRACE_MS * MS;
	for (int i = 0; i < 2; i++)
		if (d->rd[i] < 0 || ioctl(d->rd[i], FIONREAD, &d->owed[i]) != 0)
			d->owed[i] = 0;
}

/* The job runs longer than most: from now on its exit is watched as well. */
static void
watch_exit(struct drain *d)
{
	d->looked_ns = now_ns();
	if (!d->exit_fd_tried) {
		d->exit_fd_tried = true;
		d->exit_fd = os_exit_fd(d->spec->pid);
	}
	if (d->exit_fd < 0 && d->spec->has_exited(d->spec->ctx))
		note_exit(d);
}

/* Milliseconds until the exit is looked for; -1: a descriptor tells. */
static int
look_ms(const struct drain *d)
{
	return !d->exit_fd_tried ? FIRST_WAIT_MS : d->exit_fd < 0 ? LOOK_MS : -1;
}

static int
poll_timeout(struct drain *d)
{
	int64_t left;

	if (!d->exited)
		return look_ms(d);
	left = (d->grace_end_ns - now_ns()) / MS;
	return left > 0 ? (int)left + 1 : 0;
}

static void
end_stream(struct drain *d, int i)
{
	close(d->rd[i]);
	d->rd[i] = -1;
	d->owed[i] = 0;
}

/* Read once what stream i has; close it at its end. Returns whether there was something. */
static bool
read_stream(struct drain *d, int i)
{
	ssize_t n = d->spec->reader->read(d->spec->reader->ctx, i, d->rd[i]);

	if (n > 0) {
		d->owed[i] -= n < d->owed[i] ? (int)n : d->owed[i];
		return true;
	}
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return false;
	if (n < 0 && (errno != EIO || !d->spec->terminal))
		d->result->read_error = errno;
	end_stream(d, i);
	return false;
}

/*
 * Poll has found something. Once nobody can write any more (POLLHUP) all that there is can be read
 * without another poll, and when nothing is there (no POLLIN) the end need not be read to be known.
 */
static void
serve_stream(struct drain *d, int i, int events)
{
	if (events == POLLHUP && !d->spec->terminal)
		end_stream(d, i);
	else
		while (read_stream(d, i) && (events & POLLHUP) != 0)
			;
}

/* After the grace: only what was owed is still read. Returns whether the drain goes on. */
static bool
within_grace(struct drain *d)
{
	if (!d->exited || now_ns() < d->grace_end_ns)
		return true;
	if (d->spec->may_tidy_up(d->spec->ctx)) {
		d->grace_end_ns = now_ns() + LOOK_MS * MS;
		return true;
	}
	if (d->owed[0] > 0 || d->owed[1] > 0)
		return true;
	d->result->pipe_held = true;
	return false;
}

/* One wait and what follows from it. Returns false when the pipes are of no more interest. */
static bool
drain_step(struct drain *d)
{
	struct pollfd p[3] = {
	    {.fd = d->rd[0], .events = POLLIN},
	    {.fd = d->rd[1], .events = POLLIN},
	    {.fd = d->exited ? -1 : d->exit_fd, .events = POLLIN},
	};
	int n = poll(p, 3, poll_timeout(d));

	if (n < 0 && errno != EINTR && errno != EAGAIN) {
		d->result->read_error = errno;
		return false;
	}
	if (n > 0 && p[2].revents != 0)
		note_exit(d);
	for (int i = 0; n > 0 && i < 2; i++)
		if (p[i].revents != 0)
			serve_stream(d, i, p[i].revents);
	/* A job that never stops printing must not keep its exit from being seen. */
	if (!d->exited && (d->rd[0] >= 0 || d->rd[1] >= 0) && look_ms(d) >= 0 &&
	    (n == 0 || now_ns() - d->looked_ns > look_ms(d) * MS))
		watch_exit(d);
	return within_grace(d);
}

void
drain(const struct drain_spec *spec, struct drain_result *result)
{
	struct drain d = {
	    .spec = spec,
	    .result = result,
	    .rd = {spec->fds[0], spec->fds[1]},
	    .exit_fd = -1,
	    .looked_ns = spec->started_ns,
	};

	*result = (struct drain_result){0};
	while ((d.rd[0] >= 0 || d.rd[1] >= 0) && drain_step(&d))
		;
	for (int i = 0; i < 2; i++)
		if (d.rd[i] >= 0)
			close(d.rd[i]);
	if (d.exit_fd >= 0)
		close(d.exit_fd);
}
