/*
 * spool: a pool executor for the shell. Main is main: options, then what they ask for.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "cli/completion.h"
#include "cli/help.h"
#include "cli/options.h"
#include "cli/parse.h"
#include "output/sink.h"
#include "run/init.h"
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
print(int (*fill)(struct buf *out, const char *arg), const char *arg)
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
		status = EXIT_SPOOL;
	}
	sink_release(&sink);
	buf_free(&out);
	return status;
}

static int
fill_help(struct buf *out, const char *arg)
{
	(void)arg;
	return help_print(out);
}

static int
fill_version(struct buf *out, const char *arg)
{
	(void)arg;
	return buf_puts(out, "spool " SPOOL_VERSION "\n");
}

static int
act(const struct options *o, char **argv)
{
	switch (o->action) {
	case ACTION_HELP:
		return print(fill_help, NULL);
	case ACTION_VERSION:
		return print(fill_version, NULL);
	case ACTION_COMPLETION:
		return print(completion_print, o->completion_shell);
	default:
		init_if_first();
		return session_run(o, argv, environ);
	}
}

int
main(int argc, char **argv)
{
	struct options options;
	static const char hint[] = "Try 'spool --help' for more information.\n";
	struct buf why = {0};
	int status;

	take_standard_fds();
	if (options_parse(&options, argc, argv, environ, &why) != 0) {
		warn("%s", buf_string(&why) ? why.data : "out of memory");
		(void)!write(STDERR_FILENO, hint, sizeof(hint) - 1);
		status = EXIT_SPOOL;
	} else {
		status = act(&options, argv);
	}
	options_free(&options);
	buf_free(&why);
	return status;
}
