/* What MAKEFLAGS says, and what is said in it. */
#include "run/makeflags.h"

#include <stdlib.h>

#include "tap.h"

static struct makeflags m;

static enum makeflags_pool
pool(const char *text)
{
	makeflags_parse(text, &m);
	return m.pool;
}

static void
is_pipe(const char *text, int r, int w)
{
	ok(pool(text) == MAKEFLAGS_PIPE && m.read_fd == r && m.write_fd == w, "%s: %d and %d", text,
	    r, w);
}

static void
is_fifo(const char *text, const char *path)
{
	ok(pool(text) == MAKEFLAGS_FIFO, "%s: a FIFO", text);
	is_str(m.path, path, "at %s", path);
}

static void
test_pool(void)
{
	is_pipe(" -j4 --jobserver-auth=3,4", 3, 4);
	is_pipe("ks -j3 --jobserver-auth=3,4 -- FOO=a\\ b", 3, 4);
	is_pipe("--jobserver-fds=5,6 -j", 5, 6);
	is_pipe("-j --jobserver-fds=7,8 --jobserver-auth=7,8", 7, 8);
	is_pipe("w\t-j2\t--jobserver-auth=10,11", 10, 11);
	is_pipe(" --jobserver-auth=fifo:/x --jobserver-auth=3,4", 3, 4);
	is_pipe(" --jobserver-auth=3,4 -- X=--jobserver-auth=9,9 --jobserver-auth=9,9", 3, 4);
	is_pipe(" FOO=\\ --jobserver-auth=9,9 --jobserver-auth=3,4", 3, 4);
	is_fifo(" -j4 --jobserver-auth=fifo:/tmp/GMfifo12", "/tmp/GMfifo12");
	is_fifo(" --jobserver-auth=3,4 --jobserver-auth=fifo:/x", "/x");
	is_fifo(" --jobserver-auth=fifo:/a\\ b/c -- ", "/a b/c");
	is_fifo("-j4 --jobserver-auth=3,4 --jobserver-auth=fifo:/x --jobserver-au=3,4", "/x");
}

static void
test_no_pool(void)
{
	static const char *const none[] = {"", " ", "ks", " -j", " -j4", "--",
	    "-- --jobserver-auth=3,4", "X=--jobserver-auth=3,4",
	    "--jobserver-auth=", "--jobserver-auth=fifo:", "--jobserver-auth=3",
	    "--jobserver-auth=3,", "--jobserver-auth=3,4,5", "--jobserver-auth=3,4x",
	    "--jobserver-auth=sem:x", "--jobserver-auth=99999999999999999999,4",
	    "-l\\ --jobserver-auth=3,4"};
	static const char *const denied[] = {"--jobserver-auth=-2,-2", "--jobserver-auth=3,-1",
	    "--jobserver-auth=-1,4", " -j4 --jobserver-auth=3,4 --jobserver-auth=-2,-2"};

	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
		ok(pool(none[i]) == MAKEFLAGS_NONE, "'%s': none", none[i]);
	for (size_t i = 0; i < sizeof(denied) / sizeof(*denied); i++)
		ok(pool(denied[i]) == MAKEFLAGS_DENIED, "'%s': denied", denied[i]);
}

static void
test_flags(void)
{
	static const char *const dry[] = {"n", "n -j3", "kn", "q", "wt -- X=1"};
	static const char *const wet[] = {
	    "", "ks", " n", "-n", "n=1", " -j3 -- n", "k n", "--no-print-directory"};

	for (size_t i = 0; i < sizeof(dry) / sizeof(*dry); i++) {
		makeflags_parse(dry[i], &m);
		ok(m.dry, "'%s': run nothing", dry[i]);
	}
	for (size_t i = 0; i < sizeof(wet) / sizeof(*wet); i++) {
		makeflags_parse(wet[i], &m);
		/* make puts the letters first, and has a blank there when there are none */
		ok(m.dry == (i == 2), "'%s': %s", wet[i], m.dry ? "run nothing" : "run");
	}
	makeflags_parse(" -j12 --jobserver-auth=3,4", &m);
	is_int(m.jobs, 12, "-j12");
	is_int(m.auth_len, 3, "the words of the pool are kept");
	makeflags_parse(" -j", &m);
	is_int(m.jobs, 0, "-j says no number");
}

static void
is_added(const char *text, const struct makeflags_offer *offer, const char *want)
{
	struct buf out = {0};

	is_int(makeflags_add(&out, text, offer), 0, "'%s' with an offer", text);
	is_str(buf_string(&out), want, "is '%s'", want);
	buf_free(&out);
}

static void
test_offer(void)
{
	const struct makeflags_offer both = {8, 5, 6, "/f"}, pipe = {8, 5, 6, NULL},
				     fifo = {1, -1, -1, "/f"};

	is_added(
	    "", &both, " -j8 --jobserver-auth=5,6 --jobserver-auth=fifo:/f --jobserver-au=5,6");
	is_added("", &pipe, " -j8 --jobserver-auth=5,6");
	is_added("", &fifo, " -j1 --jobserver-auth=fifo:/f");
	is_added(" -j4 --jobserver-auth=3,4", &pipe, " -j8 --jobserver-auth=5,6");
	is_added(
	    "ks -j4 --no-print-directory --jobserver-fds=3,4 --jobserver-style=pipe -- A=b\\ c",
	    &pipe, "ks --no-print-directory -j8 --jobserver-auth=5,6 -- A=b\\ c");
	is_added("A=1 -j", &pipe, " A=1 -j8 --jobserver-auth=5,6");
	is_added("k -- -j4", &fifo, "k -j1 --jobserver-auth=fifo:/f -- -j4");
}

int
main(void)
{
	test_pool();
	test_no_pool();
	test_flags();
	test_offer();
	return done_testing();
}
