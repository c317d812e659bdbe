/*
 * spool: a pool executor for the shell. Main is main: options, then what they ask for.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "cli/completion.h"
#include "cli/help.h"
#include "cli/options.h"
#include "cli/parse.h"
#include "holder.h"
#include "output/sink.h"
#include "run/init.h"
#include "run/jobserver.h"
#include "session.h"

extern char **environ;

/*
 * Descriptors 0 to 2 must be taken, or a pipe of ours lands on one of them. What stands in for a
 * closed one can't be used by mistake: reading from 0 and writing to 1 or 2 still fail with EBADF.
 */
static void
take_standard_fds(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
			if (open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd)
				_exit(EXIT_SPOOL);
}

static int
print(int (*fill)(struct buf *out, const void *arg), const void *arg)
{
	struct buf out = {0};
	struct sink sink;
	int status = 0;

	if (fill(&out, arg) != 0)
		die("out of memory");
	if (sink_init(&sink, STDOUT_FILENO) != 0)
		die("out of memory");
	sink_write(&sink, out.data, out.len);
	sink_flush(&sink);
	if (sink.error == 0 && close(STDOUT_FILENO) != 0)
		sink.error = errno;
	if (sink.error != 0) {
		warn("cannot write standard output: %s", strerror(sink.error));
		status = util_failure_status();
	}
	sink_release(&sink);
	buf_free(&out);
	return status;
}

static int
fill_help(struct buf *out, const void *options)
{
	return help_print(out, ((const struct options *)options)->personality);
}

static int
fill_version(struct buf *out, const void *options)
{
	(void)options;
	return buf_puts(out, "spool " SPOOL_VERSION "\n");
}

static int
fill_completion(struct buf *out, const void *options)
{
	return completion_print(out, ((const struct options *)options)->completion_shell);
}

/* On stderr, before anything runs. */
static void
show_limits(const struct options *o)
{
	struct batch_limits limits;
	struct buf out = {0};

	batch_measure(&limits, environ);
	if (batch_explain(&limits, o->batch.max_chars, &out) != 0)
		die("out of memory");
	(void)!write(STDERR_FILENO, out.data, out.len);
	buf_free(&out);
}

static int
act(struct options *o, char **argv)
{
	switch (o->action) {
	case ACTION_HELP:
		return print(fill_help, o);
	case ACTION_VERSION:
		return print(fill_version, o);
	case ACTION_NOTHING:
		return 0;
	case ACTION_COMPLETION:
		return print(fill_completion, o);
	case ACTION_SHOW_LIMITS:
		show_limits(o);
		/* fallthrough */
	default:
		init_if_first();
		if (o->personality == AS_SEM)
			return holder_run(o, argv, environ);
		return session_run(o, argv, environ);
	}
}

static void
warn_lines(struct buf *lines)
{
	char *line = buf_string(lines), *end;

	for (; line != NULL && (end = strchr(line, '\n')) != NULL; line = end + 1)
		warn("%.*s", (int)(end - line), line);
}

static void
hint(const char *name)
{
	char line[80];
	int n = snprintf(line, sizeof(line), "Try '%s --help' for more information.\n", name);

	(void)!write(STDERR_FILENO, line, (size_t)n);
}

int
main(int argc, char **argv)
{
	static struct options options; /* the signals thread may look at it until the end */
	struct buf why = {0}, notice = {0};
	int status, err;

	jobserver_find(environ);
	take_standard_fds();
	jobserver_open();
	err = options_parse(&options, argc, argv, environ, &why, &notice);
	util_set_name(options.name);
	if (options.personality == AS_XARGS)
		util_set_failure_status(1);
	warn_lines(&notice);
	if (err != 0) {
		warn("%s", buf_string(&why) ? why.data : "out of memory");
		hint(options.name);
		status = util_failure_status();
	} else {
		status = act(&options, argv);
	}
	options_free(&options);
	buf_free(&notice);
	buf_free(&why);
	return status;
}
