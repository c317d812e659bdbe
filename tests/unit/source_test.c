#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/os.h"
#include "input/source.h"
#include "splitting.h"
#include "tap.h"

static char directory[] = "/tmp/source_test.XXXXXX";
static char file_path[64];
static char fifo_path[64];

static void
put_file(const char *data, size_t len)
{
	int fd = open(file_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || write(fd, data, len) != (ssize_t)len || close(fd) != 0) {
		perror(file_path);
		exit(1);
	}
}

static void
put_text(const char *text)
{
	put_file(text, strlen(text));
}

/* Standard input becomes the reading end of a new pipe; returns the writing end. */
static int
pipe_to_stdin(int flags)
{
	int p[2];

	if (pipe2(p, flags | O_CLOEXEC) != 0 || dup2(p[0], STDIN_FILENO) < 0)
		exit(1);
	close(p[0]);
	return p[1];
}

static void
say(int fd, const char *text)
{
	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		exit(1);
}

static struct source_spec
spec_of(const char *path, const char *delimiter)
{
	return (struct source_spec){
	    .path = path, .delimiter = delimiter, .delimiter_len = strlen(delimiter)};
}

/* All items as "[a][bc]<N>END": <N> is one too long, END the last status. */
static const char *
drain(struct source *s)
{
	static struct buf text;
	struct item item;
	enum source_status status;

	buf_reset(&text);
	while ((status = source_next(s, &item)) == SOURCE_ITEM) {
		if (item.too_long)
			buf_printf(&text, "<%llu>", (unsigned long long)item.too_long);
		else
			buf_printf(&text, "[%.*s]", (int)item.len, item.text);
		if (!item.ends_line)
			buf_puts(&text, "...");
	}
	if (status == SOURCE_ERROR)
		buf_puts(&text, source_error(s));
	else
		buf_puts(&text, status == SOURCE_END ? "END" : "STOPPED");
	return buf_string(&text);
}

static const char *
items(const struct source_spec *spec)
{
	struct source *s;
	const char *text;

	if (source_open(&s, spec, -1) != 0)
		return "not opened";
	text = drain(s);
	source_free(s);
	return text;
}

/* The same by the plainest means there are. */
static const char *
plain_items(const char *data, const char *delimiter)
{
	static struct buf text;
	const char *found;

	buf_reset(&text);
	while ((found = strstr(data, delimiter)) != NULL) {
		buf_printf(&text, "[%.*s]", (int)(found - data), data);
		data = found + strlen(delimiter);
	}
	if (*data)
		buf_printf(&text, "[%s]", data);
	buf_puts(&text, "END");
	return buf_string(&text);
}

/* All texts of up to 7 bytes out of three, by blocks of 1 to 5, from a pipe. */
static void
test_all_small_inputs(const char *delimiter)
{
	static const char alphabet[] = "ab\n";
	struct source_spec spec = spec_of("-", delimiter);
	unsigned wrong = 0;
	size_t len;

	for (len = 0; len <= 7; len++) {
		unsigned all = 1;
		unsigned n;
		size_t i;

		for (i = 0; i < len; i++)
			all *= 3;
		for (n = 0; n < all; n++) {
			char data[8] = {0};
			unsigned rest = n;
			int fd;

			for (i = 0; i < len; i++, rest /= 3)
				data[i] = alphabet[rest % 3];
			spec.block_bytes = n % 5 + 1;
			fd = pipe_to_stdin(0);
			say(fd, data);
			close(fd);
			wrong += strcmp(items(&spec), plain_items(data, delimiter)) != 0;
		}
	}
	is_int(wrong, 0, "every small input is split as by hand at '%s'",
	    *delimiter == '\n' ? "\\n" : delimiter);
}

static bool
has_open_quote(const char *text)
{
	bool is_open = false;

	for (; *text; text++)
		is_open ^= *text == '"';
	return is_open;
}

/*
 * All texts of up to 6 bytes of the alphabet, by blocks of 1 to 5, from a file that is standard
 * input: the items, and where it stands behind each.
 */
static void
test_all_small_files(struct source_spec spec, const char *alphabet, const char *what)
{
	const unsigned letters = (unsigned)strlen(alphabet);
	int fd = open(file_path, O_RDWR | O_CREAT, 0600);
	struct buf want = {0};
	struct buf got = {0};
	unsigned wrong = 0;
	unsigned all = 1;
	size_t len;

	dup2(fd, STDIN_FILENO);
	close(fd);
	spec.path = "-";
	for (len = 0; len <= 6; len++, all *= letters) {
		unsigned n;

		for (n = 0; n < all; n++) {
			char data[8] = {0};
			unsigned rest = n;
			const char *why;
			size_t i;

			for (i = 0; i < len; i++, rest /= letters)
				data[i] = alphabet[rest % letters];
			if (spec.split == SPLIT_CSV && has_open_quote(data))
				continue;
			if (ftruncate(STDIN_FILENO, 0) != 0 ||
			    pwrite(STDIN_FILENO, data, len, 0) != (ssize_t)len)
				exit(1);
			spec.block_bytes = n % 5 + 1;
			split_by_hand(&want, &spec, data, len);
			why = split_standard_input(&got, &spec);
			if (!why && strcmp(got.data, want.data) != 0)
				why = "not as by hand";
			if (why && wrong++ == 0)
				printf("# %s:\n# got  %s\n# want %s\n", why, got.data, want.data);
		}
	}
	is_int(wrong, 0, "%s, as by hand, and standard input is where it should be", what);
	buf_free(&want);
	buf_free(&got);
}

static void
test_all_small_files_in_all_ways(void)
{
	test_all_small_files(spec_of("-", "\n"), "ab\n", "every small file is split");
	test_all_small_files(spec_of("-", "aab"), "ab\n", "and at three bytes");
	test_all_small_files(
	    (struct source_spec){.delimiter = "\n", .delimiter_len = 1, .continued = true},
	    "a \n\t", "lines that end in a blank are joined");
	test_all_small_files((struct source_spec){.delimiter = "\n",
				 .delimiter_len = 1,
				 .continued = true,
				 .skip_blank = true,
				 .end = "a"},
	    "ab \n", "also when blank ones are passed over, up to the end mark");
	test_all_small_files((struct source_spec){.delimiter = "\n",
				 .delimiter_len = 1,
				 .skip_first = true,
				 .skip_empty = true,
				 .end = "a"},
	    "ab\n", "the first line and empty ones are passed over, up to the end mark");
	test_all_small_files(
	    (struct source_spec){.delimiter = "\n", .delimiter_len = 1, .split = SPLIT_CSV},
	    "a\"\n\r", "newlines in quotes are data of CSV");
}

static void
test_ends(void)
{
	static const struct {
		const char *data;
		const char *want;
	} cases[] = {
	    {"", "END"},
	    {"a", "[a]END"},
	    {"a\n", "[a]END"},
	    {"a\n\n", "[a][]END"},
	    {"\n", "[]END"},
	    {"\na", "[][a]END"},
	    {"a\r\nb\r\n", "[a\r][b\r]END"},
	};
	struct source_spec spec = spec_of(file_path, "\n");
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		put_file(cases[i].data, strlen(cases[i].data));
		is_str(items(&spec), cases[i].want, "the end of input %zu", i);
	}
}

static void
test_passing_over(void)
{
	struct source_spec spec = spec_of(file_path, "\n");

	put_file("\na\n \t\n\nb\n \n", 11);
	is_str(items(&spec), "[][a][ \t][][b][ ]END", "nothing is passed over unasked");
	spec.skip_empty = true;
	is_str(items(&spec), "[a][ \t][b][ ]END", "empty items can be passed over");
	spec.skip_empty = false;
	spec.skip_blank = true;
	is_str(items(&spec), "[a][b]END", "blank items can be passed over");
	spec.delimiter = "\0";
	put_file("a\0\n\0\0b\n", 7);
	is_str(items(&spec), "[a][b\n]END", "a newline is a blank where it is no delimiter");
}

static void
test_nul(void)
{
	struct source_spec spec = spec_of(file_path, "\n");
	struct buf want = {0};
	struct source *s;
	size_t block;

	put_file("a\n\nb\0c\nd\n", 9);
	buf_printf(&want, "[a][]line 3 of %s holds a NUL byte; use -0", file_path);
	for (block = 0; block < 6; block++) {
		spec.block_bytes = block;
		is_str(items(&spec), buf_string(&want), "a NUL is refused, block %zu", block);
	}
	source_open(&s, &spec, -1);
	drain(s);
	is_str(drain(s), want.data + strlen("[a][]"), "an error is final");
	source_free(s);
	put_file("a\nb\0", 4);
	buf_reset(&want);
	buf_printf(&want, "[a]line 2 of %s holds a NUL byte; use -0", file_path);
	is_str(items(&spec), buf_string(&want), "a NUL at the very end is refused");
	spec = spec_of(file_path, ",");
	put_file("a,b,\0", 5);
	buf_reset(&want);
	buf_printf(&want, "[a][b]record 3 of %s holds a NUL byte; use -0", file_path);
	is_str(items(&spec), buf_string(&want), "a line is called a record where it is none");
	spec = spec_of("/dev/zero", "\n");
	is_str(items(&spec), "line 1 of /dev/zero holds a NUL byte; use -0",
	    "endless NULs are refused");
	buf_free(&want);
}

static void
test_nul_in_the_delimiter(void)
{
	struct source_spec spec = {.path = file_path, .delimiter = "\0", .delimiter_len = 1};
	size_t block;

	put_file("a\0\0b\nc\0d", 8);
	is_str(items(&spec), "[a][][b\nc][d]END", "items that end in a NUL");
	spec.delimiter = "\0\n";
	spec.delimiter_len = 2;
	put_file("a\0\nb\0\n\nc\0\n", 10);
	for (block = 1; block < 5; block++) {
		spec.block_bytes = block;
		is_str(items(&spec), "[a][b][\nc]END",
		    "items that end in NUL and newline, block %zu", block);
	}
	put_file("a\0\nb\0c\0\nd\0", 10);
	for (block = 1; block < 5; block++) {
		spec.block_bytes = block;
		ok(strstr(items(&spec), "[a]record 2 of ") != NULL,
		    "but not in a NUL alone, block %zu", block);
	}
}

/* An item of len bytes between two others, at the end of the input or not. */
static void
check_long(size_t len, const char *delimiter, bool last, size_t block)
{
	struct source_spec spec = spec_of(file_path, delimiter);
	struct buf data = {0};
	struct source *s;
	struct item item = {0};
	enum source_status status;
	bool right;

	buf_printf(&data, "x%s", delimiter);
	buf_reserve(&data, len);
	memset(data.data + data.len, 'a', len);
	data.len += len;
	if (!last)
		buf_printf(&data, "%sy%s", delimiter, delimiter);
	put_file(data.data, data.len);
	spec.block_bytes = block;
	source_open(&s, &spec, -1);
	status = source_next(s, &item);
	right = status == SOURCE_ITEM && item.len == 1 && *item.text == 'x';
	status = source_next(s, &item);
	if (len <= os_max_argument())
		right = right && status == SOURCE_ITEM && item.too_long == 0 && item.len == len &&
		        memcmp(item.text, data.data + 1 + strlen(delimiter), len) == 0;
	else
		right = right && status == SOURCE_ITEM && item.too_long == len && item.len == 0;
	right = right && strcmp(drain(s), last ? "END" : "[y]END") == 0;
	ok(right, "an item of %zu bytes, %s, delimiter of %zu, block %zu", len,
	    last ? "last" : "not last", strlen(delimiter), block);
	source_free(s);
	buf_free(&data);
}

static void
test_long_items(void)
{
	static const char *const delimiters[] = {"\n", "ab", "aab"};
	const size_t max = os_max_argument();
	size_t blocks[] = {0, 4096, max - 1, max, max + 1, 3 * max};
	size_t i;
	size_t k;
	size_t d;

	for (i = 0; i < 6; i++) {
		for (k = 0; k < 3; k++) {
			check_long(max - 1 + k, "\n", i % 2 == 0, blocks[i]);
			check_long(max - 1 + k, "\n", i % 2 == 1, blocks[i]);
			check_long(max - 1 + k, "--", i % 2 == 1, blocks[i]);
		}
	}
	for (d = 0; d < 3; d++)
		check_long(5 * max + 17, d == 0 ? delimiters[0] : "---", d == 1, 1000 * d);
}

/* 'a' repeated, up to a delimiter that begins like what goes before it. */
static void
test_long_item_that_resembles_its_delimiter(void)
{
	const size_t len = 2 * os_max_argument();
	struct source_spec spec = spec_of(file_path, "aab");
	struct buf data = {0};
	struct buf want = {0};
	size_t block;

	buf_reserve(&data, len + 4);
	memset(data.data, 'a', len);
	data.len = len;
	buf_puts(&data, "aabz");
	put_file(data.data, data.len);
	buf_printf(&want, "<%zu>[z]END", len);
	for (block = 0; block < 3; block++) {
		spec.block_bytes = 4096 + block;
		is_str(items(&spec), buf_string(&want), "a long item of parts of its delimiter");
	}
	buf_free(&data);
	buf_free(&want);
}

static void *
write_long_line(void *arg)
{
	static char block[65536];
	int fd = *(int *)arg;
	int i;

	memset(block, 'a', sizeof(block));
	for (i = 0; i < 1024; i++)
		if (write(fd, block, sizeof(block)) != (ssize_t)sizeof(block))
			break;
	say(fd, "\nnext\n");
	close(fd);
	return NULL;
}

static void
test_memory_stays_flat(void)
{
	struct source_spec spec = spec_of("-", "\n");
	struct rusage before;
	struct rusage after;
	pthread_t writer;
	int fd = pipe_to_stdin(0);

	pthread_create(&writer, NULL, write_long_line, &fd);
	getrusage(RUSAGE_SELF, &before);
	is_str(items(&spec), "<67108864>[next]END", "a line of 64 MiB is read past");
	getrusage(RUSAGE_SELF, &after);
	pthread_join(writer, NULL);
	ok(after.ru_maxrss - before.ru_maxrss < 8192, "and not kept in memory");
}

static const char *
next_value(struct source *s)
{
	static char text[64];
	struct item item;

	if (source_next(s, &item) != SOURCE_ITEM)
		return NULL;
	snprintf(text, sizeof(text), "%.*s", (int)item.len, item.text);
	return text;
}

/* One thread: whatever blocked here would block for ever. */
static void
test_no_waiting(int flags)
{
	struct source_spec spec = spec_of("-", "\n");
	struct source *s;
	struct item item;
	char byte;
	int stop[2];
	int fd = pipe_to_stdin(flags);

	if (pipe(stop) != 0)
		return;
	source_open(&s, &spec, stop[0]);
	ok(!source_ready(s), "nothing is ready before it was read");
	say(fd, "one\ntwo\nth");
	is_str(next_value(s), "one", "an item is there as soon as it is complete");
	ok(source_ready(s), "and the next, which was read with it, is ready");
	is_str(next_value(s), "two", "so is the next, while input pauses in the middle of a third");
	ok(!source_ready(s), "which is not ready");
	say(stop[1], "x");
	is_int(
	    source_next(s, &item), SOURCE_STOPPED, "waiting for the third ends when it is told to");
	ok(read(stop[0], &byte, 1) == 1, "what told it is left to its owner");
	say(fd, "ree\n");
	is_str(next_value(s), "three", "and goes on where it was");
	say(fd, "no newline");
	close(fd);
	is_str(next_value(s), "no newline", "the last item needs no delimiter");
	is_int(source_next(s, &item), SOURCE_END, "then the input is at its end");
	is_int(source_next(s, &item), SOURCE_END, "and stays there");
	source_free(s);
	ok(fcntl(STDIN_FILENO, F_GETFD) >= 0, "standard input is not closed");
	close(stop[0]);
	close(stop[1]);
}

/* Whether it is known to hold one item at most, and what it holds. */
static const char *
looked_at(const struct source_spec *spec)
{
	static struct buf text;
	struct source *s;
	bool one;

	buf_reset(&text);
	if (source_open(&s, spec, -1) != 0)
		return "not opened";
	one = source_holds_one(s);
	buf_printf(&text, "%s: %s", one ? "one" : "more", drain(s));
	source_free(s);
	return buf_string(&text);
}

static void
test_holding_one(void)
{
	static char a[] = "a", words[] = "b c";
	static char *const list[] = {a, words};
	struct source_spec spec = spec_of(file_path, "\n");
	struct source *s;
	int fd;

	put_text("a line\n");
	is_str(looked_at(&spec), "one: [a line]END", "a file of one line");
	put_text("a line");
	is_str(looked_at(&spec), "one: [a line]END", "that needs no newline");
	put_text("");
	is_str(looked_at(&spec), "one: END", "and may be missing");
	put_text("a\nb");
	is_str(looked_at(&spec), "more: [a][b]END", "a file of two");
	spec.block_bytes = 2;
	put_text("a line\n");
	is_str(looked_at(&spec), "more: [a line]END", "no more than a block is looked at");
	spec = spec_of("-", "\n");
	fd = pipe_to_stdin(0);
	source_open(&s, &spec, -1);
	ok(!source_holds_one(s), "a pipe that nothing has come from is not waited for,");
	say(fd, "one\n");
	ok(!source_holds_one(s), "nor one from which more may come");
	say(fd, "t");
	ok(!source_holds_one(s), "nor read on, when an item is there");
	is_str(next_value(s), "one", "which does not wait for more");
	ok(!source_holds_one(s), "the beginning of one is read,");
	say(fd, "wo\n");
	close(fd);
	ok(source_holds_one(s), "and when it has ended");
	is_str(drain(s), "[two]END", "nothing is lost");
	ok(source_holds_one(s), "an input that is at its end holds no more");
	source_free(s);
	spec =
	    (struct source_spec){.list = list, .list_len = 2, .delimiter = " ", .delimiter_len = 1};
	is_str(looked_at(&spec), "more: [a][b c]END", "a list of two");
	spec.list_len = 1;
	is_str(looked_at(&spec), "one: [a]END", "and of one,");
	spec.list++;
	spec.split_list = true;
	is_str(looked_at(&spec), "more: [b][c]END", "which may become two");
	spec = spec_of(file_path, " ");
	spec.split = SPLIT_WORDS;
	put_text("one");
	is_str(looked_at(&spec), "more: [one]END", "of words it is not known");
}

static void *
write_bytes(void *arg)
{
	static const char text[] = "a long first line\n\nsecond\nthe last";
	int fd = *(int *)arg;
	size_t i;

	for (i = 0; text[i]; i++)
		if (write(fd, text + i, 1) != 1)
			break;
	close(fd);
	return NULL;
}

static void
test_single_bytes(int flags)
{
	struct source_spec spec = spec_of("-", "\n");
	pthread_t writer;
	int fd = pipe_to_stdin(flags);

	fcntl(fd, F_SETFL, 0);
	pthread_create(&writer, NULL, write_bytes, &fd);
	is_str(items(&spec), "[a long first line][][second][the last]END", "input byte by byte, %s",
	    flags ? "non-blocking" : "blocking");
	pthread_join(writer, NULL);
}

static void *
write_fifo(void *arg)
{
	int fd = open(fifo_path, O_WRONLY);

	say(fd, "through\na\nfifo");
	close(fd);
	return arg;
}

static void
test_fifo(void)
{
	struct source_spec spec = spec_of(fifo_path, "\n");
	pthread_t writer;

	pthread_create(&writer, NULL, write_fifo, NULL);
	is_str(items(&spec), "[through][a][fifo]END", "a FIFO is read by its name");
	pthread_join(writer, NULL);
}

static void
test_open_errors(void)
{
	struct source_spec spec = spec_of(directory, "\n");
	struct source *s = (struct source *)&spec;
	int saved = dup(STDIN_FILENO);
	int fd;

	is_int(source_open(&s, &spec, -1), EISDIR, "a directory is an error");
	ok(s == NULL, "that leaves no source");
	spec.path = "/nonexistent";
	is_int(source_open(&s, &spec, -1), ENOENT, "so is a file that is not there");
	spec.path = "-";
	fd = open(directory, O_RDONLY);
	dup2(fd, STDIN_FILENO);
	is_int(source_open(&s, &spec, -1), EISDIR, "and a directory as standard input");
	close(STDIN_FILENO);
	is_int(source_open(&s, &spec, -1), EBADF, "and a standard input that is closed");
	dup2(saved, STDIN_FILENO);
	close(saved);
	is_int(dup(fd), saved, "none of them leaves a descriptor open");
	close(saved);
	close(fd);
}

static void
test_read_errors(void)
{
	struct source_spec spec = spec_of("/proc/self/mem", "\n");
	struct buf want = {0};
	int fd = open(spec.path, O_RDONLY);

	if (fd < 0) {
		skip("no /proc/self/mem, which can be opened and not read");
		return;
	}
	buf_printf(&want, "cannot read %s: %s", spec.path, strerror(EIO));
	is_str(items(&spec), buf_string(&want), "a read error is no end of input");
	buf_reset(&want);
	buf_printf(&want, "more: cannot read %s: %s", spec.path, strerror(EIO));
	is_str(looked_at(&spec), buf_string(&want), "nor is it forgotten");
	buf_reset(&want);
	buf_printf(&want, "cannot read standard input: %s", strerror(EIO));
	spec.path = "-";
	dup2(fd, STDIN_FILENO);
	is_str(items(&spec), buf_string(&want), "standard input is called by its name");
	buf_free(&want);
	close(fd);
}

static void
test_close_on_exec(void)
{
	struct source_spec spec = spec_of(file_path, "\n");
	struct source *s;
	int fd = dup(STDIN_FILENO);

	close(fd);
	source_open(&s, &spec, -1);
	is_int(fcntl(fd, F_GETFD), FD_CLOEXEC, "an opened file is close-on-exec");
	source_free(s);
	is_int(fcntl(fd, F_GETFD), -1, "and closed with the source");
}

static void
test_lists(void)
{
	static const char *const values[] = {"a,b", "", "c\nd", ",", "e,", " ", ",,f"};
	struct source_spec spec = spec_of(NULL, ",");
	struct buf value = {0};
	char *one[1];

	spec.list = (char *const *)values;
	is_str(items(&spec), "END", "an empty list is at its end");
	spec.list_len = sizeof(values) / sizeof(values[0]);
	is_str(items(&spec), "[a,b][][c\nd][,][e,][ ][,,f]END", "values are items as they are");
	spec.skip_empty = true;
	is_str(items(&spec), "[a,b][c\nd][,][e,][ ][,,f]END", "empty ones can be passed over");
	spec.skip_blank = true;
	is_str(items(&spec), "[a,b][c\nd][,][e,][,,f]END", "so can blank ones");
	spec.skip_empty = spec.skip_blank = false;
	spec.split_list = true;
	is_str(items(&spec), "[a][b][][c\nd][][e][ ][][][f]END", "they can be split like a file");
	spec.split_list = false;
	buf_reserve(&value, os_max_argument() + 2);
	memset(value.data, 'a', os_max_argument() + 1);
	value.len = os_max_argument() + 1;
	one[0] = buf_string(&value);
	spec.list = one;
	spec.list_len = 1;
	ok(items(&spec)[0] == '<', "a value may be too long");
	value.data[os_max_argument()] = '\0';
	ok(items(&spec)[0] == '[', "but not by as many as an argument can have");
	buf_free(&value);
}

/* What of GNU parallel's -E, -L and --skip-first-line counts for lists as well. */
static void
test_options_of_lists(void)
{
	static const char *const values[] = {"head", "a ", "", "b", "c\t", "END", "d"};
	struct source_spec spec = spec_of(NULL, ",");

	spec.list = (char *const *)values;
	spec.list_len = 7;
	spec.end = "END";
	is_str(items(&spec), "[head][a ][][b][c\t]END", "a list may have an end mark");
	spec.continued = true;
	is_str(items(&spec), "[head][a b][c\t]END", "its values can be joined at a blank");
	spec.skip_first = true;
	is_str(items(&spec), "[a b][c\t]END", "its first value can be skipped");
}

static void
test_joining(void)
{
	struct source_spec spec = spec_of(file_path, "\n");
	const size_t max = os_max_argument();
	struct buf data = {0};
	struct buf want = {0};

	spec.continued = true;
	put_text("a \n b\t\n\nc\nd\r\ne\n");
	is_str(items(&spec), "[a  b\tc][d\re]END", "a line that ends in a blank goes on");
	put_text("a\n ");
	is_str(items(&spec), "[a][ ]END", "or is complete with the input");
	buf_reserve(&data, max + 8);
	memset(data.data, 'a', max - 1);
	memcpy(data.data + max - 1, " \nb\nc\n", 6);
	put_file(data.data, max + 5);
	buf_printf(&want, "<%zu>[c]END", max + 1);
	is_str(items(&spec), buf_string(&want), "what is too long only together is too long");
	buf_free(&data);
	buf_free(&want);
}

static void
test_csv(void)
{
	struct source_spec spec = spec_of(file_path, "\n");
	struct buf want = {0};

	spec.split = SPLIT_CSV;
	put_text("a,\"b\n\"\"c\",d\r\n\"e\"\n\"\n");
	is_str(items(&spec), "[a,\"b\n\"\"c\",d][\"e\"][\"]END",
	    "CSV keeps its quotes, and newlines in them");
	put_text("a,\"b\nc\nd\n");
	buf_printf(&want, "%s: the quote in the record from line 1 on is not closed", file_path);
	is_str(items(&spec), buf_string(&want), "a quote that takes lines with it is an error");
	buf_reset(&want);
	put_file("\"a\nb\"\nc\0\n", 10);
	buf_printf(&want, "[\"a\nb\"]line 3 of %s holds a NUL byte; use -0", file_path);
	is_str(items(&spec), buf_string(&want), "newlines in quotes count as lines in messages");
	put_file("\"a\nb\0\"\nc\n", 10);
	buf_reset(&want);
	buf_printf(&want, "line 2 of %s holds a NUL byte; use -0", file_path);
	spec.block_bytes = 1;
	is_str(items(&spec), buf_string(&want), "also inside of the item that has the NUL");
	buf_free(&want);
}

static void
test_giving_back(void)
{
	struct source_spec spec = spec_of("-", "\n");
	int fd = open(file_path, O_RDWR);
	struct source *s;

	put_text("skipped\none\ntwo\nEND\nrest\n");
	dup2(fd, STDIN_FILENO);
	lseek(STDIN_FILENO, 8, SEEK_SET);
	spec.end = "END";
	source_open(&s, &spec, -1);
	is_int(source_offset(s), 8, "an input may begin in the middle of a file");
	is_str(next_value(s), "one", "and is read from there");
	is_int(source_offset(s), 12, "it stands behind the item");
	is_int(lseek(STDIN_FILENO, 0, SEEK_CUR), 25, "though more was read");
	source_give_back(s);
	is_int(lseek(STDIN_FILENO, 0, SEEK_CUR), 12, "which is given back when told");
	source_free(s);
	source_open(&s, &spec, -1);
	is_str(drain(s), "[two]END", "to whoever goes on");
	source_give_back(s);
	is_int(lseek(STDIN_FILENO, 0, SEEK_CUR), 20, "the end mark is not given back");
	source_free(s);
	spec.path = file_path;
	source_open(&s, &spec, -1);
	next_value(s);
	source_give_back(s);
	is_int(source_offset(s), -1, "a file that nobody else reads has no offset");
	is_int(lseek(STDIN_FILENO, 0, SEEK_CUR), 20, "and none is changed for it");
	source_free(s);
	close(fd);
	close(pipe_to_stdin(0));
	spec.path = "-";
	source_open(&s, &spec, -1);
	is_int(source_offset(s), -1, "nor has a pipe");
	source_give_back(s);
	source_free(s);
}

int
main(void)
{
	if (!mkdtemp(directory))
		return 1;
	snprintf(file_path, sizeof(file_path), "%s/list", directory);
	snprintf(fifo_path, sizeof(fifo_path), "%s/fifo", directory);
	if (mkfifo(fifo_path, 0600) != 0)
		return 1;
	test_memory_stays_flat(); /* first: the others raise the peak */
	test_all_small_inputs("\n");
	test_all_small_inputs("ab");
	test_all_small_inputs("aa");
	test_all_small_inputs("aba");
	test_all_small_files_in_all_ways();
	test_ends();
	test_passing_over();
	test_nul();
	test_nul_in_the_delimiter();
	test_long_items();
	test_long_item_that_resembles_its_delimiter();
	test_no_waiting(0);
	test_no_waiting(O_NONBLOCK);
	test_holding_one();
	test_single_bytes(0);
	test_single_bytes(O_NONBLOCK);
	test_fifo();
	test_open_errors();
	test_read_errors();
	test_close_on_exec();
	test_lists();
	test_options_of_lists();
	test_joining();
	test_csv();
	test_giving_back();
	unlink(file_path);
	unlink(fifo_path);
	rmdir(directory);
	return done_testing();
}
