/*
 * Rows of several sources: products, links, headers, --uniq and --shuf, and what may wait.
 */
#include "input/combine.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "random.h"
#include "tap.h"

enum {
	MOST_SOURCES = 8,
};

/* The sources of a run, written as words: "::: a b :::+ 1 2 :::: file". */
struct setting {
	struct combine_spec spec;
	struct combine_source sources[MOST_SOURCES];
	char words[4096];
	char *list[1024];
};

static char shown[65536];

static void
set(struct setting *s, const char *words)
{
	char *save;
	char *word;
	bool files = false;
	bool linked = false;
	size_t n = 0;
	const struct source_spec lines = {.delimiter = "\n", .delimiter_len = 1};

	*s = (struct setting){0};
	s->spec.sources = s->sources;
	snprintf(s->words, sizeof(s->words), "%s", words);
	for (word = strtok_r(s->words, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		if (strncmp(word, ":::", 3) == 0) {
			files = word[3] == ':';
			linked = word[strlen(word) - 1] == '+';
		}
		if (strncmp(word, ":::", 3) == 0 ? !files : files) {
			s->sources[s->spec.n++] =
			    (struct combine_source){.source = lines, .linked = linked};
			s->sources[s->spec.n - 1].source.list = &s->list[n];
		}
		if (strncmp(word, ":::", 3) == 0)
			continue;
		if (files) {
			s->sources[s->spec.n - 1].source.path = word;
		} else {
			s->list[n++] = word;
			s->sources[s->spec.n - 1].source.list_len++;
		}
	}
}

/* All rows, one "a b;" each; behind them what else there is to say. */
static const char *
show(struct combine *c)
{
	enum source_status status;
	struct row row;
	size_t used = 0;

	shown[0] = '\0';
	while ((status = combine_next(c, &row)) == SOURCE_ITEM) {
		for (size_t i = 0; i < row.n; i++)
			used += (size_t)snprintf(shown + used, sizeof(shown) - used, "%.*s%s",
			    (int)row.items[i].len, row.items[i].text, i + 1 < row.n ? " " : ";");
	}
	if (status == SOURCE_STOPPED)
		snprintf(shown + used, sizeof(shown) - used, "STOPPED");
	if (status == SOURCE_ERROR)
		snprintf(shown + used, sizeof(shown) - used, "ERROR %s", combine_error(c));
	return shown;
}

static const char *
rows_of(struct setting *s)
{
	struct combine *c;
	struct buf why = {0};

	if (combine_open(&c, &s->spec, -1, &why) != 0) {
		snprintf(shown, sizeof(shown), "%s", buf_string(&why));
		buf_free(&why);
		return shown;
	}
	buf_free(&why);
	show(c);
	combine_free(c);
	return shown;
}

static const char *
rows(const char *words)
{
	struct setting s;

	set(&s, words);
	return rows_of(&s);
}

static const char *
linked_rows(const char *words)
{
	struct setting s;

	set(&s, words);
	s.spec.link_all = true;
	return rows_of(&s);
}

/* A file of that text as descriptor fd, until the next call. */
static void
put_into(int fd, const char *text)
{
	char path[] = "/tmp/combine_test.XXXXXX";
	const int file = mkstemp(path);

	unlink(path);
	if (file < 0 || write(file, text, strlen(text)) != (ssize_t)strlen(text) ||
	    lseek(file, 0, SEEK_SET) != 0 || dup2(file, fd) != fd)
		printf("Bail out! no file\n");
	if (file != fd)
		close(file);
}

static void
test_product(void)
{
	is_str(rows("::: a b c"), "a;b;c;", "one source");
	is_str(rows("::: a b ::: 1 2 3"), "a 1;a 2;a 3;b 1;b 2;b 3;", "the last varies fastest");
	is_str(rows("::: a b ::: 1 2 ::: x y"), "a 1 x;a 1 y;a 2 x;a 2 y;b 1 x;b 1 y;b 2 x;b 2 y;",
	    "three sources");
	is_str(rows(":::"), "", "no values");
	is_str(rows("::: a b :::"), "", "a product with an empty last source is empty");
	is_str(rows("::: ::: a b"), "", "with an empty first one too");
	is_str(rows("::: a ::: ::: b"), "", "and with an empty one between");
	is_str(rows("::: a :::: /dev/null"), "", "be it a file");
}

static void
test_linked(void)
{
	is_str(rows("::: a b :::+ 1 2"), "a 1;b 2;", "linked");
	is_str(rows("::: a b c :::+ 1 2"), "a 1;b 2;", "the shortest ends a link: the second");
	is_str(rows("::: a b :::+ 1 2 3"), "a 1;b 2;", "or the first");
	is_str(rows("::: a b c :::+ 1 2 ::: X Y"), "a 1 X;a 1 Y;b 2 X;b 2 Y;", "link, product");
	is_str(rows("::: A B ::: a b :::+ 1 2 3"), "A a 1;A b 2;B a 1;B b 2;", "product, link");
	is_str(rows("::: A B ::: a b :::+ 1 ::: X Y"), "A a 1 X;A a 1 Y;B a 1 X;B a 1 Y;",
	    "product, link, product");
	is_str(rows("::: a b :::+ 1 2 :::+ x y z"), "a 1 x;b 2 y;", "three linked");
	is_str(rows("::: a b :::+ 1 2 ::: c d :::+ 3 4"), "a 1 c 3;a 1 d 4;b 2 c 3;b 2 d 4;",
	    "two links");
	is_str(
	    rows(":::+ a b ::: 1 2"), "a 1;a 2;b 1;b 2;", "the first has nothing to be linked to");
	is_str(rows("::: a b :::+"), "", "a link with an empty source is empty");
}

static void
test_link_all(void)
{
	is_str(linked_rows("::: a b"), "a;b;", "--link with one source");
	is_str(linked_rows("::: 1 2 ::: I II III ::: a b c d e f g"),
	    "1 I a;2 II b;1 III c;2 I d;1 II e;2 III f;1 I g;", "--link starts the shorter again");
	is_str(linked_rows("::: 1 2 3 ::: a"), "1 a;2 a;3 a;", "the last is the shorter");
	is_str(linked_rows("::: a b :::+ 1 2 ::: 5 6 7"), "a 1 5;b 2 6;a 1 7;", "--link, not :::+");
	is_str(linked_rows("::: a b :::"), "", "--link with an empty source is empty");
	is_str(linked_rows("::: ::: a b"), "", "in whatever place");
}

/* Row number of a product or link of sources of n[] values, the plain way; false: there is none. */
static bool
model_row(const struct setting *s, const size_t *n, size_t number, size_t *value)
{
	size_t i;
	size_t rows_behind = 1;

	for (i = s->spec.n; i > 0;) {
		size_t first = i - 1;
		size_t shortest = n[first];
		size_t longest = n[first];

		while (first > 0 && (s->spec.link_all || s->sources[first].linked)) {
			first--;
			shortest = n[first] < shortest ? n[first] : shortest;
			longest = n[first] > longest ? n[first] : longest;
		}
		if (shortest == 0)
			return false;
		if (s->spec.link_all)
			shortest = longest;
		for (; i > first; i--)
			value[i - 1] = number / rows_behind % shortest % n[i - 1];
		rows_behind *= shortest;
	}
	return number < rows_behind;
}

/* All sizes 0..3 of up to four sources, all links. */
static void
test_all_small(void)
{
	int wrong = 0;
	int shapes = 0;

	for (size_t n_sources = 1; n_sources <= 4; n_sources++) {
		for (unsigned code = 0; code < 1u << (3 * n_sources + 1); code++) {
			static char words[] = "::: 0 1 2";
			char expected[4096] = "";
			struct setting s;
			size_t n[4];
			size_t value[4];

			set(&s, words);
			s.spec.n = n_sources;
			s.spec.link_all = code & 1;
			for (size_t i = 0; i < n_sources; i++) {
				s.sources[i] = s.sources[0];
				n[i] = code >> (3 * i + 1) & 3;
				s.sources[i].source.list_len = n[i];
				s.sources[i].linked = code >> (3 * i + 3) & 1;
			}
			for (size_t row = 0; model_row(&s, n, row, value); row++)
				for (size_t i = 0; i < n_sources; i++)
					sprintf(expected + strlen(expected), "%zu%s", value[i],
					    i + 1 < n_sources ? " " : ";");
			wrong += strcmp(rows_of(&s), expected) != 0;
			shapes++;
		}
	}
	is_int(wrong, 0, "%d shapes of up to four sources", shapes);
}

static void
test_files(void)
{
	struct setting s;

	put_into(10, "a\nb\n");
	put_into(11, "1\n2\n3\n");
	is_str(rows(":::: /dev/fd/10 /dev/fd/11"), "a 1;a 2;a 3;b 1;b 2;b 3;", "two files");
	is_str(rows("::: x y :::: /dev/fd/10"), "x a;x b;y a;y b;", "values and a file");
	is_str(rows(":::: /dev/fd/11 ::::+ /dev/fd/10"), "1 a;2 b;", "linked files");
	is_str(linked_rows(":::: /dev/fd/10 /dev/fd/11"), "a 1;b 2;a 3;", "--link of files");
	is_str(rows(":::: /dev/fd/10 /dev/fd/10"), "a a;a b;b a;b b;", "a file twice");
	is_str(rows(":::: /nonexistent/x"), "cannot open /nonexistent/x: No such file or directory",
	    "a file that is not there");
	is_str(rows("::: a :::: /tmp"), "cannot open /tmp: Is a directory", "a directory");
	is_str(rows("::: a :::: /dev/fd/10 /nonexistent"),
	    "cannot open /nonexistent: No such file or directory", "the second is not there");

	/* A small block, so that items move while they are part of a row. */
	set(&s, ":::: /dev/fd/10 ::: x y :::: /dev/fd/11");
	s.sources[0].source.block_bytes = s.sources[2].source.block_bytes = 1;
	is_str(rows_of(&s),
	    "a x 1;a x 2;a x 3;a y 1;a y 2;a y 3;b x 1;b x 2;b x 3;b y 1;b y 2;b y 3;",
	    "files that are read byte by byte");
}

/* As GNU parallel: the parts read the same input by turns. */
static void
test_standard_input_twice(void)
{
	struct setting s;

	put_into(0, "1\n2\n3\n4\n5\n");
	is_str(rows(":::: - -"), "1 2;1 3;1 4;1 5;", "standard input times itself");
	put_into(0, "1\n2\n3\n4\n5\n6\n");
	is_str(linked_rows(":::: - -"), "1 2;3 4;5 6;", "--link: rows of two lines");
	put_into(0, "1\n2\n3\n4\n5\n");
	is_str(linked_rows(":::: - -"), "1 2;3 4;5 2;", "--link: the last line of an odd number");
	put_into(0, "1\n2\n3\n4\n5\n");
	is_str(rows(":::: - ::::+ -"), "1 2;3 4;", "linked: no half rows");
	put_into(0, "a,b\nc,d\ne,f\ng,h\n");
	set(&s, ":::: - ::::+ -");
	s.spec.columns.separator = ",";
	s.sources[0].source.block_bytes = s.sources[1].source.block_bytes = 1;
	is_str(rows_of(&s), "a b c d;e f g h;", "with columns");
}

static void
test_columns(void)
{
	struct setting s;

	set(&s, "::: A-B C-D ::: e-f g-h");
	s.spec.columns.separator = "-";
	is_str(rows_of(&s), "A B e f;A B g h;C D e f;C D g h;", "columns of two sources");
	s.spec.link_all = true;
	is_str(rows_of(&s), "A B e f;C D g h;", "columns and --link");
	set(&s, "::: a-b-c d e-f ::: x");
	s.spec.columns.separator = "-";
	is_str(rows_of(&s), "a b c x;d x;e f x;", "as many as there are in each");
	set(&s, "::: a-b-c d");
	s.spec.columns.separator = "-";
	is_str(rows_of(&s), "a b c;d;", "columns of one source");
	s.spec.columns.separator = "(";
	ok(strncmp(rows_of(&s), "-C (: ", 6) == 0, "a bad separator is told: %s", shown);
	set(&s, "::: ab");
	s.list[0] = strcpy(s.words + 100, " a ");
	is_str(rows_of(&s), " a ;", "nothing is trimmed");
	s.spec.columns.trim = TRIM_BOTH;
	is_str(rows_of(&s), "a;", "unless asked for");
}

/* Names "a|b|", then rows. */
static const char *
with_header(struct setting *s, const char *header)
{
	static char all[sizeof(shown) + 256];
	struct combine *c;
	struct buf why = {0};
	const char *const *names;
	size_t n;

	s->spec.header = header;
	if (combine_open(&c, &s->spec, -1, &why) != 0) {
		snprintf(all, sizeof(all), "%s", buf_string(&why));
		buf_free(&why);
		return all;
	}
	names = combine_names(c, &n);
	all[0] = '\0';
	for (size_t i = 0; i < n; i++)
		sprintf(all + strlen(all), "%s|", names[i]);
	strcat(all, show(c));
	combine_free(c);
	buf_free(&why);
	return all;
}

static void
test_header(void)
{
	struct setting s;

	set(&s, "::: a 1 2 ::: b 3 4");
	is_str(with_header(&s, ":"), "a|b|1 3;1 4;2 3;2 4;", "the first value of each is its name");
	is_str(with_header(&s, ".*\n"), "a|b|1 3;1 4;2 3;2 4;", "an expression for one line");
	is_str(with_header(&s, "1"), "a|b|1 3;1 4;2 3;2 4;", "one line");
	is_str(with_header(&s, "2"), "a|b|2 4;", "two lines: names are in the first");
	is_str(with_header(&s, ".*\\n.*\\n"), "a|b|2 4;", "an expression for two lines");
	is_str(with_header(&s, "4"), "a|b|", "more than there are");
	ok(strncmp(with_header(&s, "(\n"), "--header (\n: ", 13) == 0, "a bad expression is told");
	is_str(with_header(&s, NULL), "a b;a 3;a 4;1 b;1 3;1 4;2 b;2 3;2 4;", "none: no names");
	set(&s, "::: a 1 2 :::+ b 3 4");
	is_str(with_header(&s, ":"), "a|b|1 3;2 4;", "linked");
	set(&s, "::: ::: b 3");
	is_str(with_header(&s, ":"), "b|", "an empty source has no name");
	set(&s, "::: a");
	is_str(with_header(&s, ":"), "a|", "a name and nothing else");
	put_into(10, " a , b ,\r\n1, 2 \n");
	set(&s, ":::: /dev/fd/10 ::: x 7");
	s.spec.columns.separator = ",";
	is_str(
	    with_header(&s, ":"), "a|b||x|1 2 7;", "columns have a name each, trimmed as values");
	put_into(10, "a\tb c\r\n 1\t2\n");
	set(&s, ":::: /dev/fd/10");
	is_str(with_header(&s, ":"), "a|b c| 1 2;", "at tabs if no separator was given");
	put_into(10, "\"a,\"\"b\",c\r\n1,2\r\n");
	s.spec.columns.csv = true;
	s.sources[0].source.split = SPLIT_CSV;
	is_str(with_header(&s, ":"), "a,\"b|c|1 2;", "in CSV");
	put_into(10, "1\n2\n");
	set(&s, ":::: /dev/fd/10 ::: x");
	is_str(with_header(&s, "0"), "/dev/fd/10||1 x;2 x;", "--header 0: the names of files");
	put_into(0, "a\nb\n1\n2\n");
	set(&s, ":::: - ::::+ -");
	is_str(with_header(&s, ":"), "a|b|1 2;", "standard input twice");
}

static void
test_unique(void)
{
	struct setting s;
	uint64_t state = 5;
	struct combine *c;
	struct buf why = {0};
	struct row row;
	bool seen[3000] = {false};
	int distinct = 0;
	int got = 0;

	set(&s, "::: a b a c b");
	s.spec.unique = true;
	is_str(rows_of(&s), "a;b;c;", "--uniq drops what was there before");
	set(&s, "::: a b a ::: 1 1");
	s.spec.unique = true;
	is_str(rows_of(&s), "a 1;b 1;", "by rows");
	set(&s, "::: ab a :::+ c bc");
	s.spec.unique = true;
	is_str(rows_of(&s), "ab c;a bc;", "value by value");
	set(&s, "::: a,b a-b a");
	s.spec.unique = true;
	s.spec.columns.separator = "[,-]";
	is_str(rows_of(&s), "a b;a;", "after columns are made");

	set(&s, "::: x");
	s.spec.unique = true;
	put_into(10, "");
	for (int i = 0; i < 20000; i++) {
		const uint32_t value = random_below(&state, 3000);

		distinct += !seen[value];
		seen[value] = true;
		dprintf(10, "%u\n", value);
	}
	s.sources[0].source.path = "/dev/fd/10";
	combine_open(&c, &s.spec, -1, &why);
	while (combine_next(c, &row) == SOURCE_ITEM)
		got++;
	is_int(got, distinct, "--uniq of 20000 values");
	combine_free(c);
}

static void
test_shuffle(void)
{
	static const char *const orders[] = {
	    "a;b;c;", "a;c;b;", "b;a;c;", "b;c;a;", "c;a;b;", "c;b;a;"};
	int counts[6] = {0};
	char first[256];
	struct setting s;
	int wrong = 0;

	set(&s, "::: a b c");
	s.spec.shuffle = s.spec.seeded = true;
	for (s.spec.seed = 0; s.spec.seed < 6000; s.spec.seed++) {
		const char *got = rows_of(&s);

		for (int i = 0; i < 6; i++)
			counts[i] += strcmp(got, orders[i]) == 0;
	}
	for (int i = 0; i < 6; i++)
		ok(counts[i] > 900 && counts[i] < 1100, "%s comes in one of six seeds (%d of 6000)",
		    orders[i], counts[i]);
	set(&s, "::: a b c d e f ::: 1 2 3 4 :::+ x y z");
	s.spec.shuffle = s.spec.seeded = true;
	snprintf(first, sizeof(first), "%s", rows_of(&s));
	is_str(rows_of(&s), first, "the same seed gives the same order");
	is_int(strlen(first), 18 * 6, "every row comes");
	s.spec.seeded = false;
	s.spec.unique = true;
	for (int i = 0; i < 100; i++)
		wrong += strlen(rows_of(&s)) != strlen(first);
	is_int(wrong, 0, "without a seed and with --uniq too");
	wrong = 0;
	set(&s, "::: a b a a a");
	s.spec.shuffle = s.spec.seeded = s.spec.unique = true;
	for (; s.spec.seed < 1000; s.spec.seed++)
		wrong += strcmp(rows_of(&s), "a;b;") == 0;
	ok(wrong > 400 && wrong < 600, "what comes often does not come earlier (%d)", wrong);
	set(&s, "::: 1 2 3 ::: a b");
	s.spec.link_all = s.spec.shuffle = s.spec.seeded = true;
	for (wrong = 0; s.spec.seed < 20; s.spec.seed++)
		wrong += !strstr(rows_of(&s), "1 a;") || !strstr(shown, "2 b;") ||
		         !strstr(shown, "3 a;") || strlen(shown) != 12;
	is_int(wrong, 0, "--link");
	is_str(rows(":::"), "", "nothing in any order is nothing");
}

/* A pipe with its reading end as descriptor fd; returns the writing end. */
static int
pipe_into(int fd)
{
	int ends[2];

	if (pipe(ends) != 0 || dup2(ends[0], fd) != fd)
		printf("Bail out! no pipe\n");
	close(ends[0]);
	return ends[1];
}

static void
put_line(int fd, const char *line)
{
	if (write(fd, line, strlen(line)) < 0)
		printf("Bail out! cannot write\n");
}

/* The next row as text; what it waits for shows as STOPPED, since the stop descriptor is set. */
static const char *
next(struct combine *c)
{
	struct row row;
	enum source_status status = combine_next(c, &row);
	size_t used = 0;

	if (status != SOURCE_ITEM)
		return status == SOURCE_STOPPED ? "STOPPED"
		       : status == SOURCE_END   ? "END"
		                                : "ERROR";
	for (size_t i = 0; i < row.n; i++)
		used += (size_t)snprintf(shown + used, sizeof(shown) - used, "%.*s%s",
		    (int)row.items[i].len, row.items[i].text, i + 1 < row.n ? " " : "");
	return shown;
}

static void
test_streams(void)
{
	struct setting s;
	struct combine *c;
	struct buf why = {0};
	const int stop = pipe_into(13);
	int a = pipe_into(10);
	int b = pipe_into(11);

	put_line(a, "1\n2\n");
	put_line(b, "x\n");
	set(&s, ":::: /dev/fd/10 ::: A B :::: /dev/fd/11");
	is_int(combine_open(&c, &s.spec, 13, &why), 0, "two pipes");
	is_str(next(c), "1 A x", "the first row comes when there is a value of each");
	ok(!combine_ready(c), "then there is something to wait for");
	put_line(stop, ".");
	is_str(next(c), "STOPPED", "which can be stopped");
	is_str(next(c), "STOPPED", "and again");
	(void)!read(13, shown, 1);
	put_line(b, "y\n");
	close(b);
	is_str(next(c), "1 A y", "and gone on with");
	is_str(next(c), "1 B x", "the second source moves when the third is at its end");
	ok(combine_ready(c), "what was kept is ready");
	is_str(next(c), "1 B y", "the rest of it");
	ok(combine_ready(c), "what was read is ready");
	is_str(next(c), "2 A x", "the first source moves");
	is_str(next(c), "2 A y", "what is kept needs no pipe");
	is_str(next(c), "2 B x", "nor a list");
	ok(combine_ready(c), "ready");
	is_str(next(c), "2 B y", "the last row there is");
	ok(!combine_ready(c), "the first source has to be waited for");
	put_line(stop, ".");
	is_str(next(c), "STOPPED", "or not");
	(void)!read(13, shown, 1);
	put_line(a, "3\n");
	is_str(next(c), "3 A x", "it is streamed");
	close(a);
	is_str(next(c), "3 A y", "and so on");
	is_str(next(c), "3 B x", "and so on");
	is_str(next(c), "3 B y", "to the end");
	is_str(next(c), "END", "the end");
	ok(combine_ready(c), "the end is ready");
	is_str(next(c), "END", "and stays");
	combine_free(c);
	close(stop);
	buf_free(&why);
}

static void
test_ends_of_streams(void)
{
	struct setting s;
	struct combine *c;
	struct buf why = {0};
	const int stop = pipe_into(13);
	int a = pipe_into(10);

	put_line(a, "1\n2\n");
	set(&s, ":::: /dev/fd/10 :::+ A B");
	combine_open(&c, &s.spec, -1, &why);
	is_str(next(c), "1 A", "a pipe linked to a list");
	is_str(next(c), "2 B", "gives rows");
	is_str(next(c), "END", "and when the list ends nobody waits for the pipe");
	combine_free(c);
	close(a);

	a = pipe_into(10);
	set(&s, ":::: /dev/fd/10");
	s.spec.header = ":";
	put_line(stop, ".");
	is_int(combine_open(&c, &s.spec, 13, &why), 0, "waiting for a header can be stopped");
	is_str(next(c), "STOPPED", "and then there are no rows");
	combine_free(c);
	close(a);
	close(stop);
	buf_free(&why);
}

static void
test_errors(void)
{
	struct setting s;

	put_into(10, "");
	dprintf(10, "a\nb\nc%cd\n", 0);
	ok(strstr(rows("::: x y :::: /dev/fd/10"), "x a;x b;ERROR ") == shown &&
		strstr(shown, "/dev/fd/10"),
	    "an error of a source comes through, after what was read: %s", shown);
	set(&s, ":::: /dev/fd/10");
	ok(strstr(rows_of(&s), "a;b;ERROR ") == shown, "of the only source too");
	s.spec.shuffle = true;
	ok(strstr(rows_of(&s), "ERROR ") == shown, "--shuf has all or nothing");
	s.spec.shuffle = false;
	ok(strstr(with_header(&s, "4"), "/dev/fd/10") != NULL,
	    "in a header it is told when opened");
	combine_free(NULL);
}

static void
test_standing(void)
{
	struct setting s;
	struct combine *c;
	struct buf why = {0};

	put_into(0, "1\n2\n3\n4\n");
	set(&s, ":::: -");
	combine_open(&c, &s.spec, -1, &why);
	next(c);
	next(c);
	is_int(combine_offset(c), 4, "the offset behind the last row");
	combine_give_back(c);
	is_int(lseek(0, 0, SEEK_CUR), 4, "is where who reads next goes on");
	combine_free(c);
	lseek(0, 0, SEEK_SET);
	set(&s, ":::: - :::+ a b");
	combine_open(&c, &s.spec, -1, &why);
	show(c);
	combine_give_back(c);
	is_int(lseek(0, 0, SEEK_CUR), 4, "no line is taken for a list that is at its end");
	combine_free(c);
	set(&s, "::: a");
	combine_open(&c, &s.spec, -1, &why);
	is_int(combine_offset(c), -1, "values have no offset");
	combine_free(c);
}

static void
test_large(void)
{
	struct setting s;
	struct combine *c;
	struct buf why = {0};
	struct row row;
	struct rusage before;
	struct rusage after;
	char last[64];
	int wrong = 0;

	put_into(10, "");
	for (int i = 0; i < 1000; i++)
		dprintf(10, "%d\n", i);
	set(&s, ":::: /dev/fd/10 /dev/fd/10 /dev/fd/10");
	combine_open(&c, &s.spec, -1, &why);
	for (int i = 0; i < 2000; i++)
		combine_next(c, &row);
	getrusage(RUSAGE_SELF, &before);
	for (int i = 2000; i < 3000000; i++) {
		combine_next(c, &row);
		if (i % 4999 != 0)
			continue;
		snprintf(last, sizeof(last), "%d %d %d", i / 1000000, i / 1000 % 1000, i % 1000);
		snprintf(shown, sizeof(shown), "%.*s %.*s %.*s", (int)row.items[0].len,
		    row.items[0].text, (int)row.items[1].len, row.items[1].text,
		    (int)row.items[2].len, row.items[2].text);
		wrong += strcmp(last, shown) != 0;
	}
	getrusage(RUSAGE_SELF, &after);
	is_int(wrong, 0, "a product of 1000 values, 1000 and 1000");
	ok(after.ru_maxrss - before.ru_maxrss < 1024, "takes no memory as it goes (%ld kB)",
	    after.ru_maxrss - before.ru_maxrss);
	combine_free(c);
}

int
main(void)
{
	test_product();
	test_linked();
	test_link_all();
	test_all_small();
	test_files();
	test_standard_input_twice();
	test_columns();
	test_header();
	test_unique();
	test_shuffle();
	test_streams();
	test_ends_of_streams();
	test_errors();
	test_standing();
	test_large();
	return done_testing();
}
