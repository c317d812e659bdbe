#include <pthread.h>
#include <sched.h>
#include <signal.h>

#include "printing.h"
#include "random.h"
#include "run/queue.h"
#include "tap.h"

enum {
	WORKERS_MOST = 4,
	JOBS = 70,
};

/* What stands behind stdout and stderr. */
enum target {
	TO_FILE,
	TO_PIPE,
	TO_NONBLOCKING_PIPE,
	TARGETS,
};

static const char *const target_names[] = {"a file", "a pipe", "a non-blocking pipe"};

/* A worker's; it outlives the worker. */
struct place {
	pthread_mutex_t lock; /* of its job */
	int pipe[2];
};

struct crowd {
	struct print_style style;
	struct printer *printer;
	struct queue queue;
	unsigned workers;
	struct buf (*text)[STREAMS]; /* what each job prints, by its number */
	pthread_t threads[WORKERS_MOST];
	struct place places[WORKERS_MOST];
	atomic_uint started;
	pthread_t reader_threads[STREAMS];
	int readers[STREAMS];
	struct buf seen[STREAMS];
};

static struct crowd crowd;
static struct buf texts[JOBS + 1][STREAMS];
static struct buf line_texts[JOBS + 1][STREAMS];

/* Some jobs never run. */
static bool
is_silent(uint64_t seq)
{
	return seq % 11 == 0;
}

/*
 * Lines that name their job, of all lengths; now and then a very long text. The last one may lack
 * its end.
 */
static void
make_text(struct buf *text, uint64_t seq, int stream, bool whole_lines)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
	uint64_t state = seq * 2 + (uint64_t)stream;
	uint32_t lines = random_below(&state, 9);

	if (seq % 50 == 7)
		lines *= 1500;
	for (uint32_t i = 0; i < lines; i++) {
		buf_printf(text, "%d %d %u ", (int)seq, stream, i);
		for (uint32_t n = random_below(&state, i % 8 == 5 ? 40 : 4); n > 0; n--)
			buf_add(text, letters, 1 + random_below(&state, 26));
		if (whole_lines || i < lines - 1 || seq % 2 == 0)
			buf_putc(text, '\n');
	}
}

/* The next piece of a job's text, added or, as a job's output is, through a pipe. */
static void
print_piece(struct crowd *c, struct job *j, int stream, const char *data, size_t n, int pipe[2])
{
	char left[10000];
	ssize_t got;

	if (pipe == NULL) {
		printer_add(c->printer, j, stream, data, n);
		return;
	}
	if (write(pipe[1], data, n) != (ssize_t)n)
		_exit(1);
	for (; n > 0; n -= (size_t)got) {
		got = printer_move(c->printer, j, stream, pipe[0]);
		if (got > 0)
			continue;
		if (got == 0 || (got = read(pipe[0], left, sizeof(left))) <= 0)
			_exit(1);
		printer_add(c->printer, j, stream, left, (size_t)got);
	}
}

/*
 * Print all of a job's text in pieces that begin and end anywhere; ungrouped: at the ends of lines.
 */
static void
print_text(struct crowd *c, struct job *j, struct place *place)
{
	uint64_t state = j->seq;
	size_t done[STREAMS] = {0};

	for (;;) {
		const int i = (int)random_below(&state, STREAMS);
		const struct buf *text = &c->text[j->seq][i];
		const bool none = c->style.mode == PRINT_NONE;
		size_t n = 1 + random_below(&state, text->len > 5000 ? 9000 : 200);

		if (done[0] == c->text[j->seq][0].len && done[1] == c->text[j->seq][1].len)
			return;
		if (done[i] == text->len)
			continue;
		n = n < text->len - done[i] ? n : text->len - done[i];
		while (none && text->data[done[i] + n - 1] != '\n')
			n++;
		print_piece(c, j, i, text->data + done[i], n,
		    !none && random_below(&state, 2) ? place->pipe : NULL);
		done[i] += n;
		if (random_below(&state, 20) == 0)
			sched_yield();
	}
}

static void *
work(void *arg)
{
	struct crowd *c = arg;
	struct place *place = &c->places[atomic_fetch_add(&c->started, 1)];
	struct job *j;

	while ((j = queue_pop(&c->queue)) != NULL) {
		if (!is_silent(j->seq)) {
			j->lock = &place->lock;
			j->outcome = JOB_RAN;
			printer_begin(c->printer, j);
			print_text(c, j, place);
		}
		printer_end(c->printer, j);
	}
	return NULL;
}

static int stream_numbers[STREAMS] = {0, 1};

static void *
read_until_end(void *arg)
{
	const int i = *(const int *)arg;
	char data[5000];
	ssize_t n;

	while ((n = read(crowd.readers[i], data, sizeof(data))) > 0)
		if (buf_add(&crowd.seen[i], data, (size_t)n) != 0)
			_exit(1);
	return NULL;
}

static void
start_target(struct crowd *c, enum target target)
{
	int out[STREAMS];

	for (int i = 0; i < STREAMS; i++) {
		int ends[2];

		if (target == TO_FILE) {
			out[i] = open_file();
			c->readers[i] = fcntl(out[i], F_DUPFD_CLOEXEC, 10);
			continue;
		}
		if (os_pipe(ends) != 0)
			exit(1);
		c->readers[i] = ends[0];
		out[i] = ends[1];
		if (target == TO_NONBLOCKING_PIPE)
			fcntl(out[i], F_SETFL, O_NONBLOCK);
		pthread_create(&c->reader_threads[i], NULL, read_until_end, &stream_numbers[i]);
	}
	replace(out[0], out[1]);
}

static void
finish_target(struct crowd *c, enum target target)
{
	restore();
	for (int i = 0; i < STREAMS; i++) {
		if (target == TO_FILE) {
			lseek(c->readers[i], 0, SEEK_SET);
			read_until_end(&stream_numbers[i]);
		} else {
			pthread_join(c->reader_threads[i], NULL);
		}
		close(c->readers[i]);
	}
}

/*
 * Each job's text is in one piece: what was seen is the texts in the order in which the jobs were
 * printed.
 */
static bool
is_in_pieces(const struct crowd *c, int stream)
{
	const struct buf *seen = &c->seen[stream];
	size_t at = 0;

	for (unsigned i = 0; i < told.printed; i++) {
		const struct buf *text = &c->text[told.order[i]][stream];

		if (text->len > seen->len - at)
			return false;
		if (text->len > 0 && memcmp(text->data, seen->data + at, text->len) != 0)
			return false;
		at += text->len;
	}
	return at == seen->len;
}

/* Each line seen is the next one of the job that it names, and all lines are there. */
static bool
is_in_lines(const struct crowd *c, int stream)
{
	static size_t at[JOBS + 1];
	const struct buf *seen = &c->seen[stream];
	const char *line = seen->data, *end;

	memset(at, 0, sizeof(at));
	for (; line < seen->data + seen->len; line = end + 1) {
		const unsigned long seq = strtoul(line, NULL, 10);
		size_t len;

		end = memchr(line, '\n', seen->len - (size_t)(line - seen->data));
		if (end == NULL || seq == 0 || seq > JOBS)
			return false;
		len = (size_t)(end - line) + 1;
		if (len > c->text[seq][stream].len - at[seq] ||
		    memcmp(line, c->text[seq][stream].data + at[seq], len) != 0)
			return false;
		at[seq] += len;
	}
	for (uint64_t seq = 1; seq <= JOBS; seq++)
		if (at[seq] != c->text[seq][stream].len)
			return false;
	return true;
}

/* Each job was printed once; in submission order where that is asked for. */
static bool
is_complete(const struct crowd *c)
{
	static bool printed[JOBS + 1];

	memset(printed, 0, sizeof(printed));
	for (unsigned i = 0; i < told.printed; i++) {
		if (printed[told.order[i]])
			return false;
		printed[told.order[i]] = true;
		if (c->style.mode == PRINT_KEEP && told.order[i] != i + 1)
			return false;
	}
	return told.printed == JOBS && told.lost == 0 && told.capture_error == 0;
}

static void
run_crowd(struct crowd *c, enum target target, unsigned window)
{
	start_target(c, target);
	c->printer = new_printer(&c->style, c->workers);
	printer_set_window(c->printer, window);
	told.window = window;
	queue_init(&c->queue, (size_t)2 * c->workers, (size_t)2 * c->workers);
	for (unsigned i = 0; i < c->workers; i++) {
		pthread_mutex_init(&c->places[i].lock, NULL);
		if (os_pipe(c->places[i].pipe) != 0)
			_exit(1);
		pthread_create(&c->threads[i], NULL, work, c);
	}
	for (uint64_t seq = 1; seq <= JOBS; seq++) {
		printer_admit(c->printer);
		atomic_fetch_add(&told.admitted, 1);
		queue_push(&c->queue, new_job(seq, NULL));
	}
	queue_close(&c->queue);
	for (unsigned i = 0; i < c->workers; i++)
		pthread_join(c->threads[i], NULL);
	for (unsigned i = 0; i < c->workers; i++) {
		pthread_mutex_destroy(&c->places[i].lock);
		close(c->places[i].pipe[0]);
		close(c->places[i].pipe[1]);
	}
	queue_release(&c->queue);
	printer_free(c->printer);
	finish_target(c, target);
}

static void
test_crowd(enum print_mode mode, unsigned workers, unsigned window, enum target target,
    size_t buffer_bytes)
{
	const bool lines = mode == PRINT_LINES || mode == PRINT_NONE;
	struct crowd *c = &crowd;
	bool exact = true;

	memset(c, 0, sizeof(*c));
	c->style =
	    (struct print_style){.mode = mode, .tmpdir = directory, .buffer_bytes = buffer_bytes};
	c->workers = workers;
	c->text = lines ? line_texts : texts;
	run_crowd(c, target, window);
	for (int i = 0; i < STREAMS; i++)
		exact = exact && (lines ? is_in_lines(c, i) : is_in_pieces(c, i));
	ok(exact, "%s, %u workers, window %u, buffers of %zu, to %s: nothing lost, nothing mixed",
	    mode_names[mode], workers, window, buffer_bytes, target_names[target]);
	ok(is_complete(c) && !told.overrun, "each job is printed once, and the window is kept");
	buf_free(&c->seen[0]);
	buf_free(&c->seen[1]);
}

static void
test_crowds(void)
{
	static const size_t buffers[] = {0, 30, 500, 3000};
	unsigned n = 0;

	for (uint64_t seq = 1; seq <= JOBS; seq++)
		for (int i = 0; i < STREAMS && !is_silent(seq); i++) {
			make_text(&texts[seq][i], seq, i, false);
			make_text(&line_texts[seq][i], seq, i, true);
		}
	for (int mode = PRINT_GROUP; mode <= PRINT_NONE; mode++)
		for (unsigned workers = 1; workers <= WORKERS_MOST; workers++)
			for (unsigned window = 1; window <= 4; window *= 2, n++)
				test_crowd((enum print_mode)mode, workers, window,
				    (enum target)((n + workers) % TARGETS), buffers[n % 4]);
	for (uint64_t seq = 1; seq <= JOBS; seq++)
		for (int i = 0; i < STREAMS; i++) {
			buf_free(&texts[seq][i]);
			buf_free(&line_texts[seq][i]);
		}
}

int
main(void)
{
	if (mkdtemp(directory) == NULL)
		return 1;
	test_crowds();
	ok(rmdir(directory) == 0, "nothing is left in the directory");
	return done_testing();
}
