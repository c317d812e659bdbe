/*
 * What the kernel takes of a command. It counts the bytes of all strings of argv and envp, a
 * pointer for each, and the path of the program, against one limit; and each string by itself.
 * Measured: a batch that reaches usable is started, whatever the program is called.
 */
#include "input/batch.h"

#include <limits.h>
#include <string.h>

#include "base/os.h"

/*
 * Kept free. The path of the program, which is not known yet, and once more when it is a script
 * with #!; and what POSIX has xargs leave (2048), of which a job's own variables are a part.
 */
enum { HEADROOM = 2 * PATH_MAX + 2048 };

void
batch_measure(struct batch_limits *limits, char *const *envp)
{
	uint64_t left;

	limits->arg_max = os_argument_space();
	limits->longest = (uint64_t)os_max_argument() + 1;
	limits->environment = 0;
	for (; envp != NULL && *envp != NULL; envp++)
		limits->environment += strlen(*envp) + 1 + sizeof(char *);
	left = limits->arg_max > limits->environment ? limits->arg_max - limits->environment : 0;
	/* An environment that leaves next to nothing: better try than refuse. */
	limits->usable = left >= 2 * (uint64_t)HEADROOM ? left - HEADROOM : left / 2;
}

int
batch_explain(const struct batch_limits *limits, uint64_t max_chars, struct buf *out)
{
	int err = buf_printf(out,
	    "The environment takes %llu bytes, a pointer to each variable included.\n"
	    "All arguments and the environment may take %llu bytes (ARG_MAX).\n"
	    "A command can use %llu bytes of that, a pointer to each argument included.\n"
	    "One argument can be %llu bytes long.\n",
	    (unsigned long long)limits->environment, (unsigned long long)limits->arg_max,
	    (unsigned long long)limits->usable, (unsigned long long)limits->longest - 1);

	if (err == 0 && max_chars != 0)
		err = buf_printf(out, "Commands are made up to %llu bytes long (-s).\n",
		    (unsigned long long)max_chars);
	return err;
}
