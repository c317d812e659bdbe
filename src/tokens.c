/*
 * --jobserver: whose tokens count, and what jobs are told of them. A run in no pool pays nothing.
 */
#include "tokens.h"

#include <string.h>

#include "base/util.h"
#include "run/gate.h"
#include "run/jobserver.h"
#include "run/keeper.h"

#define MAKEFLAGS "MAKEFLAGS="

static const struct gate_tokens tokens = {jobserver_hold, jobserver_idle, jobserver_fd};

/* What make and others read their flags from. */
static bool
is_makeflags(const char *entry)
{
	static const char *const names[] = {MAKEFLAGS, "MFLAGS=", "CARGO_MAKEFLAGS="};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strncmp(entry, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

/* envp with the offer in place of what it says of others. It is kept as long as the process. */
static char *const *
with_offer(char *const *envp, const struct makeflags_offer *offer)
{
	const char *text = "";
	struct buf flags = {0};
	size_t n = 0, kept = 1;
	char **changed;

	while (envp[n] != NULL)
		n++;
	changed = xmalloc((n + 2) * sizeof(*changed));
	for (size_t i = 0; i < n; i++)
		if (!is_makeflags(envp[i]))
			changed[kept++] = envp[i];
		else if (strncmp(envp[i], MAKEFLAGS, sizeof(MAKEFLAGS) - 1) == 0)
			text = envp[i] + sizeof(MAKEFLAGS) - 1;
	if (buf_puts(&flags, MAKEFLAGS) != 0 || makeflags_add(&flags, text, offer) != 0 ||
	    (changed[0] = buf_string(&flags)) == NULL)
		die("out of memory");
	changed[kept] = NULL;
	return changed;
}

/* Programs read a path as a word of MAKEFLAGS, and few of them know how to quote. */
static const char *
directory(const char *tmpdir)
{
	return strpbrk(tmpdir, " \t\\\"'$#") == NULL ? tmpdir : "/tmp";
}

static char *const *
serve(struct session *s, char *const *envp)
{
	const enum jobserver_style style = s->options->pool.jobserver_style;
	const char *dir = directory(s->options->style.tmpdir);
	struct makeflags_offer offer;
	int err;

	if ((err = jobserver_serve(s->slots, dir, style != JOBSERVER_FIFO, &offer)) != 0)
		die("cannot serve a jobserver in %s: %s", dir, strerror(err));
	if (style == JOBSERVER_PIPE)
		offer.path = NULL;
	return with_offer(envp, &offer);
}

static void
poke(void *ctx)
{
	gate_poke(((struct session *)ctx)->gate);
}

char *const *
tokens_open(struct session *s, char *const *envp)
{
	const struct pool_policy *pool = &s->options->pool;

	if (s->options->launch.dry_run || (!pool->in_pool && pool->jobserver != JOBSERVER_SERVER))
		return envp;
	if (!pool->in_pool)
		envp = serve(s, envp);
	if (jobserver_start(s->most, poke, s) != 0)
		die("out of memory");
	keeper_at_end(jobserver_restore);
	s->tokens = &tokens;
	return envp;
}

int
tokens_fd(const struct session *s)
{
	return s->tokens != NULL ? jobserver_write_fd() : s->options->pool.held_fd;
}

void
tokens_widen(struct session *s)
{
	if (s->options->pool.in_pool && !s->options->pool.slots_given)
		executor_set_width(s->executor, s->most);
}

void
tokens_tell_lost(void)
{
	unsigned n = jobserver_lost();

	if (n > 0)
		warn("%u token%s of the jobserver had been lost by jobs, and %s back", n,
		    n == 1 ? "" : "s", n == 1 ? "is" : "are");
}

void
tokens_close(struct session *s)
{
	if (s->tokens != NULL)
		jobserver_restore();
}
