#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/os.h"
#include "gate.h"
#include "run/executor.h"
#include "scarce.h"
#include "tap.h"

enum {
	WORKERS_MOST = 4,
	JOBS_MOST = 200,
	STREAMS = 2,
};

extern char **environ;

static char directory[] = "/tmp/executor_test.XXXXXX";
static int null_fd;
static sigset_t no_signals;

/* What became of a job. */
struct fate {
	atomic_int launched;
	atomic_int finished;
	struct job job; /* as it was handed over, its pointers of no more use */
	atomic_size_t printed[STREAMS];
};

/* An executor under test. */
struct run {
	struct executor *executor;
	unsigned slots;
	enum child_output output;
	const char *(*script)(uint64_t seq); /* for sh -c; NULL: launch says no */
	const char *word;                    /* not NULL: this is run instead */
	uint64_t submitted;
	atomic_uint busy, most_busy; /* between launch and finished */
	atomic_uint launches;
	char *argv[WORKERS_MOST + 1][4];
	struct fate fates[JOBS_MOST + 1];
};

static struct run run;

/* --- the executor's side ---------------------------------------------------------------------- */

static bool
on_launch(void *ctx, struct job *j, struct child_spec *spec)
{
	struct run *r = ctx;
	char **argv = r->argv[j->slot];
	const char *script = r->script(j->seq);
	unsigned busy = atomic_fetch_add(&r->busy, 1) + 1, most = atomic_load(&r->most_busy);

	while (busy > most && !atomic_compare_exchange_weak(&r->most_busy, &most, busy))
		;
	atomic_fetch_add(&r->fates[j->seq].launched, 1);
	atomic_fetch_add(&r->launches, 1);
	argv[0] = (char *)(r->word != NULL ? r->word : "sh");
	argv[1] = r->word != NULL ? NULL : (char *)"-c";
	argv[2] = (char *)script;
	*spec = (struct child_spec){
	    .argv = argv, .envp = environ, .stdin_fd = null_fd, .output = r->output};
	if (script == NULL)
		j->outcome = JOB_SHOWN;
	return script != NULL;
}

static void
on_output(void *ctx, struct job *j, int stream, const char *data, size_t n)
{
	struct run *r = ctx;

	(void)data;
	atomic_fetch_add(&r->fates[j->seq].printed[stream], n);
}

static void
on_finished(void *ctx, struct job *j)
{
	struct run *r = ctx;
	struct fate *f = &r->fates[j->seq];

	if (atomic_load(&f->launched) > 0)
		atomic_fetch_sub(&r->busy, 1);
	f->job = *j;
	job_free(j);
	atomic_fetch_add(&f->finished, 1);
}

static const struct executor_ops ops = {
    .launch = on_launch, .output = on_output, .finished = on_finished};

/* --- the test's side -------------------------------------------------------------------------- */

static void
start(unsigned slots, const char *(*script)(uint64_t seq))
{
	const struct executor_spec spec = {
	    .slots = slots, .own_group = true, .mask = &no_signals, .ops = &ops, .ctx = &run};

	memset(&run, 0, sizeof(run));
	run.slots = slots;
	run.output = CHILD_TWO_PIPES;
	run.script = script;
	if ((run.executor = executor_new(&spec)) == NULL)
		exit(1);
}

static void
submit(unsigned n)
{
	for (; n > 0; n--)
		if (executor_submit(run.executor, job_new(++run.submitted, record_new("", 0))) != 0)
			exit(1);
}

static void
finish(void)
{
	executor_finish(run.executor);
	executor_free(run.executor);
}

/* Each job was handed over once. */
static bool
all_finished(void)
{
	for (uint64_t seq = 1; seq <= run.submitted; seq++)
		if (atomic_load(&run.fates[seq].finished) != 1)
			return false;
	return true;
}

static unsigned
count(enum job_outcome outcome)
{
	unsigned n = 0;

	for (uint64_t seq = 1; seq <= run.submitted; seq++)
		n += run.fates[seq].job.outcome == outcome;
	return n;
}

static void
wait_for_launches(unsigned n)
{
	while (atomic_load(&run.launches) < n)
		sched_yield();
}

static unsigned
count_threads(void)
{
	DIR *d = opendir("/proc/self/task");
	struct dirent *entry;
	unsigned n = 0;

	if (d == NULL)
		return 0;
	while ((entry = readdir(d)) != NULL)
		n += entry->d_name[0] != '.';
	closedir(d);
	return n;
}

/* --- scripts ---------------------------------------------------------------------------------- */

static const char *
exit_with_number(uint64_t seq)
{
	static const char *const scripts[] = {
	    "exit 0", "exit 1", "echo out; echo error >&2; exit 2", "exit 3", "kill -9 $$"};

	return scripts[seq % 5];
}

static const char *
do_nothing(uint64_t seq)
{
	(void)seq;
	return ":";
}

static const char *
nothing(uint64_t seq)
{
	(void)seq;
	return NULL;
}

/* Comes to the gate, and waits there. */
static const char *
wait_at_gate(uint64_t seq)
{
	(void)seq;
	return "echo >&9; read x <&8; exit 7";
}

static const char *
stop_for_terminal(uint64_t seq)
{
	(void)seq;
	return "kill -TTIN $$; exit 7";
}

/* For so long, because what a shell forks in the instant of the signal may miss it. */
static const char *
sleep_long(uint64_t seq)
{
	static const char *const scripts[] = {
	    "exec sleep 8", "sleep 8 & sleep 8", "sleep 8 | cat", "exec sleep 8 >&- 2>&-"};

	return scripts[seq % 4];
}

/* --- tests ------------------------------------------------------------------------------------ */

static bool
fate_is_right(const struct fate *f, uint64_t seq)
{
	const bool prints = seq % 5 == 2;
	const int status = seq % 5 == 4 ? 128 + SIGKILL : (int)(seq % 5);

	return f->launched == 1 && f->job.outcome == JOB_RAN && job_status(&f->job) == status &&
	       f->job.slot >= 1 && f->job.slot <= run.slots && !f->job.end.told_to_end &&
	       f->printed[0] == (prints ? 4 : 0) && f->printed[1] == (prints ? 6 : 0);
}

static void
test_all_run(unsigned slots)
{
	bool right = true;

	start(slots, exit_with_number);
	submit(60);
	finish();
	ok(all_finished(), "%u slots: each job is handed over once", slots);
	for (uint64_t seq = 1; seq <= run.submitted; seq++)
		right = right && fate_is_right(&run.fates[seq], seq);
	ok(right, "with its own outcome and output");
	ok(run.most_busy <= slots, "no more run at once than there are slots");
}

static void
test_all_slots(unsigned slots)
{
	start(slots, wait_at_gate);
	close_gate();
	submit(slots);
	ok(await_ready((int)slots), "%u slots: so many run at once", slots);
	submit(2 * slots);
	is_int(run.launches, slots, "and no more, though others wait");
	open_gate();
	finish();
	remove_gate();
	ok(all_finished() && count(JOB_RAN) == 3 * slots, "all have their turn");
	is_int(run.most_busy, slots, "and no more ever ran at once");
}

/* Threads that have been joined may be seen for a moment still: the fewest of twenty looks. */
static unsigned
settled_threads(void)
{
	unsigned fewest = count_threads();

	for (int i = 0; i < 20; i++) {
		unsigned n;

		poll(NULL, 0, 5);
		n = count_threads();
		fewest = n < fewest ? n : fewest;
	}
	return fewest;
}

/* Counts what a run of n jobs costs in threads. */
static unsigned
threads_for(unsigned n)
{
	const unsigned before = settled_threads();
	unsigned during;

	start(WORKERS_MOST, wait_at_gate);
	close_gate();
	submit(n);
	await_ready((int)n);
	during = count_threads();
	open_gate();
	finish();
	remove_gate();
	return during - before;
}

static void
test_on_demand(void)
{
	if (count_threads() == 0) {
		skip("threads can't be counted here");
		return;
	}
	for (unsigned n = 1; n <= WORKERS_MOST; n++)
		is_int(
		    threads_for(n), n, "%u jobs start as many threads, though more might run", n);
}

static void
test_idle_workers_are_used(void)
{
	start(WORKERS_MOST, do_nothing);
	for (unsigned n = 1; n <= 20; n++) {
		submit(1);
		while (atomic_load(&run.fates[n].finished) == 0)
			sched_yield();
	}
	finish();
	ok(run.most_busy == 1, "jobs that come one by one never run two at once");
	ok(all_finished(), "and all run");
}

static void
test_stop(unsigned slots)
{
	start(slots, wait_at_gate);
	close_gate();
	submit(slots);
	await_ready((int)slots);
	submit(2 * slots);
	ok(!executor_stopped(run.executor), "%u slots: a run is not stopped", slots);
	executor_stop(run.executor);
	ok(executor_stopped(run.executor), "until it is");
	open_gate();
	submit(5);
	finish();
	remove_gate();
	ok(all_finished(), "all jobs are handed over all the same");
	is_int(count(JOB_RAN), slots, "those that ran end as they will");
	is_int(count(JOB_NOT_RUN), 2 * slots + 5, "the others have not run");
	is_int(run.launches, slots, "nor was anything made ready for them");
}

static void
test_end(unsigned slots, int sig)
{
	unsigned told = 0;

	start(slots, wait_at_gate);
	close_gate();
	submit(slots);
	await_ready((int)slots);
	submit(slots);
	executor_end(run.executor, sig);
	finish();
	await_silence();
	remove_gate();
	for (unsigned seq = 1; seq <= slots; seq++)
		told += run.fates[seq].job.end.told_to_end &&
		        job_status(&run.fates[seq].job) == 128 + sig;
	ok(all_finished(), "%u slots, signal %d: all jobs are handed over", slots, sig);
	is_int(told, slots, "what runs is ended by the signal");
	is_int(count(JOB_NOT_RUN), slots, "and what waits is not run");
}

static void *
end_all(void *arg)
{
	unsigned *after = arg;

	wait_for_launches(*after);
	executor_end(run.executor, SIGTERM);
	return NULL;
}

/* The end comes while jobs are on their way: each that runs is told, none ends by itself. */
static void
test_end_at_any_time(unsigned slots)
{
	bool right = true;

	for (unsigned after = 0; after < 24; after++) {
		pthread_t thread;

		start(slots, sleep_long);
		close_gate();
		pthread_create(&thread, NULL, end_all, &(unsigned){after % (slots + 1)});
		submit(slots + 2);
		pthread_join(thread, NULL);
		finish();
		await_silence();
		remove_gate();
		right = right && all_finished();
		for (uint64_t seq = 1; seq <= run.submitted; seq++)
			right = right && (run.fates[seq].job.outcome == JOB_NOT_RUN ||
					     run.fates[seq].job.end.told_to_end);
	}
	ok(right, "%u slots: an end reaches every job, whenever it comes", slots);
}

static void
count_stopped(void *ctx, uint64_t seq, int sig)
{
	unsigned *stopped = ctx;

	(void)seq;
	*stopped += sig == SIGSTOP;
}

static bool
is_quiet(int fd, int ms)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return poll(&p, 1, ms) == 0;
}

static void
test_pause(unsigned slots)
{
	unsigned stopped = 0;

	start(slots, wait_at_gate);
	close_gate();
	submit(slots - 1);
	await_ready((int)slots - 1);
	executor_pause(run.executor);
	submit(2);
	wait_for_launches(slots);
	ok(is_quiet(ready_end, 50), "%u slots: nothing starts in a pause", slots);
	open_gate();
	ok(is_quiet(ready_end, 50), "and nothing that runs goes on");
	for (unsigned seq = 1; seq < slots; seq++)
		ok(atomic_load(&run.fates[seq].finished) == 0, "nor ends");
	for (int i = 0; i < 3; i++)
		executor_look(run.executor, count_stopped, &stopped);
	ok(stopped <= slots - 1, "each job that was stopped is told once at most");
	executor_continue(run.executor);
	finish();
	remove_gate();
	ok(all_finished() && count(JOB_RAN) == slots + 1, "after it all run to their end");
}

static void
test_stop_in_pause(void)
{
	start(2, wait_at_gate);
	close_gate();
	executor_pause(run.executor);
	submit(3);
	wait_for_launches(2);
	executor_stop(run.executor);
	finish();
	ok(all_finished() && count(JOB_NOT_RUN) == 3, "a run can be stopped in a pause");
	remove_gate();
}

static void
test_end_in_pause(void)
{
	start(2, wait_at_gate);
	close_gate();
	submit(2);
	await_ready(2);
	executor_pause(run.executor);
	submit(3);
	executor_end(run.executor, SIGTERM);
	finish();
	await_silence();
	remove_gate();
	ok(all_finished() && count(JOB_NOT_RUN) == 3, "and ended");
	ok(run.fates[1].job.end.told_to_end && run.fates[2].job.end.told_to_end,
	    "though what runs is stopped then");
}

static void
note_stopped(void *ctx, uint64_t seq, int sig)
{
	uint64_t *stopped = ctx;

	stopped[0]++;
	stopped[1] = seq;
	stopped[2] = (uint64_t)sig;
}

static void
test_stopped_by_terminal(void)
{
	uint64_t stopped[3] = {0};

	start(1, stop_for_terminal);
	submit(1);
	while (stopped[0] == 0) {
		executor_look(run.executor, note_stopped, stopped);
		sched_yield();
	}
	is_int(stopped[1], 1, "a job that the terminal stopped is told");
	is_int(stopped[2], SIGTTIN, "with the signal");
	for (int i = 0; i < 100; i++)
		executor_look(run.executor, note_stopped, stopped);
	is_int(stopped[0], 1, "once");
	executor_continue(run.executor);
	finish();
	is_int(job_status(&run.fates[1].job), 7, "it can be continued");
}

static void
test_not_started(void)
{
	char path[64];
	FILE *f;

	start(2, do_nothing);
	run.word = "no-such-command-anywhere";
	submit(3);
	finish();
	ok(all_finished() && count(JOB_NOT_STARTED) == 3, "what can't be run is not started");
	is_int(run.fates[1].job.start_error, ENOENT, "and it is told why");
	ok(!run.fates[1].job.no_interpreter, "there is no such file");
	is_int(job_status(&run.fates[1].job), 127, "that is status 127");

	snprintf(path, sizeof(path), "%s/script", directory);
	f = fopen(path, "we");
	if (f == NULL || fputs("#!/no/such/interpreter\n", f) < 0 || fclose(f) != 0 ||
	    chmod(path, 0755) != 0)
		exit(1);
	start(2, do_nothing);
	run.word = path;
	submit(1);
	finish();
	ok(run.fates[1].job.no_interpreter, "a file whose interpreter is missing is there");
	is_int(job_status(&run.fates[1].job), 126, "that is status 126");
	unlink(path);
}

static void
test_nothing_to_run(void)
{
	start(2, nothing);
	submit(10);
	finish();
	ok(all_finished() && count(JOB_SHOWN) == 10, "a job that launch refuses keeps its outcome");
}

static void
test_few_descriptors(unsigned slots)
{
	struct rlimit saved;

	start(slots, exit_with_number);
	limit_descriptors(&saved, (rlim_t)null_fd + 1 + 7);
	submit(40);
	executor_finish(run.executor);
	restore_descriptors(&saved);
	executor_free(run.executor);
	ok(all_finished(), "%u slots, descriptors for one job and a bit: all are handed over",
	    slots);
	is_int(count(JOB_RAN), 40, "and all run");
}

static bool
is_readable(int fd, int ms)
{
	return !is_quiet(fd, ms);
}

static const char *
quick_then_gate(uint64_t seq)
{
	return seq > 150 ? wait_at_gate(seq) : do_nothing(seq);
}

/* Descriptors are short while the first jobs come, and then no more. */
static void
test_after_shortage(unsigned slots)
{
	struct rlimit saved;
	unsigned ready = 0;

	start(slots, quick_then_gate);
	close_gate(); /* before anybody else takes these descriptors */
	limit_descriptors(&saved, 3);
	submit(slots);
	wait_for_launches(1);
	poll(NULL, 0, 20);
	restore_descriptors(&saved);
	/* Only who submits looks for descriptors again, so some jobs come when that is due. */
	submit(120);
	while (atomic_load(&run.fates[slots + 120].finished) == 0)
		sched_yield();
	submit(30);
	while (ready < slots && is_readable(ready_end, 5000) && await_ready(1))
		ready++;
	open_gate();
	finish();
	remove_gate();
	is_int(ready, slots, "%u slots: all are used again when a shortage is over", slots);
	ok(all_finished() && count(JOB_RAN) == run.submitted, "and every job has run");
}

static void
test_no_descriptors(void)
{
	struct rlimit saved;

	start(2, exit_with_number);
	limit_descriptors(&saved, 3);
	submit(2);
	executor_finish(run.executor);
	restore_descriptors(&saved);
	executor_free(run.executor);
	is_int(count(JOB_NOT_STARTED), 2, "without descriptors, and nothing running, jobs fail");
	is_int(run.fates[1].job.start_error, EMFILE, "and say why");
}

static void
test_empty(void)
{
	start(3, do_nothing);
	finish();
	ok(all_finished(), "a run without a job ends");
}

int
main(void)
{
	for (int fd = 3; fd < 256; fd++)
		close(fd);
	sigemptyset(&no_signals);
	null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (mkdtemp(directory) == NULL || null_fd < 0)
		return 1;
	test_empty();
	for (unsigned slots = 1; slots <= WORKERS_MOST; slots++) {
		test_all_run(slots);
		test_all_slots(slots);
		test_stop(slots);
		test_end(slots, SIGTERM);
		test_end(slots, SIGKILL);
		test_end_at_any_time(slots);
		test_pause(slots);
		test_few_descriptors(slots);
		test_after_shortage(slots);
	}
	test_on_demand();
	test_idle_workers_are_used();
	test_stop_in_pause();
	test_end_in_pause();
	test_stopped_by_terminal();
	test_not_started();
	test_nothing_to_run();
	test_no_descriptors();
	rmdir(directory);
	return done_testing();
}
