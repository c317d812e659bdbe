#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "random.h"
#include "run/spill.h"
#include "scarce.h"
#include "tap.h"

enum {
	PAGE = 4096,
	THREE_PAGES = 3 * PAGE,
	FOUR_PAGES = 4 * PAGE,
	BLOCKS = 40,
	STEPS = 3000,
	THREADS = 4,
};

static char directory[] = "/tmp/spill_test.XXXXXX";

/* A block and what was written to it. */
struct block {
	struct extent extent;
	uint64_t first; /* of its bytes: which one of the text */
	bool used;
};

static off_t
file_size(const struct spill *s)
{
	struct stat st;

	return fstat(spill_fd(s), &st) == 0 ? st.st_size : -1;
}

/* Append n bytes of the block's text. */
static int
write_block(struct block *b, size_t n, size_t *done)
{
	char *data = malloc(n + 1);
	int err;

	text_fill(data, b->first + b->extent.end, n);
	err = spill_write(&b->extent, data, n, done);
	free(data);
	return err;
}

static bool
is_intact(const struct block *b)
{
	const size_t n = (size_t)b->extent.end;
	char *data = malloc(n + 1);
	bool same = pread(b->extent.fd, data, n, b->extent.offset) == (ssize_t)n;

	same = same && text_is(data, b->first, n);
	free(data);
	return same;
}

static void
test_file(void)
{
	struct spill *s = spill_new(directory);
	DIR *d = opendir(directory);
	struct dirent *entry;
	struct extent e;
	struct stat st;
	int names = 0;

	is_int(spill_fd(s), -1, "no file is made before the first block is wanted");
	is_int(spill_alloc(s, 1, &e), 0, "a block is given");
	is_int(e.size, PAGE, "of a page at least");
	ok(e.begin == 0 && e.end == 0, "and it is empty");
	is_int(fcntl(spill_fd(s), F_GETFD), FD_CLOEXEC, "the file is close-on-exec");
	ok(fstat(spill_fd(s), &st) == 0 && st.st_nlink == 0, "it has no name");
	is_int(st.st_mode & 0777, 0600, "nobody else may open it");
	while ((entry = readdir(d)) != NULL)
		names += entry->d_name[0] != '.';
	is_int(names, 0, "nothing is to be seen in the directory");
	closedir(d);
	spill_release(s, &e);
	spill_free(s);
	spill_free(NULL);
}

static void
test_sizes(void)
{
	struct spill *s = spill_new(directory);
	bool right = true;

	for (unsigned log2 = 0; log2 < 30; log2++)
		for (int by = -1; by <= 1; by++) {
			const uint64_t want = ((uint64_t)1 << log2) + (uint64_t)by;
			struct extent e;

			right = right && spill_alloc(s, want, &e) == 0;
			right = right && e.size >= want && (e.size & (e.size - 1)) == 0;
			right = right && (e.size == PAGE || e.size < 2 * want);
			spill_release(s, &e);
		}
	ok(right, "a block is the next power of two that is no smaller than what was wanted");
	spill_free(s);
}

static void
test_write(void)
{
	struct spill *s = spill_new(directory);
	struct block b = {.first = 7};
	size_t done;

	spill_alloc(s, PAGE, &b.extent);
	is_int(write_block(&b, 1000, &done), 0, "bytes are written");
	is_int(done, 1000, "all of them");
	is_int(write_block(&b, PAGE, &done), 0, "more than fits is no error");
	is_int(done, PAGE - 1000, "what fits is written");
	is_int(write_block(&b, 1, &done), 0, "nor is it an error where nothing fits");
	is_int(done, 0, "then nothing is written");
	ok(is_intact(&b), "the bytes are in the file");
	spill_release(s, &b.extent);
	spill_free(s);
}

static void
test_reuse(void)
{
	struct spill *s = spill_new(directory);
	struct extent e[BLOCKS];
	struct block last = {0};
	size_t done;
	off_t size;

	for (int i = 0; i < BLOCKS; i++)
		spill_alloc(s, PAGE << (i % 3), &e[i]);
	spill_alloc(s, PAGE, &last.extent);
	write_block(&last, PAGE, &done);
	size = file_size(s);
	for (int round = 0; round < 100; round++) {
		for (int i = 0; i < BLOCKS; i++)
			spill_release(s, &e[i]);
		for (int i = BLOCKS - 1; i >= 0; i--)
			spill_alloc(s, PAGE << (i % 3), &e[i]);
	}
	is_int(file_size(s), size, "blocks that were given back are used again");
	ok(is_intact(&last), "and no other block is touched");
	for (int i = 0; i < BLOCKS; i++)
		spill_release(s, &e[i]);
	ok(file_size(s) > 0, "the file stays while a block is in use");
	spill_release(s, &last.extent);
	is_int(file_size(s), 0, "the last block that is given back leaves an empty file");
	spill_alloc(s, PAGE, &last.extent);
	is_int(last.extent.offset, 0, "which is filled from its start again");
	spill_release(s, &last.extent);
	spill_free(s);
}

static void
test_space_of_large_blocks(void)
{
	struct spill *s = spill_new(directory);
	struct block large = {0}, small = {0};
	struct stat before, after;
	size_t done;

	spill_alloc(s, PAGE, &small.extent);
	spill_alloc(s, 4 << 20, &large.extent);
	write_block(&small, PAGE, &done);
	write_block(&large, 4 << 20, &done);
	fsync(spill_fd(s));
	fstat(spill_fd(s), &before);
	spill_release(s, &large.extent);
	fstat(spill_fd(s), &after);
	if (after.st_blocks < before.st_blocks)
		ok(after.st_blocks <= before.st_blocks - 4096,
		    "a large block's space is free at once");
	else
		skip("the file system can't give back space from the middle of a file");
	ok(is_intact(&small), "a small one beside it keeps its bytes");
	spill_release(s, &small.extent);
	spill_free(s);
}

/* Blocks that come, are filled and go; each keeps its own bytes. Returns whether all was well. */
static bool
come_and_go(struct spill *s, uint64_t seed)
{
	struct block blocks[BLOCKS] = {{{0}, 0, false}};
	uint64_t state = seed;
	bool right = true;
	size_t done;

	for (int step = 0; step < STEPS && right; step++) {
		struct block *b = &blocks[random_below(&state, BLOCKS)];

		if (!b->used) {
			b->used = true;
			b->first = state;
			right = spill_alloc(s, 1 + random_below(&state, 5 * PAGE), &b->extent) == 0;
		} else if (random_below(&state, 2)) {
			right = write_block(b, random_below(&state, 2 * PAGE), &done) == 0;
		} else {
			right = is_intact(b);
			spill_release(s, &b->extent);
			b->used = false;
		}
	}
	for (int i = 0; i < BLOCKS; i++)
		if (blocks[i].used) {
			right = right && is_intact(&blocks[i]);
			spill_release(s, &blocks[i].extent);
		}
	return right;
}

struct visitor {
	pthread_t thread;
	struct spill *spill;
	uint64_t seed;
	bool right;
};

static void *
visit(void *arg)
{
	struct visitor *v = arg;

	v->right = come_and_go(v->spill, v->seed);
	return NULL;
}

static void
test_threads(void)
{
	struct spill *s = spill_new(directory);
	struct visitor v[THREADS];
	bool right = true;

	ok(come_and_go(s, 1), "blocks that come and go never touch each other");
	is_int(file_size(s), 0, "and leave an empty file");
	for (unsigned i = 0; i < THREADS; i++) {
		v[i] = (struct visitor){.spill = s, .seed = i + 2};
		pthread_create(&v[i].thread, NULL, visit, &v[i]);
	}
	for (unsigned i = 0; i < THREADS; i++) {
		pthread_join(v[i].thread, NULL);
		right = right && v[i].right;
	}
	ok(right, "nor do they in several threads");
	is_int(file_size(s), 0, "which leave an empty file as well");
	spill_free(s);
}

static void
test_own_files(void)
{
	struct spill *s = spill_new(directory);
	struct block blocks[BLOCKS] = {{{0}, 0, false}}, shared = {.first = 5};
	bool right = true;
	size_t done;
	int n = 0, err;

	spill_alloc(s, PAGE, &shared.extent);
	write_block(&shared, 1000, &done);
	while (n < BLOCKS && (err = spill_alloc_own(s, &blocks[n].extent)) == 0) {
		blocks[n].first = (uint64_t)n * 1000;
		right = right && blocks[n].extent.fd != spill_fd(s) && blocks[n].extent.own;
		right = right && fcntl(blocks[n].extent.fd, F_GETFD) == FD_CLOEXEC;
		right = right && write_block(&blocks[n], THREE_PAGES, &done) == 0 &&
		        done == THREE_PAGES;
		n++;
	}
	ok(n > 0 && right, "a large output may have a file of its own, which takes what comes");
	is_int(err, EBUSY, "but not many may");
	for (int i = 0; i < n; i++) {
		right = right && is_intact(&blocks[i]);
		spill_release(s, &blocks[i].extent);
		right = right && fcntl(blocks[i].extent.fd, F_GETFD) < 0;
	}
	ok(right, "it is closed when it is given back");
	is_int(spill_alloc_own(s, &blocks[0].extent), 0, "and another may have one");
	ok(is_intact(&shared), "the shared file is not touched by that");
	spill_release(s, &blocks[0].extent);
	spill_release(s, &shared.extent);
	spill_free(s);
}

static void
test_no_directory(void)
{
	char path[64];
	struct spill *s;
	struct extent e;

	snprintf(path, sizeof(path), "%s/later", directory);
	s = spill_new(path);
	is_int(spill_alloc(s, 1, &e), ENOENT, "a directory that is not there is told");
	is_int(spill_alloc(s, 1, &e), ENOENT, "each time");
	mkdir(path, 0700);
	is_int(spill_alloc(s, 1, &e), 0, "and is used as soon as it is there");
	spill_release(s, &e);
	spill_free(s);
	rmdir(path);
}

static void
test_file_limit(void)
{
	struct spill *s = spill_new(directory);
	struct block b = {.first = 99};
	size_t first, second;
	int err;

	spill_alloc(s, FOUR_PAGES, &b.extent);
	limit_files(10000);
	err = write_block(&b, FOUR_PAGES, &first);
	limit_files(RLIM_INFINITY);
	is_int(err, EFBIG, "a file that may not grow is told");
	is_int(first, 10000, "what was written before is counted");
	is_int(b.extent.end, 10000, "and belongs to the block");
	is_int(write_block(&b, FOUR_PAGES, &second), 0, "the rest can follow when there is room");
	ok(second == FOUR_PAGES - first && is_intact(&b), "without a hole");
	spill_release(s, &b.extent);
	spill_free(s);
}

static void *
alloc_in_thread(void *arg)
{
	struct extent e;
	int *err = arg;
	struct spill *s = spill_new(directory);

	if ((*err = spill_alloc(s, 1, &e)) == 0)
		spill_release(s, &e);
	spill_free(s);
	return NULL;
}

/*
 * Whether the thread or the limit comes first does not matter: descriptors are short for a moment
 * only.
 */
static void
test_no_descriptors(void)
{
	struct rlimit saved;
	pthread_t thread;
	int err = -1;

	limit_descriptors(&saved, 3);
	pthread_create(&thread, NULL, alloc_in_thread, &err);
	usleep(1000);
	restore_descriptors(&saved);
	pthread_join(thread, NULL);
	is_int(err, 0, "descriptors that are short for a moment are waited for");
}

int
main(void)
{
	signal(SIGXFSZ, SIG_IGN);
	if (mkdtemp(directory) == NULL)
		return 1;
	test_file();
	test_sizes();
	test_write();
	test_reuse();
	test_space_of_large_blocks();
	test_threads();
	test_own_files();
	test_no_directory();
	test_file_limit();
	test_no_descriptors();
	ok(rmdir(directory) == 0, "nothing is left in the directory");
	return done_testing();
}
