#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>

#include "printing.h"
#include "scarce.h"
#include "tap.h"

enum {
	SCRIPT_JOBS = 3,
	SCRIPT_STEPS = 12,
};

/* --- all interleavings ------------------------------------------------------------------------ */

/*
 * A few jobs that begin, print and end in every possible interleaving. After each step exactly what
 * may be seen by then must be there to read.
 */
struct script {
	struct print_style style;
	int jobs, adds;
	int steps[SCRIPT_STEPS]; /* whose step it is */
	unsigned wrong, runs;

	struct printer *printer;
	pthread_mutex_t locks[SCRIPT_JOBS];
	struct job *job[SCRIPT_JOBS];
	int done[SCRIPT_JOBS]; /* steps of each */
	int ended[SCRIPT_JOBS], n_ended;
	struct buf text[SCRIPT_JOBS][STREAMS];
	size_t shown[SCRIPT_JOBS][STREAMS]; /* by lines: how much of the text */
	struct buf want[STREAMS], seen[STREAMS];
	int reader[STREAMS];
};

static const char *
piece_of(int job, int n)
{
	static const char *const pieces[SCRIPT_JOBS][3] = {
	    {"a1\na2", "\n", "a3"}, {"b1", "b2\nb3\n", "b4\n"}, {"\nc1\n\n", "c2", "c3\nc4"}};

	return pieces[job][n];
}

/* The first n bytes of a job's text as they must be printed: appended to want. */
static void
want_text(struct script *s, int job, int stream, size_t from, size_t n)
{
	const struct buf *text = &s->text[job][stream];

	for (size_t i = from; i < n; i++) {
		if (s->style.tag && (i == 0 || text->data[i - 1] == '\n'))
			buf_printf(&s->want[stream], "v%d\t", job + 1);
		buf_putc(&s->want[stream], text->data[i]);
	}
}

static bool
has_ended(const struct script *s, int job)
{
	return s->done[job] == s->adds + 2;
}

/* What may be seen of a stream now, in the modes where that follows from how far the jobs are. */
static void
want_now(struct script *s, int stream)
{
	buf_reset(&s->want[stream]);
	if (s->style.mode == PRINT_GROUP) {
		for (int i = 0; i < s->n_ended; i++)
			want_text(s, s->ended[i], stream, 0, s->text[s->ended[i]][stream].len);
		return;
	}
	for (int job = 0; job < s->jobs; job++) {
		want_text(s, job, stream, 0, s->text[job][stream].len);
		if (!has_ended(s, job))
			return;
	}
}

/* By lines: what a job's step adds to what may be seen. */
static void
want_lines(struct script *s, int job)
{
	for (int i = 0; i < STREAMS; i++) {
		const struct buf *text = &s->text[job][i];
		size_t n = text->len;

		while (!has_ended(s, job) && n > 0 && text->data[n - 1] != '\n')
			n--;
		if (n > s->shown[job][i])
			want_text(s, job, i, s->shown[job][i], n);
		s->shown[job][i] = n > s->shown[job][i] ? n : s->shown[job][i];
	}
}

static void
step(struct script *s, int job)
{
	const int n = s->done[job]++;
	const char *piece;

	if (n == 0) {
		s->job[job] = new_job((uint64_t)job + 1, &s->locks[job]);
		printer_begin(s->printer, s->job[job]);
	} else if (n <= s->adds) {
		piece = piece_of(job, n - 1);
		buf_puts(&s->text[job][(n + job) % STREAMS], piece);
		add(s->printer, s->job[job], (n + job) % STREAMS, piece);
	} else {
		s->ended[s->n_ended++] = job;
		printer_end(s->printer, s->job[job]);
	}
	if (s->style.mode == PRINT_LINES) {
		want_lines(s, job);
	} else {
		want_now(s, 0);
		want_now(s, 1);
	}
}

/* One interleaving, step by step. Returns whether all was seen when it had to be. */
static bool
run_steps(struct script *s, int n)
{
	bool right = true;

	s->printer = new_printer(&s->style, (unsigned)s->jobs);
	s->n_ended = 0;
	memset(s->done, 0, sizeof(s->done));
	memset(s->shown, 0, sizeof(s->shown));
	for (int i = 0; i < STREAMS; i++) {
		buf_reset(&s->want[i]);
		buf_reset(&s->seen[i]);
		for (int job = 0; job < s->jobs; job++)
			buf_reset(&s->text[job][i]);
	}
	for (int i = 0; i < n; i++) {
		step(s, s->steps[i]);
		for (int k = 0; k < STREAMS; k++) {
			read_all(s->reader[k], &s->seen[k]);
			right = right && same(&s->seen[k], &s->want[k]);
		}
	}
	printer_free(s->printer);
	return right && told.printed == (unsigned)s->jobs && told.lost == 0;
}

/* All interleavings that begin with the first n steps. */
static void
run_all(struct script *s, int n)
{
	int used[SCRIPT_JOBS] = {0};

	if (n == s->jobs * (s->adds + 2)) {
		s->runs++;
		s->wrong += !run_steps(s, n);
		return;
	}
	for (int i = 0; i < n; i++)
		used[s->steps[i]]++;
	for (int job = 0; job < s->jobs; job++) {
		if (used[job] == s->adds + 2)
			continue;
		s->steps[n] = job;
		run_all(s, n + 1);
	}
}

static void
test_interleavings(enum print_mode mode, int jobs, int adds, bool tag, size_t buffer_bytes)
{
	static struct script s;
	int pipes[STREAMS][2];

	s = (struct script){.jobs = jobs, .adds = adds};
	s.style = (struct print_style){
	    .mode = mode, .tag = tag, .tmpdir = directory, .buffer_bytes = buffer_bytes};
	for (int i = 0; i < SCRIPT_JOBS; i++)
		pthread_mutex_init(&s.locks[i], NULL);
	if (os_pipe(pipes[0]) != 0 || os_pipe(pipes[1]) != 0)
		exit(1);
	for (int i = 0; i < STREAMS; i++)
		s.reader[i] = pipes[i][0];
	replace(pipes[0][1], pipes[1][1]);
	run_all(&s, 0);
	restore();
	ok(s.wrong == 0 && s.runs > 50,
	    "%s%s, %d jobs of %d pieces, %s: each step shows what it must", mode_names[mode],
	    tag ? ", tagged" : "", jobs, adds, buffer_bytes != 0 ? "on disk" : "in memory");
	if (s.wrong > 0)
		printf("#   wrong in %u of %u interleavings\n", s.wrong, s.runs);
	for (int i = 0; i < STREAMS; i++) {
		close(pipes[i][0]);
		buf_free(&s.want[i]);
		buf_free(&s.seen[i]);
		for (int job = 0; job < SCRIPT_JOBS; job++)
			buf_free(&s.text[job][i]);
	}
	for (int i = 0; i < SCRIPT_JOBS; i++)
		pthread_mutex_destroy(&s.locks[i]);
}

/* --- waiting ---------------------------------------------------------------------------------- */

struct admission {
	struct printer *printer;
	atomic_bool in;
};

static void *
admit(void *arg)
{
	struct admission *a = arg;

	printer_admit(a->printer);
	atomic_store(&a->in, true);
	return NULL;
}

/* In submission order a job that is over gives no place free before its turn. */
static void
test_window(void)
{
	const struct print_style style = {.mode = PRINT_KEEP, .tmpdir = directory};
	pthread_mutex_t locks[2] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER};
	struct admission a = {0};
	struct job *j[2];
	pthread_t thread;
	bool early;

	replace(open_null(), open_null());
	a.printer = new_printer(&style, 2);
	printer_set_window(a.printer, 2);
	for (int i = 0; i < 2; i++) {
		printer_admit(a.printer);
		j[i] = new_job((uint64_t)i + 1, &locks[i]);
		printer_begin(a.printer, j[i]);
	}
	pthread_create(&thread, NULL, admit, &a);
	printer_end(a.printer, j[1]);
	poll(NULL, 0, 20);
	early = atomic_load(&a.in);
	printer_end(a.printer, j[0]);
	pthread_join(thread, NULL);
	printer_free(a.printer);
	restore();
	ok(!early, "a full window lets nobody in while the head is not printed");
	ok(atomic_load(&a.in), "and somebody as soon as it is");
}

static void
test_abandoned_window(void)
{
	const struct print_style style = {.mode = PRINT_GROUP, .tmpdir = directory};
	struct admission a = {.printer = new_printer(&style, 1)};
	pthread_t thread;

	printer_set_window(a.printer, 1);
	printer_admit(a.printer);
	pthread_create(&thread, NULL, admit, &a);
	printer_abandon(a.printer);
	pthread_join(thread, NULL);
	ok(atomic_load(&a.in), "nobody waits for a window that is abandoned");
	printer_admit(a.printer);
	ok(true, "nor does anybody later");
	printer_free(a.printer);
}

enum {
	LINE = 1024,
	LINES = 200,
	LINES_SIZE = LINES * LINE, /* more than a pipe takes */
	ALL_LINES = 4 * LINES_SIZE,
};

/* A job that prints that many lines at once, a number of times. */
struct liner {
	struct printer *printer;
	pthread_mutex_t lock;
	pthread_t thread;
	uint64_t seq;
	int times;
	atomic_bool added;
};

static void *
print_lines(void *arg)
{
	struct liner *l = arg;
	struct job *j = new_job(l->seq, &l->lock);
	char *lines = malloc(LINES_SIZE);

	memset(lines, 'x', LINES_SIZE);
	for (int i = 1; i <= LINES; i++)
		lines[i * LINE - 1] = '\n';
	printer_begin(l->printer, j);
	for (int i = 0; i < l->times; i++)
		printer_add(l->printer, j, 0, lines, LINES_SIZE);
	atomic_store(&l->added, true);
	printer_end(l->printer, j);
	free(lines);
	return NULL;
}

/* Wait until it is true, at most ten seconds; returns whether it is. */
static bool
comes_true(atomic_bool *what)
{
	for (int i = 0; i < 2000 && !atomic_load(what); i++)
		poll(NULL, 0, 5);
	return atomic_load(what);
}

/*
 * One worker has the pen and is stuck in a full pipe, another has more lines than may wait: it
 * waits for the pen, until the run is abandoned. Then somebody reads, and nothing is lost.
 */
static void
test_abandoned_lines(void)
{
	const struct print_style style = {.mode = PRINT_LINES, .tmpdir = directory};
	struct liner writer = {.seq = 1, .times = 1}, waiter = {.seq = 2, .times = 3};
	struct pollfd readable;
	struct printer *p;
	char data[4096];
	size_t total = 0;
	bool waited, freed;
	int ends[2];
	ssize_t n;

	if (os_pipe(ends) != 0)
		exit(1);
	replace(ends[1], open_null());
	p = new_printer(&style, 2);
	writer.printer = waiter.printer = p;
	pthread_mutex_init(&writer.lock, NULL);
	pthread_mutex_init(&waiter.lock, NULL);
	pthread_create(&writer.thread, NULL, print_lines, &writer);
	readable = (struct pollfd){.fd = ends[0], .events = POLLIN};
	poll(&readable, 1, -1);
	pthread_create(&waiter.thread, NULL, print_lines, &waiter);
	poll(NULL, 0, 50);
	waited = !atomic_load(&waiter.added);
	printer_abandon(p);
	freed = comes_true(&waiter.added);
	while (total < ALL_LINES && (n = read(ends[0], data, sizeof(data))) > 0)
		total += (size_t)n;
	pthread_join(writer.thread, NULL);
	pthread_join(waiter.thread, NULL);
	printer_free(p);
	restore();
	close(ends[0]);
	ok(waited, "a job with too many lines waits for the one that prints");
	ok(freed, "but no more when the run is abandoned");
	is_int(total, ALL_LINES, "and then nothing is lost either");
}

enum {
	PAGE = 4096,
};

/* Leaves room for n pages in a pipe that is empty. */
static void
fill_pipe(const int ends[2], int n)
{
	char page[PAGE] = {0};

	fcntl(ends[1], F_SETFL, O_NONBLOCK);
	while (write(ends[1], page, PAGE) > 0)
		;
	fcntl(ends[1], F_SETFL, 0);
	for (; n > 0; n--)
		if (read(ends[0], page, PAGE) != PAGE)
			exit(1);
}

/* Wait until stdout takes nothing more. */
static void
await_full_stdout(void)
{
	struct pollfd p = {.fd = STDOUT_FILENO, .events = POLLOUT};

	while (poll(&p, 1, 0) == 1)
		sched_yield();
}

/* A job that adds some pages of empty lines at once. */
struct adder {
	struct printer *printer;
	struct job *job;
	int pages;
	atomic_bool added;
	pthread_mutex_t lock;
	pthread_t thread;
};

static char empty_lines[20 * PAGE]; /* more than spool buffers */

static void *
add_lines(void *arg)
{
	struct adder *a = arg;

	printer_add(a->printer, a->job, 0, empty_lines, (size_t)a->pages * PAGE);
	atomic_store(&a->added, true);
	return NULL;
}

/* Reads what they print until both have added all, and then the rest. */
static void
read_rest(int fd, struct adder *a, struct adder *b)
{
	char page[PAGE];

	fcntl(fd, F_SETFL, O_NONBLOCK);
	while (!atomic_load(&a->added) || !atomic_load(&b->added))
		if (read(fd, page, PAGE) < 0)
			sched_yield();
	pthread_join(a->thread, NULL);
	pthread_join(b->thread, NULL);
	while (read(fd, page, PAGE) > 0)
		;
}

/*
 * The worker of one job prints the lines of another, and is stuck in a full pipe with them; the
 * other job goes on meanwhile. There is room for half of what the first one has; when that is full,
 * its worker prints. Then there is room for the rest and for some of the other's; when that is full
 * too, the other's are on their way.
 */
static void
test_lines_on_their_way(void)
{
	const struct print_style style = {.mode = PRINT_LINES, .tmpdir = directory};
	struct adder first = {.pages = 2}, second = {.pages = 1};
	char pages[3 * PAGE];
	struct printer *p;
	bool went_on;
	int ends[2];

	if (os_pipe(ends) != 0)
		exit(1);
	memset(empty_lines, '\n', sizeof(empty_lines));
	fill_pipe(ends, 1);
	replace(ends[1], open_null());
	first.printer = second.printer = p = new_printer(&style, 2);
	pthread_mutex_init(&first.lock, NULL);
	pthread_mutex_init(&second.lock, NULL);
	first.job = new_job(1, &first.lock);
	second.job = new_job(2, &second.lock);
	pthread_create(&first.thread, NULL, add_lines, &first);
	await_full_stdout();
	printer_add(p, second.job, 0, empty_lines, sizeof(empty_lines));
	if (read(ends[0], pages, sizeof(pages)) != (ssize_t)sizeof(pages))
		_exit(1);
	await_full_stdout();
	pthread_create(&second.thread, NULL, add_lines, &second);
	went_on = comes_true(&second.added);
	read_rest(ends[0], &first, &second);
	close(ends[0]);
	restore();
	ok(went_on, "a job whose lines are being printed goes on");
	replace(open_null(), open_null());
	printer_end(p, first.job);
	printer_end(p, second.job);
	printer_free(p);
	restore();
}

/* --- loss ------------------------------------------------------------------------------------- */

/* Print three jobs to out; returns whether the printer took them all. */
static bool
print_three(enum print_mode mode, int out, int err)
{
	const struct print_style style = {.mode = mode, .tmpdir = directory};
	pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	struct printer *p;

	replace(out, err);
	p = new_printer(&style, 1);
	for (uint64_t seq = 1; seq <= 3; seq++) {
		struct job *j = new_job(seq, &lock);

		printer_begin(p, j);
		add(p, j, 0, "to stdout\n");
		add(p, j, 1, "to stderr\n");
		printer_end(p, j);
	}
	printer_free(p);
	restore();
	return told.printed == 3;
}

static void
test_lost(enum print_mode mode)
{
	const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	int ends[2];
	bool all;

	if (os_pipe(ends) != 0)
		exit(1);
	close(ends[0]);
	all = print_three(mode, ends[1], open_null());
	ok(all, "%s: all jobs are taken though nobody reads", mode_names[mode]);
	ok(told.lost == 1 && told.lost_error == EPIPE && told.lost_stream == 0,
	    "the loss is told once, with its error and the stream");
	all = print_three(mode, open_null(), open("/dev/null", O_RDONLY | O_CLOEXEC));
	ok(all && told.lost == 1 && told.lost_error == EBADF && told.lost_stream == 1,
	    "so is one on stderr");
	if (full < 0) {
		skip("there is no /dev/full");
		return;
	}
	all = print_three(mode, full, open_null());
	ok(all && told.lost == 1 && told.lost_error == ENOSPC, "so is a full disk");
}

static void
test_capture_error(void)
{
	const struct print_style style = {
	    .mode = PRINT_GROUP, .tmpdir = "/no/such/directory", .buffer_bytes = 4};
	pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	struct buf seen = {0};
	struct printer *p;
	struct job *j;
	int ends[2];

	if (os_pipe(ends) != 0)
		exit(1);
	replace(ends[1], open_null());
	p = new_printer(&style, 1);
	j = new_job(1, &lock);
	printer_begin(p, j);
	add(p, j, 0, "abc");
	add(p, j, 0, "defgh");
	add(p, j, 0, "i");
	printer_end(p, j);
	printer_free(p);
	restore();
	read_all(ends[0], &seen);
	close(ends[0]);
	is_int(told.capture_error, ENOENT, "a job that could not be captured tells why");
	is_str(buf_string(&seen), "abc", "and what came before that is printed");
	buf_free(&seen);
}

/* --- what waits for a slow head --------------------------------------------------------------- */

/* Bytes in files without a name. */
static off_t
bytes_on_disk(void)
{
	struct stat st;
	off_t n = 0;

	for (int fd = 3; fd < 256; fd++)
		if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_nlink == 0)
			n += st.st_size;
	return n;
}

static void
make_text(char *data, uint64_t seq, size_t size)
{
	memset(data, (char)seq, size);
	memcpy(data, &seq, sizeof(seq));
}

/*
 * Read all that comes through fd; returns whether it is the texts of jobs 2 to n, each of the same
 * size.
 */
static bool
read_texts(int fd, uint64_t n, size_t size)
{
	char *data = malloc(size), *want = malloc(size);
	bool right = true;

	for (uint64_t seq = 2; seq <= n && right; seq++) {
		size_t have = 0;
		ssize_t r;

		while (have < size && (r = read(fd, data + have, size - have)) > 0)
			have += (size_t)r;
		make_text(want, seq, size);
		right = have == size && memcmp(data, want, size) == 0;
	}
	free(data);
	free(want);
	return right;
}

struct slow_head {
	struct printer *printer;
	struct job *head;
};

static void *
end_head(void *arg)
{
	struct slow_head *h = arg;

	printer_end(h->printer, h->head);
	return NULL;
}

/*
 * Twenty megabytes wait behind the first job; with no disk for them they stay in memory, and nobody
 * is let in.
 */
static void
test_slow_head(bool disk)
{
	enum { JOBS = 351, SIZE = 60000 };
	const struct print_style style = {.mode = PRINT_KEEP, .tmpdir = directory};
	pthread_mutex_t locks[2] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER};
	struct admission a = {0};
	struct slow_head h;
	static char data[SIZE];
	pthread_t thread, admitter;
	bool right, early;
	off_t on_disk;
	int ends[2];

	if (os_pipe(ends) != 0)
		exit(1);
	replace(ends[1], open_null());
	a.printer = h.printer = new_printer(&style, 1);
	for (int i = 0; i < JOBS; i++)
		printer_admit(h.printer);
	h.head = new_job(1, &locks[0]);
	printer_begin(h.printer, h.head);
	if (!disk)
		limit_files(0);
	for (uint64_t seq = 2; seq <= JOBS; seq++) {
		struct job *j = new_job(seq, &locks[1]);

		make_text(data, seq, SIZE);
		printer_begin(h.printer, j);
		printer_add(h.printer, j, 0, data, SIZE);
		printer_end(h.printer, j);
	}
	on_disk = bytes_on_disk();
	limit_files(RLIM_INFINITY);
	pthread_create(&admitter, NULL, admit, &a);
	poll(NULL, 0, 20);
	early = atomic_load(&a.in);
	pthread_create(&thread, NULL, end_head, &h);
	right = read_texts(ends[0], JOBS, SIZE);
	pthread_join(thread, NULL);
	pthread_join(admitter, NULL);
	printer_free(h.printer);
	restore();
	close(ends[0]);
	ok(disk ? on_disk > 4 << 20 : on_disk == 0, "much output behind a slow head waits %s",
	    disk ? "on disk" : "in memory where there is no disk");
	ok(right && told.capture_error == 0, "and is printed in its order and unchanged");
	ok(disk || !early, "in memory it may not grow without bound");
}

int
main(void)
{
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	if (mkdtemp(directory) == NULL)
		return 1;
	for (int mode = PRINT_GROUP; mode <= PRINT_LINES; mode++)
		for (int tag = 0; tag < 2; tag++) {
			test_interleavings((enum print_mode)mode, 2, 3, tag, 0);
			test_interleavings((enum print_mode)mode, 3, 1, tag, 0);
			test_interleavings((enum print_mode)mode, 2, 3, tag, 1);
		}
	test_window();
	test_abandoned_window();
	test_abandoned_lines();
	test_lines_on_their_way();
	for (int mode = PRINT_GROUP; mode <= PRINT_NONE; mode++)
		test_lost((enum print_mode)mode);
	test_capture_error();
	test_slow_head(true);
	test_slow_head(false);
	ok(rmdir(directory) == 0, "nothing is left in the directory");
	return done_testing();
}
