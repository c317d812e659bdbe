/* Tokens: taken, held and given back; by a thread where a pipe that blocks can't be opened anew. */
#include "run/jobserver.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/util.h"
#include "tap.h"

static int pipe_of_pool[2], poked[2];
static char makeflags[64];

static void
poke(void *ctx)
{
	(void)ctx;
	if (write(poked[1], "", 1) != 1)
		exit(1);
}

/* What is in the pool, sorted; taken out. */
static const char *
in_pool(void)
{
	static char bytes[16];
	struct pollfd p = {.fd = pipe_of_pool[0], .events = POLLIN};
	size_t n = 0;

	while (n < sizeof(bytes) - 1 && poll(&p, 1, 0) == 1 &&
	       read(pipe_of_pool[0], bytes + n, 1) == 1)
		n++;
	bytes[n] = '\0';
	for (size_t i = 0; i + 1 < n; i++)
		for (size_t k = i + 1; k < n; k++)
			if (bytes[k] < bytes[i]) {
				char c = bytes[i];

				bytes[i] = bytes[k];
				bytes[k] = c;
			}
	return bytes;
}

static void
fill(const char *tokens)
{
	if (write(pipe_of_pool[1], tokens, strlen(tokens)) != (ssize_t)strlen(tokens))
		exit(1);
}

/* Wait until the thread has something; false: it has not for too long. */
static bool
await_poke(int ms)
{
	struct pollfd p = {.fd = poked[0], .events = POLLIN};
	char byte;

	return poll(&p, 1, ms) == 1 && read(poked[0], &byte, 1) == 1;
}

static void
find(void)
{
	char *envp[] = {makeflags, NULL};

	snprintf(makeflags, sizeof(makeflags), "MAKEFLAGS= -j4 --jobserver-auth=%d,%d",
	    pipe_of_pool[0], pipe_of_pool[1]);
	jobserver_find(envp);
}

static void
test_directly(void)
{
	find();
	ok(jobserver_open()->usable, "a pipe can be used");
	ok(jobserver_fd() >= 0 && jobserver_fd() != pipe_of_pool[0], "by a description of its own");
	if (jobserver_start(3, poke, NULL) != 0)
		exit(1);
	fill("ab");
	is_int(jobserver_hold(1), 1, "one is taken");
	is_int(jobserver_hold(3), 2, "as many as there are");
	is_str(in_pool(), "", "and nothing is left");
	is_int(jobserver_hold(1), 1, "one goes back");
	is_int(jobserver_hold(0), 0, "and the other");
	is_str(in_pool(), "ab", "the same ones");
	fill("abcde");
	is_int(jobserver_hold(5), 3, "no more than there is room for");
	jobserver_restore();
	is_str(in_pool(), "abcde", "what is held is given back at the end");
}

static void
test_thread(void)
{
	struct rlimit limit, none;

	find();
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		exit(1);
	none = limit;
	none.rlim_cur = 0;
	setrlimit(RLIMIT_NOFILE, &none);
	ok(jobserver_open()->usable, "a pipe that can't be opened anew can be used");
	setrlimit(RLIMIT_NOFILE, &limit);
	is_int(jobserver_fd(), -1, "nobody else polls it");
	if (jobserver_start(3, poke, NULL) != 0)
		exit(1);
	is_int(jobserver_hold(2), 0, "there is none yet");
	ok(!await_poke(100), "and nothing comes");
	fill("a");
	ok(await_poke(5000), "one comes");
	is_int(jobserver_hold(2), 1, "and is taken");
	fill("b");
	ok(await_poke(5000), "so is another one");
	is_int(jobserver_hold(2), 2, "that was asked for at the same time");
	is_int(jobserver_hold(0), 0, "both go back");
	is_str(in_pool(), "ab", "the same ones");
	is_int(jobserver_hold(1), 0, "one more is asked for");
	is_int(jobserver_hold(0), 0, "and not wanted any more");
	fill("c");
	ok(await_poke(5000), "it comes all the same");
	is_str(in_pool(), "c", "and goes back at once");
	is_int(jobserver_hold(1), 0, "one more is asked for");
	fill("d");
	ok(await_poke(5000), "it comes");
	jobserver_restore();
	is_str(in_pool(), "d", "is not taken, and given back at the end");
}

int
main(void)
{
	if (pipe(pipe_of_pool) != 0 || pipe(poked) != 0)
		return 1;
	test_directly();
	test_thread();
	return done_testing();
}
