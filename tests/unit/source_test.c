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

/* All records as "[a][bc]<N>END": <N> is one too long, END the last status. */
static const char *
drain(struct source *s)
{
	static struct buf text;
	struct record *r;
	enum source_status status;

	buf_reset(&text);
	while ((status = source_next(s, &r)) == SOURCE_RECORD) {
		if (r->too_long)
			buf_printf(&text, "<%llu>", (unsigned long long)r->too_long);
		else
			buf_printf(&text, "[%s]", record_value(r, 0));
		free(r);
	}
	if (status == SOURCE_ERROR)
		buf_puts(&text, source_error(s));
	else
		buf_puts(&text, status == SOURCE_END ? "END" : "STOPPED");
	return buf_string(&text);
}

static const char *
records(const struct source_spec *spec)
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
plain_records(const char *data, const char *delimiter)
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

/* All texts of up to 7 bytes out of three, by blocks of 1 to 5, from a file and from a pipe. */
static void
test_all_small_inputs(const char *delimiter)
{
	static const char alphabet[] = "ab\n";
	struct source_spec spec = spec_of(file_path, delimiter);
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
			spec.path = file_path;
			put_file(data, len);
			wrong += strcmp(records(&spec), plain_records(data, delimiter)) != 0;
			spec.path = "-";
			fd = pipe_to_stdin(0);
			say(fd, data);
			close(fd);
			wrong += strcmp(records(&spec), plain_records(data, delimiter)) != 0;
		}
	}
	is_int(wrong, 0, "every small input is split as by hand at '%s'",
	    *delimiter == '\n' ? "\\n" : delimiter);
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
		is_str(records(&spec), cases[i].want, "the end of input %zu", i);
	}
}

static void
test_passing_over(void)
{
	struct source_spec spec = spec_of(file_path, "\n");

	put_file("\na\n \t\n\nb\n \n", 11);
	is_str(records(&spec), "[][a][ \t][][b][ ]END", "nothing is passed over unasked");
	spec.skip_empty = true;
	is_str(records(&spec), "[a][ \t][b][ ]END", "empty records can be passed over");
	spec.skip_empty = false;
	spec.skip_blank = true;
	is_str(records(&spec), "[a][b]END", "blank records can be passed over");
	spec.delimiter = "\0";
	put_file("a\0\n\0\0b\n", 7);
	is_str(records(&spec), "[a][b\n]END", "a newline is a blank where it is no delimiter");
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
		is_str(records(&spec), buf_string(&want), "a NUL is refused, block %zu", block);
	}
	source_open(&s, &spec, -1);
	drain(s);
	is_str(drain(s), want.data + strlen("[a][]"), "an error is final");
	source_free(s);
	put_file("a\nb\0", 4);
	buf_reset(&want);
	buf_printf(&want, "[a]line 2 of %s holds a NUL byte; use -0", file_path);
	is_str(records(&spec), buf_string(&want), "a NUL at the very end is refused");
	spec = spec_of(file_path, ",");
	put_file("a,b,\0", 5);
	buf_reset(&want);
	buf_printf(&want, "[a][b]record 3 of %s holds a NUL byte; use -0", file_path);
	is_str(records(&spec), buf_string(&want), "a line is called a record where it is none");
	spec = spec_of("/dev/zero", "\n");
	is_str(records(&spec), "line 1 of /dev/zero holds a NUL byte; use -0",
	    "endless NULs are refused");
	buf_free(&want);
}

static void
test_nul_in_the_delimiter(void)
{
	struct source_spec spec = {.path = file_path, .delimiter = "\0", .delimiter_len = 1};
	size_t block;

	put_file("a\0\0b\nc\0d", 8);
	is_str(records(&spec), "[a][][b\nc][d]END", "records that end in a NUL");
	spec.delimiter = "\0\n";
	spec.delimiter_len = 2;
	put_file("a\0\nb\0\n\nc\0\n", 10);
	for (block = 1; block < 5; block++) {
		spec.block_bytes = block;
		is_str(records(&spec), "[a][b][\nc]END",
		    "records that end in NUL and newline, block %zu", block);
	}
	put_file("a\0\nb\0c\0\nd\0", 10);
	for (block = 1; block < 5; block++) {
		spec.block_bytes = block;
		ok(strstr(records(&spec), "[a]record 2 of ") != NULL,
		    "but not in a NUL alone, block %zu", block);
	}
}

/* A record of len bytes between two others, at the end of the input or not. */
static void
check_long(size_t len, const char *delimiter, bool last, size_t block)
{
	struct source_spec spec = spec_of(file_path, delimiter);
	struct buf data = {0};
	struct source *s;
	struct record *r = NULL;
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
	status = source_next(s, &r);
	right = status == SOURCE_RECORD && strcmp(record_value(r, 0), "x") == 0;
	free(r);
	status = source_next(s, &r);
	if (len <= os_max_argument())
		right = right && status == SOURCE_RECORD && r->too_long == 0 &&
		        r->bytes == len + 1 && strlen(record_value(r, 0)) == len;
	else
		right = right && status == SOURCE_RECORD && r->too_long == len && r->n == 0;
	free(r);
	right = right && strcmp(drain(s), last ? "END" : "[y]END") == 0;
	ok(right, "a record of %zu bytes, %s, delimiter of %zu, block %zu", len,
	    last ? "last" : "not last", strlen(delimiter), block);
	source_free(s);
	buf_free(&data);
}

static void
test_long_records(void)
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
test_long_record_that_resembles_its_delimiter(void)
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
		is_str(
		    records(&spec), buf_string(&want), "a long record of parts of its delimiter");
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
	is_str(records(&spec), "<67108864>[next]END", "a line of 64 MiB is read past");
	getrusage(RUSAGE_SELF, &after);
	pthread_join(writer, NULL);
	ok(after.ru_maxrss - before.ru_maxrss < 8192, "and not kept in memory");
}

static const char *
next_value(struct source *s)
{
	static char text[64];
	struct record *r = NULL;

	if (source_next(s, &r) != SOURCE_RECORD)
		return NULL;
	snprintf(text, sizeof(text), "%s", record_value(r, 0));
	free(r);
	return text;
}

/* One thread: whatever blocked here would block for ever. */
static void
test_no_waiting(int flags)
{
	struct source_spec spec = spec_of("-", "\n");
	struct source *s;
	struct record *r;
	char byte;
	int stop[2];
	int fd = pipe_to_stdin(flags);

	if (pipe(stop) != 0)
		return;
	source_open(&s, &spec, stop[0]);
	ok(!source_ready(s), "nothing is ready before it was read");
	say(fd, "one\ntwo\nth");
	is_str(next_value(s), "one", "a record is there as soon as it is complete");
	ok(source_ready(s), "and the next, which was read with it, is ready");
	is_str(next_value(s), "two", "so is the next, while input pauses in the middle of a third");
	ok(!source_ready(s), "which is not ready");
	say(stop[1], "x");
	is_int(source_next(s, &r), SOURCE_STOPPED, "waiting for the third ends when it is told to");
	ok(read(stop[0], &byte, 1) == 1, "what told it is left to its owner");
	say(fd, "ree\n");
	is_str(next_value(s), "three", "and goes on where it was");
	say(fd, "no newline");
	close(fd);
	is_str(next_value(s), "no newline", "the last record needs no delimiter");
	is_int(source_next(s, &r), SOURCE_END, "then the input is at its end");
	is_int(source_next(s, &r), SOURCE_END, "and stays there");
	source_free(s);
	ok(fcntl(STDIN_FILENO, F_GETFD) >= 0, "standard input is not closed");
	close(stop[0]);
	close(stop[1]);
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
	is_str(records(&spec), "[a long first line][][second][the last]END",
	    "input byte by byte, %s", flags ? "non-blocking" : "blocking");
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
	is_str(records(&spec), "[through][a][fifo]END", "a FIFO is read by its name");
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
	is_str(records(&spec), buf_string(&want), "a read error is no end of input");
	buf_reset(&want);
	buf_printf(&want, "cannot read standard input: %s", strerror(EIO));
	spec.path = "-";
	dup2(fd, STDIN_FILENO);
	is_str(records(&spec), buf_string(&want), "standard input is called by its name");
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
	is_str(records(&spec), "END", "an empty list is at its end");
	spec.list_len = sizeof(values) / sizeof(values[0]);
	is_str(records(&spec), "[a,b][][c\nd][,][e,][ ][,,f]END", "values are records as they are");
	spec.skip_empty = true;
	is_str(records(&spec), "[a,b][c\nd][,][e,][ ][,,f]END", "empty ones can be passed over");
	spec.skip_blank = true;
	is_str(records(&spec), "[a,b][c\nd][,][e,][,,f]END", "so can blank ones");
	spec.skip_empty = spec.skip_blank = false;
	spec.split_list = true;
	is_str(records(&spec), "[a][b][][c\nd][][e][ ][][][f]END", "they can be split like a file");
	spec.split_list = false;
	buf_reserve(&value, os_max_argument() + 2);
	memset(value.data, 'a', os_max_argument() + 1);
	value.len = os_max_argument() + 1;
	one[0] = buf_string(&value);
	spec.list = one;
	spec.list_len = 1;
	ok(records(&spec)[0] == '<', "a value may be too long");
	value.data[os_max_argument()] = '\0';
	ok(records(&spec)[0] == '[', "but not by as many as an argument can have");
	buf_free(&value);
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
	test_ends();
	test_passing_over();
	test_nul();
	test_nul_in_the_delimiter();
	test_long_records();
	test_long_record_that_resembles_its_delimiter();
	test_no_waiting(0);
	test_no_waiting(O_NONBLOCK);
	test_single_bytes(0);
	test_single_bytes(O_NONBLOCK);
	test_fifo();
	test_open_errors();
	test_read_errors();
	test_close_on_exec();
	test_lists();
	unlink(file_path);
	unlink(fifo_path);
	rmdir(directory);
	return done_testing();
}
