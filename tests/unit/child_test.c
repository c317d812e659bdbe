#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/os.h"
#include "base/util.h"
#include "gate.h"
#include "run/child.h"
#include "run/keeper.h"
#include "scarce.h"
#include "tap.h"

#define MS 1000000LL
#define GRACE_NS (250 * MS)
#define LONG_NS                                                                                    \
	(20000 * MS) /* nothing here takes so long on any machine, but what is to be killed does */

extern char **environ;

static char directory[] = "/tmp/child_test.XXXXXX";
static int null_fd;
static atomic_bool hold;
static atomic_uint running;

/* A place for children, what the last one printed, and how it ended. */
struct place {
	struct child child;
	struct keeper_entry entry;
	struct child_spec spec;
	struct child_end end;
	struct buf printed[2];
	size_t read_most;      /* bytes a read */
	int pause_ms;          /* before each read */
	bool take_descriptors; /* leave none for others from the first read on */
	bool saw_entry,
	    saw_self; /* while it printed: the keeper's entry, and running, told of it */
	struct rlimit saved;
};

static void
take_descriptors(struct place *p)
{
	if (!p->take_descriptors)
		return;
	p->take_descriptors = false;
	limit_descriptors(&p->saved, 3);
}

static ssize_t
read_some(void *ctx, int stream, int fd)
{
	char data[16 << 10];
	struct place *p = ctx;
	ssize_t n;

	take_descriptors(p);
	if (p->pause_ms > 0)
		poll(NULL, 0, p->pause_ms);
	n = read(fd, data, p->read_most);
	if (n > 0 && buf_add(&p->printed[stream], data, (size_t)n) != 0)
		exit(1);
	p->saw_entry =
	    atomic_load(&p->entry.pid) == p->child.pid && atomic_load(&p->entry.seq) == 5;
	p->saw_self = child_is(&p->child, p->child.pid) && atomic_load(&running) == 1;
	return n;
}

static void
start(struct place *p, enum child_output output)
{
	static const struct winsize window = {.ws_row = 24, .ws_col = 80};
	sigset_t none;

	sigemptyset(&none);
	*p = (struct place){.read_most = 16 << 10};
	p->spec = (struct child_spec){.envp = environ,
	    .seq = 5,
	    .stdin_fd = null_fd,
	    .output = output,
	    .window = &window,
	    .hold = &hold,
	    .running = &running};
	if (child_init(&p->child, &none, true, &p->entry) != 0)
		exit(1);
}

static void
finish(struct place *p)
{
	child_release(&p->child);
	buf_free(&p->printed[0]);
	buf_free(&p->printed[1]);
}

static int
run(struct place *p, char *const *argv)
{
	const struct child_reader reader = {read_some, p};

	buf_reset(&p->printed[0]);
	buf_reset(&p->printed[1]);
	p->spec.argv = argv;
	return child_run(&p->child, &p->spec, &reader, &p->end);
}

static int
run_script(struct place *p, const char *script)
{
	char *const argv[] = {(char[]){"sh"}, (char[]){"-c"}, (char *)script, NULL};

	return run(p, argv);
}

static int
run_word(struct place *p, const char *word)
{
	char *const argv[] = {(char *)word, NULL};

	return run(p, argv);
}

static int64_t
took(const struct place *p)
{
	return p->end.end_ns - p->end.start_ns;
}

/* A file in the test's directory; returns its path, valid until the next call. */
static const char *
put_file(const char *name, const char *text, mode_t mode)
{
	static char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	f = fopen(path, "we");
	if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0 || chmod(path, mode) != 0)
		exit(1);
	return path;
}

static unsigned
open_descriptors(void)
{
	unsigned n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static void
test_exits(void)
{
	struct place p;
	bool right = true;

	for (int output = CHILD_INHERIT; output <= CHILD_TERMINAL; output++) {
		start(&p, (enum child_output)output);
		for (int code = 0; code < 256; code += code < 4 || code > 122 ? 1 : 17) {
			char script[32];

			snprintf(script, sizeof(script), "exit %d", code);
			right = right && run_script(&p, script) == 0;
			right = right && WIFEXITED(p.end.status);
			right = right && WEXITSTATUS(p.end.status) == code;
			right = right && !p.end.pipe_held && !p.end.told_to_end;
			right = right && took(&p) > 0 && p.end.read_error == 0;
		}
		finish(&p);
	}
	ok(right, "every exit code is told, with pipes, a terminal and without");
}

static void
test_deaths(void)
{
	static const int signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGABRT, SIGKILL, SIGSEGV, SIGPIPE,
	    SIGALRM, SIGTERM, SIGUSR1, SIGXFSZ};
	struct place p;
	bool right = true;

	start(&p, CHILD_TWO_PIPES);
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
		char script[64];

		snprintf(script, sizeof(script), "ulimit -c 0; kill -%d $$", signals[i]);
		right = right && run_script(&p, script) == 0;
		right = right && WIFSIGNALED(p.end.status);
		right = right && WTERMSIG(p.end.status) == signals[i];
	}
	ok(right, "and every signal a child dies of");
	finish(&p);
}

static void
test_not_started(void)
{
	const unsigned before = open_descriptors();
	struct place p;

	for (int output = CHILD_INHERIT; output <= CHILD_TERMINAL; output++) {
		start(&p, (enum child_output)output);
		is_int(run_word(&p, "no-such-command-anywhere"), ENOENT, "no such command");
		is_int(run_word(&p, "/no/such/command"), ENOENT, "no such path");
		is_int(run_word(&p, put_file("plain", "echo", 0644)), EACCES, "not executable");
		is_int(run_word(&p, directory), EACCES, "a directory");
		is_int(run_word(&p, put_file("lost", "#!/no/such/interpreter\n", 0755)), ENOENT,
		    "an interpreter that is not there");
		is_int(atomic_load(&running), 0, "nothing runs then");
		is_int(p.child.pid, 0, "and nothing could be signalled");
		finish(&p);
	}
	is_int(open_descriptors(), before, "and no descriptor stays open");
}

static void
test_without_interpreter_line(void)
{
	char *argv[] = {NULL, (char[]){"one"}, (char[]){"two words"}, NULL};
	char old_path[4096];
	struct place p;

	start(&p, CHILD_TWO_PIPES);
	argv[0] = (char *)put_file("script", "echo \"$# $1 $2\"; exit 9", 0755);
	is_int(run(&p, argv), 0, "a script without #! is run");
	is_int(WEXITSTATUS(p.end.status), 9, "by a shell, and its status told");
	is_str(buf_string(&p.printed[0]), "2 one two words\n", "it has its arguments");
	snprintf(old_path, sizeof(old_path), "%s", getenv("PATH"));
	setenv("PATH", directory, 1);
	argv[0] = (char[]){"script"};
	is_int(run(&p, argv), 0, "also when PATH leads to it");
	setenv("PATH", old_path, 1);
	is_str(buf_string(&p.printed[0]), "2 one two words\n", "with its arguments");
	p.spec.wd = directory;
	argv[0] = (char[]){"./script"};
	is_int(run(&p, argv), 0, "also when it is found from the child's own directory");
	is_str(buf_string(&p.printed[0]), "2 one two words\n", "with its arguments");
	is_int(chdir("/tmp"), 0, "and when that directory");
	p.spec.wd = directory + strlen("/tmp/");
	is_int(run(&p, argv), 0, "is a relative one");
	is_str(buf_string(&p.printed[0]), "2 one two words\n", "with its arguments");
	finish(&p);
}

static void
test_streams(void)
{
	struct place p;
	const char *script = "echo out 1; echo err 1 >&2; echo out 2; echo err 2 >&2";

	start(&p, CHILD_TWO_PIPES);
	run_script(&p, script);
	is_str(buf_string(&p.printed[0]), "out 1\nout 2\n", "two pipes: stream 0 is stdout");
	is_str(buf_string(&p.printed[1]), "err 1\nerr 2\n", "stream 1 is stderr");
	ok(p.saw_entry, "meanwhile the keeper knows the group");
	ok(p.saw_self, "and the child is counted");
	is_int(atomic_load(&p.entry.pid), 0, "afterwards it knows of none");
	is_int(atomic_load(&p.entry.seq), 0, "nor of a job");
	is_int(atomic_load(&running), 0, "and none is counted");
	finish(&p);
	start(&p, CHILD_ONE_PIPE);
	run_script(&p, script);
	is_str(buf_string(&p.printed[0]), "out 1\nerr 1\nout 2\nerr 2\n",
	    "one pipe: both are in stream 0, in the order they were written");
	is_int(p.printed[1].len, 0, "and nothing is in stream 1");
	finish(&p);
}

static void
test_surroundings(void)
{
	char *const environment[] = {(char[]){"WORD=value"}, NULL};
	struct place p;
	char want[64];

	start(&p, CHILD_TWO_PIPES);
	p.spec.envp = environment;
	run_script(&p, "echo $WORD; cat; set -- $(ls /dev/fd); echo $#");
	is_str(buf_string(&p.printed[0]), "value\n4\n",
	    "a child gets its environment, an empty stdin, and descriptors 0 to 2");
	p.spec.envp = environ;
	p.spec.wd = directory;
	run_script(&p, "pwd");
	snprintf(want, sizeof(want), "%s\n", directory);
	is_str(buf_string(&p.printed[0]), want, "its directory");
	p.spec.wd = NULL;
	run_script(&p, "[ $(ps -o pgid= -p $$) -eq $$ ] && echo its own");
	is_str(buf_string(&p.printed[0]), "its own\n", "and a process group");
	finish(&p);
}

static void
test_much_output(void)
{
	struct place p;

	start(&p, CHILD_TWO_PIPES);
	run_script(&p, "head -c 3000000 /dev/zero >&2; echo done");
	is_int(p.printed[1].len, 3000000, "much on stderr before the first byte of stdout");
	is_str(buf_string(&p.printed[0]), "done\n", "does not block");
	run_script(&p, "head -c 3000000 /dev/zero; echo done >&2");
	is_int(p.printed[0].len, 3000000, "nor does the reverse");
	is_str(buf_string(&p.printed[1]), "done\n", "and all of it is read");
	finish(&p);
}

/* Wait until the job says that it has closed its streams, then let it go on. */
static void *
open_when_told(void *arg)
{
	if (await_ready(1))
		open_gate();
	return arg;
}

static void
test_closed_early(void)
{
	struct place p;
	pthread_t thread;

	start(&p, CHILD_TWO_PIPES);
	close_gate();
	if (pthread_create(&thread, NULL, open_when_told, NULL) != 0)
		exit(1);
	run_script(&p, "echo x; exec >&- 2>&-; echo >&9; read x <&8; exit 7");
	pthread_join(thread, NULL);
	is_int(WEXITSTATUS(p.end.status), 7, "when the pipes end early the exit is waited for");
	ok(!p.end.pipe_held, "and nobody holds a pipe");
	finish(&p);
	remove_gate();
}

/* A job that leaves a daemon behind. */
struct holder {
	const char *script;
	enum child_output output;
	struct place place;
	pthread_t thread;
};

static void *
run_holder(void *arg)
{
	struct holder *h = arg;

	start(&h->place, h->output);
	run_script(&h->place, h->script);
	return NULL;
}

/*
 * A daemon that a job leaves behind, holding the pipes in different ways, until the gate is opened.
 */
static void
test_daemons(void)
{
	static const char *const scripts[] = {"echo hi; cat <&8 & exit 5",
	    "echo hi; cat <&8 2>/dev/null & exit 5", "echo hi; cat <&8 >/dev/null & exit 5",
	    "echo hi; setsid cat <&8 & exit 5", "echo hi; (cat <&8 & cat <&8) & exit 5",
	    "echo hi; (trap '' TERM HUP; cat <&8) & exit 5"};
	enum { N = sizeof(scripts) / sizeof(*scripts) };
	static struct holder holders[2 * N];

	close_gate();
	for (int i = 0; i < 2 * N; i++) {
		holders[i].script = scripts[i % N];
		holders[i].output = i < N ? CHILD_TWO_PIPES : CHILD_ONE_PIPE;
		pthread_create(&holders[i].thread, NULL, run_holder, &holders[i]);
	}
	for (int i = 0; i < 2 * N; i++) {
		struct place *p = &holders[i].place;

		pthread_join(holders[i].thread, NULL);
		ok(p->end.pipe_held && took(p) >= GRACE_NS && took(p) < LONG_NS,
		    "'%s', %s: the pipe is given up after the grace", holders[i].script,
		    i < N ? "two pipes" : "one pipe");
		is_int(WEXITSTATUS(p->end.status), 5, "the status is the job's");
		is_str(buf_string(&p->printed[0]), "hi\n", "so is the output");
		finish(p);
	}
	remove_gate();
}

/* Opens the gate as soon as the child has exited. */
static void *
open_after_exit(void *arg)
{
	struct place *p = arg;
	siginfo_t info;
	pid_t pid;

	do {
		pthread_mutex_lock(&p->child.lock);
		pid = p->child.pid;
		pthread_mutex_unlock(&p->child.lock);
		sched_yield();
	} while (pid == 0);
	waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT);
	open_gate();
	return NULL;
}

static void
test_daemon_that_ends(void)
{
	struct place p;
	pthread_t thread;
	const char *printed;

	start(&p, CHILD_TWO_PIPES);
	close_gate();
	pthread_create(&thread, NULL, open_after_exit, &p);
	run_script(&p, "(read x <&8; echo late) & exit 0");
	pthread_join(thread, NULL);
	remove_gate();
	printed = buf_string(&p.printed[0]);
	/* On a machine that needs longer for it than the grace is, it is not read. */
	ok(p.end.pipe_held != (strcmp(printed, "late\n") == 0),
	    "what a daemon prints within the grace is the job's");
	finish(&p);
}

/*
 * A daemon that never stops printing, and a job that exits before and after somebody begins to look
 * for that; with blind no descriptor tells of the exit.
 */
static void
test_endless_daemon(const char *script, bool blind)
{
	struct place p;

	start(&p, CHILD_TWO_PIPES);
	p.take_descriptors = blind;
	p.read_most = 16; /* else there is much to keep */
	run_script(&p, script);
	if (blind)
		restore_descriptors(&p.saved);
	ok(p.end.pipe_held && took(&p) < LONG_NS, "'%s'%s: the job is over after the grace", script,
	    blind ? " without an exit descriptor" : "");
	is_int(WEXITSTATUS(p.end.status), 3, "with its own status");
	finish(&p);
}

/* The pipe was full when the job exited, and the reader takes longer than the grace. */
static void
test_owed(void)
{
	for (int output = CHILD_TWO_PIPES; output <= CHILD_ONE_PIPE; output++) {
		const int stream = output == CHILD_TWO_PIPES ? 1 : 0;
		struct place p;

		start(&p, (enum child_output)output);
		p.read_most = 4000;
		p.pause_ms = 25;
		close_gate();
		run_script(&p, "cat <&8 & head -c 65536 /dev/zero >&2; exit 0");
		remove_gate();
		ok(took(&p) > GRACE_NS, "the reader takes its time");
		is_int(p.printed[stream].len, 65536,
		    "what was in the pipe at exit is read, however long that takes");
		ok(p.end.pipe_held, "before a held pipe is given up");
		finish(&p);
	}
}

static void
test_hold(void)
{
	const unsigned before = open_descriptors();
	struct place p;

	start(&p, CHILD_TWO_PIPES);
	atomic_store(&hold, true);
	is_int(run_script(&p, "exit 1"), ECANCELED, "nothing is spawned while there is a hold");
	atomic_store(&hold, false);
	is_int(open_descriptors(), before, "and no descriptor stays open");
	is_int(run_script(&p, "exit 1"), 0, "afterwards it is");
	is_int(atomic_load(&p.child.spawning_since_ns), 0, "and then no spawn is under way");
	finish(&p);
}

static void
test_no_descriptors(void)
{
	const unsigned before = open_descriptors();
	struct rlimit saved;
	struct place p;
	bool short_of = true;
	int err = EMFILE;

	start(&p, CHILD_TWO_PIPES);
	limit_descriptors(&saved, 3);
	for (rlim_t n = 3; n < 64 && err != 0; n++) {
		limit_descriptors(NULL, n);
		err = run_script(&p, "exit 0");
		short_of = short_of && (err == EMFILE || err == 0);
	}
	restore_descriptors(&saved);
	ok(short_of && err == 0, "short of descriptors it is EMFILE, until there are enough");
	is_int(open_descriptors(), before, "and none stays open");
	finish(&p);
}

struct killer {
	struct place *place;
	int sig;
	bool kill; /* right after it */
};

static void *
end_it(void *arg)
{
	struct killer *k = arg;

	if (!await_ready(1))
		return NULL;
	child_end_with(&k->place->child, k->sig);
	if (k->kill)
		child_end_with(&k->place->child, SIGKILL);
	return NULL;
}

/*
 * Run a script that says it is ready on descriptor 9, and end it then with sig, and then perhaps
 * with KILL.
 */
static void
run_and_end(struct place *p, const char *script, int sig, bool kill)
{
	struct killer k = {p, sig, kill};
	pthread_t thread;

	close_gate();
	pthread_create(&thread, NULL, end_it, &k);
	run_script(p, script);
	await_silence();
	pthread_join(thread, NULL);
	remove_gate();
}

static void
test_ending(void)
{
	struct place p;

	start(&p, CHILD_TWO_PIPES);
	run_and_end(&p, "echo >&9; exec sleep 30", SIGTERM, false);
	ok(WIFSIGNALED(p.end.status) && WTERMSIG(p.end.status) == SIGTERM,
	    "a child that is told to end dies of the signal");
	ok(p.end.told_to_end, "and it is told that it was told");
	run_and_end(&p, "sleep 30 & sleep 30 & echo >&9; wait", SIGTERM, false);
	ok(took(&p) < LONG_NS && !p.end.pipe_held, "so do those that it started");
	run_and_end(&p, "trap '' TERM; echo >&9; sleep 30", SIGTERM, true);
	ok(WTERMSIG(p.end.status) == SIGKILL, "KILL ends what TERM does not");
	run_and_end(&p, "(echo >&9; exec sleep 30) & kill -STOP $$; wait", SIGTERM, false);
	ok(took(&p) < LONG_NS, "a stopped child is continued, so that it ends");
	run_and_end(&p, "(trap '' TERM; echo >&9; exec sleep 30) & wait", SIGTERM, true);
	ok(took(&p) < LONG_NS && !p.end.pipe_held,
	    "KILL reaches the rest of a group whose leader is gone");
	run_and_end(&p,
	    "(trap 'echo tidy; exit' TERM; echo >&9; while :; do sleep 0.01; done) & wait", SIGTERM,
	    false);
	is_str(
	    buf_string(&p.printed[0]), "tidy\n", "without it the rest may tidy up, and is heard");
	run_script(&p, "exit 4");
	ok(WEXITSTATUS(p.end.status) == 4 && !p.end.told_to_end, "the next child is not told");
	finish(&p);
}

/* What is left of the group of a child that was told to end, and holds no pipe, is killed. */
static void
test_rest_of_group(void)
{
	const int64_t start_ns = now_ns();
	struct place p;

	start(&p, CHILD_TWO_PIPES);
	run_and_end(
	    &p, "(trap '' TERM; echo >&9; exec sleep 30) >/dev/null 2>&1 & wait", SIGTERM, false);
	ok(now_ns() - start_ns < LONG_NS, "nothing of the group outlives a child that was ended");
	finish(&p);
}

/* What happens in a thread beside a child: its time is up when it says so, once and once again. */
struct late {
	struct place *p;
	int again; /* a second signal, 0: none */
	int64_t started_ns;
	bool sent, other_sent;
};

static void *
let_it_time_out(void *arg)
{
	struct late *l = arg;

	await_ready(1);
	l->sent = false;
	/* The child may be quicker than the thread that is told of it. */
	while ((l->started_ns = atomic_load(&l->p->child.started_ns)) == 0)
		poll(NULL, 0, 1);
	l->other_sent = child_time_out(&l->p->child, l->started_ns - 1, SIGTERM);
	for (int i = 0; i < 5000 && !l->sent; i++) {
		l->sent = child_time_out(&l->p->child, l->started_ns, SIGTERM);
		if (!l->sent)
			poll(NULL, 0, 1);
	}
	if (l->again != 0)
		l->sent = l->sent && child_time_out(&l->p->child, l->started_ns, l->again);
	return NULL;
}

static void
run_late(struct late *l, const char *script)
{
	pthread_t thread;

	close_gate();
	pthread_create(&thread, NULL, let_it_time_out, l);
	run_script(l->p, script);
	pthread_join(thread, NULL);
	remove_gate();
}

static void
test_timing_out(void)
{
	struct place p;
	struct late l = {.p = &p};

	start(&p, CHILD_TWO_PIPES);
	run_late(&l, "echo >&9; exec sleep 30");
	ok(l.sent && p.end.timed_out && !p.end.told_to_end && WTERMSIG(p.end.status) == SIGTERM,
	    "a child whose time is up gets the signal, and that is told");
	ok(!l.other_sent, "one that started at another time gets none");
	is_int(l.started_ns, p.end.start_ns, "its time begins with its start");
	ok(!child_time_out(&p.child, l.started_ns, SIGTERM), "when it is gone nothing is sent");
	run_late(&l, "trap 'exit 0' TERM; echo >&9; while :; do sleep 0.01; done");
	ok(p.end.timed_out && p.end.status == 0, "what it makes of the signal is its affair");
	run_script(&p, "exit 4");
	ok(!p.end.timed_out && !p.end.told_to_end, "the next child has its own time");
	l.again = SIGKILL;
	run_late(&l, "(trap '' TERM; echo >&9; exec sleep 30) & wait");
	ok(l.sent && took(&p) < LONG_NS && !p.end.pipe_held,
	    "a second signal reaches the rest of a group whose leader is gone");
	finish(&p);
}

/* The order to end that comes before the child is there. */
static void
test_ending_too_early(void)
{
	struct place p;

	start(&p, CHILD_TWO_PIPES);
	child_signal(&p.child, SIGTERM);
	child_end_with(&p.child, SIGTERM);
	is_int(run_script(&p, "sleep 30"), 0, "an end that comes before the child");
	ok(took(&p) < LONG_NS && p.end.told_to_end, "ends it as soon as it is there");
	run_script(&p, "exit 4");
	is_int(WEXITSTATUS(p.end.status), 4, "and only that one");
	finish(&p);
}

static void
test_no_leftovers(void)
{
	siginfo_t info = {0};

	is_int(waitid(P_ALL, 0, &info, WEXITED | WNOHANG), -1, "no child is left to wait for");
	is_int(errno, ECHILD, "no zombie either");
}

int
main(void)
{
	unsigned before;

	/* Whatever is open here is no business of the children. */
	for (int fd = 3; fd < 256; fd++)
		close(fd);
	null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (mkdtemp(directory) == NULL || null_fd < 0)
		return 1;
	before = open_descriptors();
	test_exits();
	test_deaths();
	test_not_started();
	test_without_interpreter_line();
	test_streams();
	test_surroundings();
	test_much_output();
	test_closed_early();
	test_daemons();
	test_daemon_that_ends();
	test_endless_daemon("yes & exit 3", false);
	test_endless_daemon("yes & sleep 0.1; exit 3", false);
	test_endless_daemon("yes & sleep 0.1; exit 3", true);
	test_endless_daemon("yes >&2 & exit 3", true);
	test_owed();
	test_hold();
	test_no_descriptors();
	test_ending();
	test_rest_of_group();
	test_timing_out();
	test_ending_too_early();
	test_no_leftovers();
	is_int(open_descriptors(), before, "no descriptor is left open");
	return done_testing();
}
