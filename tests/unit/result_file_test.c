/*
 * How the files of results are named and made.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output/result_file.h"
#include "tap.h"

static char directory[] = "/tmp/result_file_test.XXXXXX";

static void
test_quotes(void)
{
	static const struct {
		const char *value;
		size_t max;
		const char *wanted;
	} cases[] = {
	    {"", 255, ""},
	    {"plain value", 255, "plain value"},
	    {"a/b", 255, "a\\_b"},
	    {"/", 255, "\\_"},
	    {"a\tb", 255, "a\\tb"},
	    {"a\\b", 255, "a\\\\b"},
	    {"\\/\t", 255, "\\\\\\_\\t"},
	    {"..", 255, ".."},
	    {"\xff\n*", 255, "\xff\n*"},
	    {"12345678", 8, "12345678"},
	    {"123456789", 8, "12345678"},
	    {"1234567/", 8, "1234567\\"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf out = {0};

		buf_puts(&out, "before/");
		is_int(result_file_quote(&out, cases[i].value, cases[i].max), 0, "quoted");
		is_str(buf_string(&out) + 7, cases[i].wanted, "value %zu of at most %zu bytes", i,
		    cases[i].max);
		buf_free(&out);
	}
}

static void
test_order(void)
{
	static const char *const sorted[] = {"-1", "a", "b", "1", "2", "2a", "10", "11b"};
	const size_t n = sizeof(sorted) / sizeof(sorted[0]);

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < n; k++) {
			const int got = result_file_compare(sorted[i], sorted[k]);

			is_int((got > 0) - (got < 0), (i > k) - (i < k), "%s and %s", sorted[i],
			    sorted[k]);
		}
}

static char *
path_of(const char *name)
{
	static char path[200];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return path;
}

static void
test_files(void)
{
	struct stat before, after;
	bool replaced;
	int one, two, three;

	is_int(result_file_open(path_of("a/b//c"), &one, &replaced), 0, "directories are made");
	ok(!replaced, "it is a new file");
	ok((fcntl(one, F_GETFD) & FD_CLOEXEC) != 0, "which no job inherits");
	is_int(result_file_open(path_of("a/b/c"), &two, &replaced), 0, "a file that is there");
	ok(replaced, "is replaced");
	ok(fstat(one, &before) == 0 && fstat(two, &after) == 0 && before.st_ino != after.st_ino,
	    "by another one");
	is_int(before.st_nlink, 0, "and the old one has no name any more");
	is_int(write(two, "123", 3), 3, "written");
	is_int(result_file_reopen(path_of("a/b/c"), true, &three), 0, "opened again");
	is_int(lseek(three, 0, SEEK_END), 3, "as it is");
	close(three);
	is_int(result_file_reopen(path_of("a/b/c"), false, &three), 0, "or");
	is_int(lseek(three, 0, SEEK_END), 0, "empty");
	close(one);
	close(two);
	close(three);
	is_int(result_file_reopen(path_of("x"), true, &one), ENOENT, "when it is there");
	is_int(result_file_open(path_of("a/b"), &one, &replaced), EISDIR, "no directory");
	is_int(result_file_open(path_of("a/b/c/d"), &one, &replaced), ENOTDIR, "nor below a file");
	is_int(mkfifo(path_of("fifo"), 0600), 0, "what is no regular file");
	is_int(result_file_open(path_of("fifo"), &one, &replaced), 0, "is opened without waiting");
	ok(!replaced && stat(path_of("fifo"), &after) == 0 && S_ISFIFO(after.st_mode),
	    "and not replaced");
	close(one);
}

static void
test_temporary(void)
{
	struct buf one = {0}, two = {0};
	struct stat st;
	int fds[2];

	is_int(result_file_open_temporary(directory, &one, &fds[0]), 0, "a temporary file");
	is_int(result_file_open_temporary(directory, &two, &fds[1]), 0, "another one");
	ok(strcmp(buf_string(&one), buf_string(&two)) != 0, "they have names of their own");
	is_int(
	    strlen(one.data), strlen(directory) + strlen("/parXXXXXX.par"), "like parXXXXXX.par");
	is_str(one.data + one.len - 4, ".par", "to the end");
	is_int(fstat(fds[0], &st) == 0 ? st.st_mode & 0777 : 0, 0600, "only for its owner");
	ok((fcntl(fds[0], F_GETFD) & FD_CLOEXEC) != 0, "which no job inherits");
	close(fds[0]);
	close(fds[1]);
	buf_reset(&one);
	is_int(result_file_open_temporary("/nonexistent", &one, &fds[0]), ENOENT,
	    "where there is no such directory there is no file");
	buf_free(&one);
	buf_free(&two);
}

int
main(void)
{
	char command[64];

	if (mkdtemp(directory) == NULL)
		return 1;
	test_quotes();
	test_order();
	test_files();
	test_temporary();
	snprintf(command, sizeof(command), "rm -r %s", directory);
	is_int(system(command), 0, "cleaned up");
	return done_testing();
}
