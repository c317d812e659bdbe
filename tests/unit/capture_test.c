#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/os.h"
#include "random.h"
#include "run/capture.h"
#include "scarce.h"
#include "tap.h"

enum {
	STEPS = 300,
	ADD_MOST = 200,
};

static char directory[] = "/tmp/capture_test.XXXXXX";
static char missing[64];

/* A capture, and what must be in it: the bytes number first to end - 1 of an endless text. */
struct model {
	struct capture capture;
	struct capture_store store;
	uint64_t first;
	uint64_t end;
	int pipe[2];
	int file; /* capture_move() can't move from it */
};

static void
start(struct model *m, const char *dir, size_t memory_bytes)
{
	*m = (struct model){.store = {spill_new(dir), memory_bytes}};
	if (m->store.spill == NULL || os_pipe(m->pipe) != 0)
		exit(1);
	m->file = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

/* Returns whether all disk space was given back. */
static bool
finish(struct model *m)
{
	struct stat st = {0};
	bool empty;

	capture_free(&m->capture, &m->store);
	empty = m->capture.len == 0 && m->capture.memory == NULL && m->capture.extents == NULL;
	if (spill_fd(m->store.spill) >= 0)
		empty = empty && fstat(spill_fd(m->store.spill), &st) == 0 && st.st_size == 0;
	spill_free(m->store.spill);
	close(m->pipe[0]);
	close(m->pipe[1]);
	close(m->file);
	return empty;
}

/* Add the next n bytes of the text. */
static void
add(struct model *m, size_t n)
{
	char *data = malloc(n + 1);

	text_fill(data, m->end, n);
	capture_add(&m->capture, &m->store, data, n);
	m->end += n;
	free(data);
}

/*
 * Add the next n bytes of the text through the pipe, moved where that can be done; with reads, as
 * on a system where it can't.
 */
static bool
move(struct model *m, size_t n, bool reads)
{
	char *data = malloc(n + 1);
	ssize_t got;

	text_fill(data, m->end, n);
	if (write(m->pipe[1], data, n) != (ssize_t)n)
		exit(1);
	m->end += n;
	for (; n > 0; n -= (size_t)got) {
		got = capture_move(&m->capture, &m->store, reads ? m->file : m->pipe[0]);
		if (got < 0 && errno != EINVAL && errno != ENOSYS)
			break;
		if (got < 0 && (got = read(m->pipe[0], data, n)) > 0)
			capture_add(&m->capture, &m->store, data, (size_t)got);
		if (got <= 0)
			break;
	}
	free(data);
	return n == 0;
}

/* The next byte of the piece is that of the text, and so on; n of them. */
static bool
piece_is(const struct piece *p, uint64_t first, size_t n)
{
	char *data = malloc(n + 1);
	bool same = true;

	if (p->data != NULL)
		memcpy(data, p->data, n);
	else
		same = pread(p->fd, data, n, p->offset) == (ssize_t)n;
	same = same && text_is(data, first, n);
	free(data);
	return same;
}

/*
 * Take the oldest bytes, at most n, and drop at most drop of them. Returns false when they are
 * wrong.
 */
static bool
take(struct model *m, uint64_t n, size_t drop)
{
	struct piece p;
	const size_t got = capture_front(&m->capture, n, &p);

	if (got != p.len || got > n || got > m->end - m->first)
		return false;
	if (got == 0)
		return n == 0 || m->first == m->end;
	if (!piece_is(&p, m->first, got))
		return false;
	drop = drop < got ? drop : got;
	capture_consume(&m->capture, &m->store, drop);
	m->first += drop;
	return m->capture.len == m->end - m->first;
}

/* All that is left comes out, and it is what the model says. */
static bool
take_all(struct model *m)
{
	while (m->first < m->end)
		if (!take(m, UINT64_MAX, SIZE_MAX))
			return false;
	return take(m, UINT64_MAX, 0) && m->capture.len == 0;
}

/* Take the oldest bytes out into a capture of their own, and all that is in there out of it. */
static bool
take_out(struct model *m, uint64_t n)
{
	struct model out = {.store = m->store, .first = m->first};
	bool right;

	n = n < m->capture.len ? n : m->capture.len;
	if (!capture_take(&m->capture, n, &out.capture))
		return m->capture.len == m->end - m->first;
	m->first += n;
	out.end = m->first;
	right = out.capture.len == n && m->capture.len == m->end - m->first && take_all(&out);
	capture_free(&out.capture, &out.store);
	return right;
}

static bool
is_within_memory(const struct model *m)
{
	return m->capture.memory_len <= m->store.memory_bytes &&
	       m->capture.memory_cap <= m->store.memory_bytes + m->store.memory_bytes / 2;
}

/* One random operation; returns whether everything is as it must be afterwards. */
static bool
step(struct model *m, uint64_t *state)
{
	switch (random_below(state, 11)) {
	case 0:
		capture_unload(&m->capture, &m->store);
		if (m->capture.memory_len != 0)
			return false;
		break;
	case 1:
		capture_shrink(&m->capture);
		break;
	case 2:
	case 3:
	case 4:
		if (!take(m, random_below(state, ADD_MOST), random_below(state, ADD_MOST)))
			return false;
		break;
	case 5:
		if (!take_out(m, random_below(state, ADD_MOST)))
			return false;
		break;
	case 6:
	case 7:
		if (!move(m, random_below(state, ADD_MOST), random_below(state, 2)))
			return false;
		break;
	default:
		add(m, random_below(state, ADD_MOST));
	}
	return m->capture.error == 0 && m->capture.len == m->end - m->first && is_within_memory(m);
}

static void
test_random(void)
{
	bool right = true, empty = true;
	uint64_t state = 1;

	for (size_t bytes = 1; bytes <= 64; bytes++) {
		struct model m;

		start(&m, directory, bytes);
		for (int i = 0; i < STEPS && right; i++)
			right = step(&m, &state);
		right = right && take_all(&m);
		for (int i = 0; i < STEPS && right; i++)
			right = step(&m, &state);
		empty = finish(&m) && empty;
		if (!right)
			printf("# with memory for %zu bytes\n", bytes);
	}
	ok(right, "bytes come out as they went in, in any order of operations");
	ok(empty, "capture_free gives all memory and disk space back");
}

/* Through many extents, the largest size included. */
static void
test_large(void)
{
	struct model m;
	uint64_t state = 2;
	bool right = true;

	start(&m, directory, 64 << 10);
	for (int i = 0; i < 800 && right; i++) {
		add(&m, random_below(&state, 128 << 10));
		right = m.capture.error == 0 && m.capture.len == m.end - m.first &&
		        is_within_memory(&m);
		if (right && i % 4 == 0)
			right = take(&m, 128 << 10, random_below(&state, 64 << 10));
	}
	ok(right, "a capture takes fifty megabytes in the memory of one buffer");
	ok(m.capture.n_extents < 20, "in few extents");
	ok(take_all(&m), "and gives them back unchanged");
	ok(finish(&m), "and leaves no disk space in use");
}

/*
 * What is moved arrives as what is added does; where it can't be moved, what is read instead does,
 * also when an extent was full just then.
 */
static void
test_move(bool reads)
{
	bool right = true;

	for (size_t tail = 0; tail <= 300; tail += 100)
		for (size_t n = 4096; n <= 32768; n *= 2) {
			struct model m;

			start(&m, directory, 8192);
			for (size_t done = 0; done < 256 << 10; done += n)
				right = right && move(&m, n, reads);
			right = right && move(&m, tail, reads) && m.capture.error == 0;
			right = right && m.capture.len == m.end && take_all(&m);
			right = finish(&m) && right;
		}
	ok(right, "what comes through a pipe is complete where it %s be moved",
	    reads ? "can't" : "can");
}

static void
test_move_nothing(void)
{
	struct model m;

	start(&m, directory, 10);
	errno = 0;
	ok(capture_move(&m.capture, &m.store, m.pipe[0]) == -1 && errno == EINVAL,
	    "a small content is not moved");
	add(&m, 100);
	close(m.pipe[1]);
	m.pipe[1] = dup(m.file);
	ok(capture_move(&m.capture, &m.store, m.pipe[0]) <= 0, "at its end nothing is in a pipe");
	add(&m, 5);
	ok(take_all(&m), "and nothing is lost by that");
	finish(&m);
}

static void
test_memory_first(void)
{
	struct model m;
	struct piece p;

	start(&m, directory, 1000);
	add(&m, 1000);
	is_int(spill_fd(m.store.spill), -1, "what fits in memory makes no file");
	add(&m, 1);
	ok(spill_fd(m.store.spill) >= 0, "what does not fit does");
	capture_front(&m.capture, UINT64_MAX, &p);
	ok(p.data == NULL, "the oldest bytes are on disk then");
	add(&m, 5);
	is_int(m.capture.memory_len, 5, "and the newest in memory");
	ok(take_all(&m), "they come out in their order");
	finish(&m);
}

static void
test_empty(void)
{
	struct model m;
	struct piece p;

	start(&m, missing, 10);
	is_int(capture_front(&m.capture, 5, &p), 0, "an empty capture has no front");
	capture_shrink(&m.capture);
	capture_unload(&m.capture, &m.store);
	add(&m, 0);
	is_int(m.capture.len, 0, "nothing added is nothing held");
	is_int(m.capture.error, 0, "and no error");
	ok(finish(&m), "an empty capture can be freed");
}

static void
test_shrink(void)
{
	struct model m;

	start(&m, directory, 64 << 10);
	for (int i = 0; i < 100; i++)
		add(&m, 100);
	capture_shrink(&m.capture);
	ok(m.capture.memory_cap < 12000, "unused memory is given back");
	take(&m, UINT64_MAX, 10000);
	capture_shrink(&m.capture);
	ok(m.capture.memory == NULL && m.capture.memory_cap == 0, "all of it when nothing is held");
	add(&m, 10);
	ok(take_all(&m), "and the capture can be used on");
	finish(&m);
}

/*
 * No room on disk. What came before the first byte that was lost is all there; what comes after it
 * is dropped, even when there is room again: no hole. Returns whether all that holds.
 */
static bool
fill_without_disk(size_t memory_bytes, size_t add_bytes, bool unload)
{
	struct model m;
	uint64_t held;
	bool right = true;

	start(&m, missing, memory_bytes);
	while (m.capture.error == 0 && right) {
		add(&m, add_bytes);
		if (m.capture.error == 0)
			right = m.end <= memory_bytes;
		if (right && unload) {
			capture_unload(&m.capture, &m.store);
			right = m.capture.len > 0 || m.end == add_bytes;
		}
	}
	held = m.end - add_bytes;
	right = right && m.capture.error == ENOENT && m.capture.len == held;
	mkdir(missing, 0700);
	add(&m, 1);
	add(&m, 100);
	right = right && m.capture.error == ENOENT && m.capture.len == held;
	m.end = held;
	right = right && take_all(&m);
	right = finish(&m) && right;
	rmdir(missing);
	return right;
}

static void
test_no_disk(void)
{
	bool right[2] = {true, true};

	for (size_t memory = 1; memory <= 64; memory *= 4)
		for (size_t n = 1; n <= memory + 1; n += n < 3 ? 1 : memory - 2)
			for (int unload = 0; unload < 2; unload++)
				right[unload] =
				    right[unload] && fill_without_disk(memory, n, unload == 1);
	ok(right[0], "without a directory an error stays, and all before it is kept");
	ok(right[1], "also when what is in memory was to be moved there");
}

/*
 * The disk takes room bytes and no more. Returns whether the capture is the whole beginning of what
 * was added.
 */
static bool
fill_small_disk(size_t memory_bytes, size_t add_bytes, rlim_t room)
{
	struct model m;
	bool right;

	start(&m, directory, memory_bytes);
	limit_files(room);
	while (m.capture.error == 0 && m.end < 2 * (room + memory_bytes))
		add(&m, add_bytes);
	limit_files(RLIM_INFINITY);
	right = m.capture.error == EFBIG;
	/* All that was added before the failing call is there, and of that call the beginning. */
	right = right && m.capture.len >= m.end - add_bytes && m.capture.len < m.end;
	m.end = m.capture.len;
	add(&m, 50);
	m.end = m.capture.len;
	right = right && take_all(&m);
	return finish(&m) && right;
}

/* The same when the bytes are moved: those that have no room stay in the pipe. */
static bool
move_to_small_disk(rlim_t room)
{
	struct model m;
	ssize_t got = 0;
	bool right;

	start(&m, directory, 1000);
	add(&m, 2000);
	limit_files(room);
	for (int i = 0; i < 100 && got >= 0 && m.capture.error == 0; i++) {
		char data[4096];

		text_fill(data, m.end, sizeof(data));
		if (write(m.pipe[1], data, sizeof(data)) != sizeof(data))
			exit(1);
		got = capture_move(&m.capture, &m.store, m.pipe[0]);
		m.end += got > 0 ? (size_t)got : 0;
		if (got < (ssize_t)sizeof(data) && got >= 0)
			break; /* the rest is still there */
	}
	limit_files(RLIM_INFINITY);
	right = got > 0 || m.capture.error == EFBIG || m.capture.error == 0;
	right = right && m.capture.len == m.end && take_all(&m);
	return finish(&m) && right;
}

/* The same with each of some sizes of memory and of pieces. */
static bool
fill_in_all_ways(rlim_t room, size_t memory_most, size_t add_most)
{
	for (size_t memory = 1; memory <= memory_most; memory += memory_most / 8)
		for (size_t n = 1; n <= add_most; n += add_most / 6)
			if (!fill_small_disk(memory, n, room)) {
				printf("# memory %zu, disk %llu, %zu bytes at a time\n", memory,
				    (unsigned long long)room, n);
				return false;
			}
	return true;
}

static void
test_full_disk(void)
{
	static const rlim_t small[] = {0, 1, 2, 63, 64, 65, 1000};
	static const rlim_t large[] = {(256 << 10) - 1, 256 << 10, (256 << 10) + 1, 768 << 10};
	bool right = true;

	for (size_t i = 0; i < sizeof(small) / sizeof(*small); i++)
		right = right && fill_in_all_ways(small[i], 64, 90);
	for (size_t i = 0; i < sizeof(large) / sizeof(*large); i++) {
		right = right && fill_small_disk(1000, 70000, large[i]);
		right = right && fill_small_disk(64 << 10, 64 << 10, large[i]);
		right = right && fill_small_disk(50000, 999, large[i]);
	}
	for (rlim_t room = 2000; room < 60000; room += 1777)
		right = right && move_to_small_disk(room);
	ok(right, "on a disk that fills up an error stays, all before it is kept, no hole is left");
}

/*
 * Moving to a disk that is full, or fills up on the way, is no error: what has no room there stays
 * in memory.
 */
static void
test_unload_to_full_disk(void)
{
	bool right = true;

	for (size_t bytes = 1; bytes <= 64; bytes += 7)
		for (rlim_t room = 0; room < 70; room++) {
			struct model m;

			start(&m, directory, 64);
			add(&m, bytes);
			limit_files(room);
			capture_unload(&m.capture, &m.store);
			limit_files(RLIM_INFINITY);
			right = right && m.capture.error == 0 && m.capture.len == bytes;
			if (room % 3 == 0) {
				add(&m, room + 1);
				right = right && m.capture.error == 0;
			}
			right = right && take_all(&m);
			right = finish(&m) && right;
		}
	ok(right, "what can't be moved to disk stays in memory, and nothing is lost");
}

/* A capture that is a file of somebody's: bytes come to its end at once, added or moved. */
static void
test_into(void)
{
	char text[16] = "";
	struct model m;
	int fd, copy;

	start(&m, missing, 64);
	fd = os_unnamed_file(directory);
	copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	ok(write(fd, "old", 3) == 3 && !capture_is_into(&m.capture), "a file with something in it");
	is_int(capture_into(&m.capture, fd), 0, "is what a capture writes to");
	ok(capture_is_into(&m.capture), "which can be told");
	capture_add(&m.capture, &m.store, "12", 2);
	is_int(pread(copy, text, sizeof(text), 0), 5, "what is added is there at once");
	ok(write(m.pipe[1], "345", 3) == 3 && capture_move(&m.capture, &m.store, m.pipe[0]) == 3,
	    "it can be moved");
	is_int(m.capture.len, 5, "it holds what came");
	is_int(capture_read(&m.capture, 1, text, 3), 3, "which can be read");
	ok(memcmp(text, "234", 3) == 0, "and is that");
	capture_close(&m.capture);
	ok(!capture_is_into(&m.capture) && m.capture.len == 0 && m.capture.error == 0,
	    "closed, it is empty");
	is_int(pread(copy, text, sizeof(text), 0), 8, "all of it is in the file");
	ok(memcmp(text, "old12345", 8) == 0, "behind what was there");
	capture_close(&m.capture);
	close(copy);
	is_int(capture_into(&m.capture, open("/dev/full", O_RDWR | O_CLOEXEC)), 0, "a full disk");
	capture_add(&m.capture, &m.store, "12", 2);
	capture_close(&m.capture);
	is_int(m.capture.error, ENOSPC, "is an error that stays");
	ok(finish(&m), "nothing is left");
}

int
main(void)
{
	signal(SIGXFSZ, SIG_IGN);
	if (mkdtemp(directory) == NULL)
		return 1;
	snprintf(missing, sizeof(missing), "%s/missing", directory);
	test_empty();
	test_memory_first();
	test_random();
	test_large();
	test_move(false);
	test_move(true);
	test_move_nothing();
	test_shrink();
	test_no_disk();
	test_full_disk();
	test_unload_to_full_disk();
	test_into();
	ok(rmdir(directory) == 0, "nothing is left in the directory");
	return done_testing();
}
