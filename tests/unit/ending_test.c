#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/util.h"
#include "run/ending.h"
#include "run/signals.h"
#include "tap.h"

#define MS 1000000LL
#define GONE 66 /* exit status of a scene that came to its end */

/* An ending in a process of its own, with an executor that has nothing to do. */
struct scene {
	struct ending ending;
	struct termseq seq;
	int begun;
};

static bool
no_launch(void *ctx, struct job *j, struct child_spec *spec)
{
	(void)ctx;
	(void)j;
	(void)spec;
	return false;
}

static const struct executor_ops ops = {.launch = no_launch};

static void
on_begun(void *ctx)
{
	struct scene *s = ctx;

	s->begun++;
}

/* Begins to play a scene, in a new process. */
static pid_t
play(void (*act)(struct scene *s), int64_t grace_ns)
{
	const pid_t pid = fork();

	if (pid == 0) {
		struct executor_spec spec = {.slots = 1, .ops = &ops};
		struct scene s = {.begun = 0};
		sigset_t mask;

		signals_init(&mask);
		spec.mask = &mask;
		termseq_of_grace(&s.seq, grace_ns);
		ending_init(&s.ending, executor_new(&spec), &s.seq, on_begun, &s);
		act(&s);
		_exit(GONE);
	}
	return pid;
}

/* The status, as of wait(2), with which the scene ended. */
static int
watch(pid_t pid)
{
	int status = -1;

	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		exit(1);
	return status;
}

static bool
died_of(int status, int sig)
{
	return WIFSIGNALED(status) && WTERMSIG(status) == sig;
}

static bool
exited_with(int status, int code)
{
	return WIFEXITED(status) && WEXITSTATUS(status) == code;
}

/* Steps until the scene is over. */
static void
go_on(struct scene *s)
{
	for (;;) {
		if (!ending_step(&s->ending))
			_exit(2);
		if (s->begun != 1 || !executor_stopped(s->ending.executor))
			_exit(3);
		poll(NULL, 0, 5);
	}
}

static void
do_nothing(struct scene *s)
{
	if (ending_step(&s->ending) || ending_pending(&s->ending) || ending_begun(&s->ending))
		_exit(2);
	if (executor_stopped(s->ending.executor) || s->begun != 0)
		_exit(3);
}

static void
get_signal(struct scene *s)
{
	ending_on_signal(&s->ending, SIGINT);
	go_on(s);
}

static void
get_the_same_at_once(struct scene *s)
{
	ending_on_signal(&s->ending, SIGTERM);
	ending_on_signal(&s->ending, SIGTERM);
	if (s->begun != 1)
		_exit(3);
}

static void
get_a_second(struct scene *s)
{
	ending_on_signal(&s->ending, SIGHUP);
	poll(NULL, 0, 150);
	ending_on_signal(&s->ending, SIGINT);
}

static void
request(struct scene *s)
{
	ending_request(&s->ending, 0);
	if (!ending_pending(&s->ending) || !ending_begun(&s->ending) || s->begun != 0)
		_exit(3);
	go_on(s);
}

/* What the user has called off may be printed for longer than what a signal ends. */
static void
call_off(struct scene *s)
{
	ending_call_off(&s->ending);
	if (!ending_pending(&s->ending) || !ending_begun(&s->ending))
		_exit(3);
	for (int64_t end_ns = now_ns() + 1200 * MS; now_ns() < end_ns; poll(NULL, 0, 5))
		if (ending_step(&s->ending) == 0 || s->begun != 1)
			_exit(4);
	if (!s->ending.killed)
		_exit(5);
}

static void
call_off_then_lose(struct scene *s)
{
	ending_call_off(&s->ending);
	ending_step(&s->ending);
	ending_request(&s->ending, 0);
	go_on(s);
}

static void
request_death(struct scene *s)
{
	ending_request(&s->ending, SIGPIPE);
	ending_request(&s->ending, 0);
	go_on(s);
}

static void
get_signal_then_request(struct scene *s)
{
	ending_on_signal(&s->ending, SIGTERM);
	ending_request(&s->ending, SIGPIPE);
	go_on(s);
}

/* They are played all at once, and watched in the order of their length. */
static void
test_endings(void)
{
	const int64_t start = now_ns();
	const pid_t quiet = play(do_nothing, 0), repeat = play(get_the_same_at_once, 0),
		    second = play(get_a_second, 60000 * MS), at_once = play(get_signal, 0),
		    later = play(get_signal, 1000 * MS), requested = play(request, 0),
		    off = play(call_off, 0), useless = play(call_off_then_lose, 0),
		    death = play(request_death, 0), both = play(get_signal_then_request, 0);

	ok(exited_with(watch(quiet), GONE), "without a signal and a request there is no ending");
	ok(exited_with(watch(repeat), GONE), "a repeat at once is the same signal");
	ok(died_of(watch(second), SIGHUP), "a second signal ends all at once, by the first");
	ok(died_of(watch(at_once), SIGINT), "a signal ends the run, by that signal");
	ok(now_ns() - start >= 500 * MS, "when printing had its time");
	ok(died_of(watch(later), SIGINT), "and the jobs");
	ok(now_ns() - start >= 1000 * MS, "had their grace");
	ok(exited_with(watch(requested), EXIT_SPOOL),
	    "a request ends the run with the status of a failure");
	ok(exited_with(watch(off), GONE),
	    "one that is called off kills, and prints as long as it takes");
	ok(exited_with(watch(useless), EXIT_SPOOL), "unless what it prints is lost");
	ok(died_of(watch(death), SIGPIPE), "or by the signal that it names, and the first counts");
	ok(died_of(watch(both), SIGTERM), "but a signal that came before it counts more");
}

static void
test_long_grace(void)
{
	struct executor_spec spec = {.slots = 1, .ops = &ops};
	struct scene s = {.begun = 0};
	sigset_t mask;

	sigemptyset(&mask);
	spec.mask = &mask;
	termseq_of_grace(&s.seq, INT64_MAX);
	ending_init(&s.ending, executor_new(&spec), &s.seq, on_begun, &s);
	ending_on_signal(&s.ending, SIGTERM);
	for (int i = 0; i < 3; i++)
		ending_step(&s.ending);
	ok(!s.ending.killed, "the longest grace there is does not kill at once");
	executor_free(s.ending.executor);
	free(s.ending.jobs);
}

int
main(void)
{
	test_endings();
	test_long_grace();
	return done_testing();
}
