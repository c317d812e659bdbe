#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/os.h"
#include "input/source.h"
#include "splitting.h"
#include "tap.h"

static char file_path[] = "/tmp/words_test.XXXXXX";

/* Standard input becomes a file that holds data. */
static void
feed(const char *data, size_t len)
{
	if (ftruncate(STDIN_FILENO, 0) != 0 || pwrite(STDIN_FILENO, data, len, 0) != (ssize_t)len ||
	    lseek(STDIN_FILENO, 0, SEEK_SET) != 0) {
		perror(file_path);
		exit(1);
	}
}

/* All items as "[a]|[b]<N>END": | stands behind the last of a line, <N> is one too long. */
static const char *
items(enum source_split split, const char *end, size_t block)
{
	static struct buf text;
	struct source_spec spec = {.path = "-",
	    .split = split,
	    .delimiter = "\n",
	    .delimiter_len = 1,
	    .end = end,
	    .continued = true, /* means nothing here */
	    .block_bytes = block};
	enum source_status status;
	struct source *s;
	struct item item;

	buf_reset(&text);
	lseek(STDIN_FILENO, 0, SEEK_SET);
	if (source_open(&s, &spec, -1) != 0)
		return "not opened";
	while ((status = source_next(s, &item)) == SOURCE_ITEM) {
		if (item.too_long)
			buf_printf(&text, "<%llu>", (unsigned long long)item.too_long);
		else
			buf_printf(&text, "[%.*s]", (int)item.len, item.text);
		buf_puts(&text, item.ends_line ? "|" : "");
	}
	buf_puts(&text, status == SOURCE_ERROR ? source_error(s) : "END");
	source_free(s);
	return buf_string(&text);
}

struct example {
	const char *sentence;
	const char *data;
	const char *want;
};

static void
check_examples(const struct example *e, enum source_split split, const char *end)
{
	size_t block;

	for (; e->sentence; e++) {
		bool same = true;

		feed(e->data, strlen(e->data));
		for (block = 1; block <= 3; block++)
			same = same && strcmp(items(split, end, block), e->want) == 0;
		is_str(items(split, end, 0), e->want, "%s", e->sentence);
		ok(same, "also in blocks of 1 to 3 bytes");
	}
}

#define UNMATCHED(kind)                                                                            \
	"unmatched " kind " quote; by default quotes are special to xargs unless you use the -0 "  \
	"option"

static void
test_words(void)
{
	static const struct example examples[] = {
	    {"no input is no word", "", "END"},
	    {"blanks and newlines are no words", " \n\t\n\n ", "END"},
	    {"blanks and newlines separate words", "a  b\t\tc\n\n\nd", "[a][b][c]|[d]|END"},
	    {"a last newline adds no word", "a\n", "[a]|END"},
	    {"leading blanks do not matter", " \ta\n b\n", "[a]|[b]|END"},
	    {"a trailing blank continues the line", "a \nb\n", "[a][b]|END"},
	    {"over empty lines too", "a\t\n\n \nb\n", "[a][b]|END"},
	    {"a quoted blank does not", "\"a \"\nb", "[a ]|[b]|END"},
	    {"but an escaped one, as with GNU", "b\\ \nc\nd", "[b ][c]|[d]|END"},
	    {"other white space does not separate words", "a\fb\rc\r\n", "[a\fb\rc\r]|END"},
	    {"but goes with the blanks before a word", "a \f\rb\n\vc", "[a][b]|[c]|END"},
	    {"quotes protect blanks and the other quote", "'a \"b' \"c'\td\"",
		"[a \"b][c'\td]|END"},
	    {"a part of a word may be quoted", "a\" b\"c' d'", "[a bc d]|END"},
	    {"a backslash protects anything", "\\a\\ b\\\"\\'\\\\ c", "[a b\"'\\][c]|END"},
	    {"a newline too", "a\\\nb c\\\n\nd", "[a\nb][c\n]|[d]|END"},
	    {"it is nothing special in quotes", "\"a\\b\" 'c\\'", "[a\\b][c\\]|END"},
	    {"quotes around nothing are an empty word", "\"\" a '' b\n''\n", "[][a][][b]|[]|END"},
	    {"at the end of the input as well", "a\n\"\"", "[a]|[]|END"},
	    {"and none beside other bytes", "a\"\"b ''c", "[ab][c]|END"},
	    {"a backslash at the end is dropped", "a\\", "[a]|END"},
	    {"and is no word", "a \\", "[a]END"},
	    {"a newline may not interrupt double quotes", "a \"b\nc\"", "[a]" UNMATCHED("double")},
	    {"nor single ones", "a\n'b \"\n'", "[a]|" UNMATCHED("single")},
	    {"nor the end of the input", "a 'b", "[a]" UNMATCHED("single")},
	    {"which may follow a quote at once", "a \"", "[a]" UNMATCHED("double")},
	    {0},
	};

	check_examples(examples, SPLIT_WORDS, NULL);
}

static void
test_end_marks(void)
{
	static const struct example examples[] = {
	    {"the end mark ends the input", "a _\nb\n", "[a]END"},
	    {"it may be quoted", "a \"_\"\nb\n", "[a]END"},
	    {"it is not a part of a word", "a_ _b __ c\n", "[a_][_b][__][c]|END"},
	    {"it may be the last word", "a b _", "[a][b]END"},
	    {0},
	};
	static const struct example empty[] = {
	    {"it may be empty, and then ends at quotes", "a\n\n''b\n''\nc\n", "[a]|[b]|END"},
	    {0},
	};

	check_examples(examples, SPLIT_WORDS, "_");
	check_examples(empty, SPLIT_WORDS, "");
}

static void
test_quoted_lines(void)
{
	static const struct example examples[] = {
	    {"leading blanks are dropped, others kept", " \ta  b \nc\t\n", "[a  b ]|[c\t]|END"},
	    {"blank lines are passed over", "\na\n \n\t\n\nb", "[a]|[b]|END"},
	    {"unless something is quoted", "a\n''\n \" \"\n", "[a]|[]|[ ]|END"},
	    {"quotes and backslashes go", " 'a  b' \"c\"\\ d \n", "[a  b c d ]|END"},
	    {"a line may go on behind a backslash", "a\\\n b\nc", "[a\n b]|[c]|END"},
	    {"a quote must be closed", "a\nb\" c\n\"", "[a]|" UNMATCHED("double")},
	    {0},
	};
	static const struct example marked[] = {
	    {"the whole line is compared with the end mark", "_ \n _ a\n  _\nb", "[_ ]|[_ a]|END"},
	    {0},
	};

	check_examples(examples, SPLIT_QUOTED_LINES, NULL);
	check_examples(marked, SPLIT_QUOTED_LINES, "_");
}

/* All texts of up to 6 bytes out of five. */
static void
test_all_small_inputs(enum source_split split, const char *end)
{
	static const char alphabet[] = "a \n\"\\";
	struct source_spec spec = {.path = "-", .split = split, .end = end};
	struct buf want = {0};
	struct buf got = {0};
	unsigned wrong = 0;
	unsigned all = 1;
	size_t len;

	for (len = 0; len <= 6; len++, all *= 5) {
		unsigned n;

		for (n = 0; n < all; n++) {
			char data[8] = {0};
			unsigned rest = n;
			const char *why;
			size_t i;

			for (i = 0; i < len; i++, rest /= 5)
				data[i] = alphabet[rest % 5];
			feed(data, len);
			spec.block_bytes = n % 4 + 1;
			split_by_hand(&want, &spec, data, len);
			why = split_standard_input(&got, &spec);
			if (!why && strcmp(got.data, want.data) != 0)
				why = "not as by hand";
			if (why && wrong++ == 0)
				printf("# %s:\n# got  %s\n# want %s\n", why, got.data, want.data);
		}
	}
	is_int(wrong, 0, "every small input is split as by hand, and given back, %s",
	    split == SPLIT_WORDS ? "by words" : "by lines");
	buf_free(&want);
	buf_free(&got);
}

static void
test_nul(void)
{
	size_t block;

	feed("a\\\nb\n\n\"c\" d\0", 12);
	for (block = 0; block < 4; block++)
		is_str(items(SPLIT_WORDS, NULL, block),
		    "[a\nb]|[c]line 4 of standard input holds a NUL byte; use -0",
		    "a NUL is refused, block %zu", block);
	feed(" \n'\0'", 5);
	is_str(items(SPLIT_QUOTED_LINES, NULL, 0),
	    "line 2 of standard input holds a NUL byte; use -0", "also in quotes");
	feed("a\n\\\0", 4);
	is_str(items(SPLIT_WORDS, NULL, 0), "[a]|line 2 of standard input holds a NUL byte; use -0",
	    "and behind a backslash");
}

/* A word of len bytes between two others, with quotes behind its first byte or not. */
static void
check_long(size_t len, bool quoted, size_t block)
{
	char *const word = malloc(len + 1);
	struct buf data = {0};
	struct buf want = {0};

	if (!word)
		exit(1);
	memset(word, 'a', len);
	word[len] = '\0';
	buf_printf(&data, "x a%s%s y\n", quoted ? "\"\"" : "", word + 1);
	feed(data.data, data.len);
	if (len <= os_max_argument())
		buf_printf(&want, "[x][%s][y]|END", word);
	else
		buf_printf(&want, "[x]<%zu>[y]|END", len);
	ok(strcmp(items(SPLIT_WORDS, NULL, block), buf_string(&want)) == 0,
	    "a word of %zu bytes, %s, block %zu", len, quoted ? "quoted" : "not quoted", block);
	buf_free(&data);
	buf_free(&want);
	free(word);
}

static void
test_long_words(void)
{
	static const size_t blocks[] = {0, 1000, 4096};
	const size_t max = os_max_argument();
	size_t i;

	for (i = 0; i < 3; i++) {
		check_long(max - 1, i == 0, blocks[i]);
		check_long(max, i != 0, blocks[i]);
		check_long(max + 1, i == 0, blocks[i]);
		check_long(5 * max, i != 0, blocks[i]);
	}
}

/* Much to read for nothing: what is not text of the word is not kept. */
static void
test_many_quotes(void)
{
	const size_t len = (size_t)4 << 20;
	char *data = malloc(len);

	if (!data)
		exit(1);
	memset(data, '"', len);
	data[len - 1] = '\n';
	data[len - 2] = 'a';
	feed(data, len);
	is_str(items(SPLIT_WORDS, NULL, 0), "[a]|END", "a word may have any number of quotes");
	free(data);
}

/* One thread: whatever blocked here would block for ever. */
static void
test_no_waiting(void)
{
	struct source_spec spec = {.path = "-", .split = SPLIT_WORDS};
	const int saved = dup(STDIN_FILENO);
	struct item item;
	struct source *s;
	int input[2];
	int stop[2];

	if (pipe(input) != 0 || pipe(stop) != 0 || dup2(input[0], STDIN_FILENO) < 0)
		exit(1);
	source_open(&s, &spec, stop[0]);
	ok(!source_ready(s), "nothing is ready before it was read");
	ok(write(input[1], "one two \"thr", 12) == 12 && source_next(s, &item) == SOURCE_ITEM &&
		item.len == 3 && memcmp(item.text, "one", 3) == 0,
	    "a word is there as soon as it is complete");
	ok(source_ready(s), "the next, which was read with it, is ready");
	ok(source_next(s, &item) == SOURCE_ITEM && memcmp(item.text, "two", 3) == 0,
	    "and is there while input pauses in the middle of a third");
	ok(!source_ready(s), "which is not ready");
	ok(write(stop[1], "x", 1) == 1 && source_next(s, &item) == SOURCE_STOPPED,
	    "waiting for it ends when it is told to");
	close(stop[0]);
	close(stop[1]);
	source_free(s);
	close(input[0]);
	close(input[1]);
	dup2(saved, STDIN_FILENO);
	close(saved);
}

int
main(void)
{
	int fd = mkstemp(file_path);

	if (fd < 0 || dup2(fd, STDIN_FILENO) < 0)
		return 1;
	unlink(file_path);
	close(fd);
	test_words();
	test_end_marks();
	test_quoted_lines();
	test_all_small_inputs(SPLIT_WORDS, NULL);
	test_all_small_inputs(SPLIT_WORDS, "a");
	test_all_small_inputs(SPLIT_QUOTED_LINES, NULL);
	test_all_small_inputs(SPLIT_QUOTED_LINES, "");
	test_nul();
	test_long_words();
	test_many_quotes();
	test_no_waiting();
	return done_testing();
}
