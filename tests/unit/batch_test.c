/*
 * Rows to records: how many values each job gets, the kernel's limits to the byte, and the even
 * spread at the end, over all small sizes.
 */
#include <errno.h>
#include <limits.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/os.h"
#include "input/batch.h"
#include "random.h"
#include "tap.h"

enum {
	MANY = 8192, /* values in a list, at most */
};

extern char **environ;

static struct batch_limits limits;

/* A batch over a list, for a command; all in one. */
struct setup {
	/* set before begin(), or nothing */
	bool input;              /* standard input is the source, not the values */
	enum source_split split; /* how it is read */
	bool continued;
	const char *separator; /* of columns */
	size_t block_bytes;
	int stop_fd; /* 0: none */

	char *values[MANY];
	struct combine_source source;
	struct combine_spec rows_spec;
	struct template_spec command_spec;
	struct combine *rows;
	struct template *command;
	struct batch *batch;
};

/* Split text at blanks, in place. */
static size_t
words(char *text, char **out)
{
	char *save = NULL, *word;
	size_t n = 0;

	for (word = strtok_r(text, " ", &save); word; word = strtok_r(NULL, " ", &save))
		out[n++] = word;
	return n;
}

static void
begin(struct setup *s, const struct batch_spec *spec, char **command, size_t n_command, size_t n)
{
	static const struct replace_spec names = {.value = "{}"};
	struct buf why = {0}, notice = {0};

	s->source.source = (struct source_spec){
	    .list = s->values,
	    .list_len = n,
	    .delimiter = "\n",
	    .delimiter_len = 1,
	    .path = s->input ? "-" : NULL,
	    .split = s->split,
	    .continued = s->continued,
	    .block_bytes = s->block_bytes,
	};
	s->rows_spec = (struct combine_spec){
	    .sources = &s->source,
	    .n = 1,
	    .columns = {.separator = s->separator},
	};
	s->command_spec = (struct template_spec){
	    .words = command,
	    .n_words = n_command,
	    .mode = SHELL_NEVER,
	    .names = names,
	    .append = true,
	};
	if (combine_open(&s->rows, &s->rows_spec, s->stop_fd != 0 ? s->stop_fd : -1, &why) != 0 ||
	    template_compile(&s->command, &s->command_spec, &why, &notice) != 0 ||
	    (s->batch = batch_new(spec, &limits, s->rows, s->command)) == NULL)
		abort();
	buf_free(&why);
	buf_free(&notice);
}

static void
end(struct setup *s)
{
	batch_free(s->batch);
	template_free(s->command);
	combine_free(s->rows);
}

/* "1 2|3|" and what ended it, if that was no END: "!sentence". */
static const char *
collected(struct batch *b)
{
	static struct buf out;
	struct record *r;
	enum source_status status;

	buf_reset(&out);
	while ((status = batch_next(b, &r)) == SOURCE_ITEM) {
		if (r->too_long != 0)
			buf_printf(&out, "too long: %llu", (unsigned long long)r->too_long);
		for (size_t i = 0; i < r->n; i++)
			buf_printf(&out, "%s%s", i > 0 ? " " : "", record_value(r, i));
		buf_puts(&out, "|");
		free(r);
	}
	if (status != SOURCE_END)
		buf_printf(&out, "!%s", batch_error(b));
	return buf_string(&out);
}

/* What becomes of values, written with blanks between, for "echo". */
static const char *
batches(struct batch_spec spec, const char *values)
{
	static struct setup s;
	char word[] = "echo", *command[] = {word}, *text = strdup(values);
	const char *result;

	begin(&s, &spec, command, 1, words(text, s.values));
	result = collected(s.batch);
	end(&s);
	free(text);
	return result;
}

static void
counts(void)
{
	is_str(batches((struct batch_spec){0}, "1 2 3"), "1|2|3|", "a job has one value");
	is_str(batches((struct batch_spec){0}, ""), "", "no value, no job");
	is_str(batches((struct batch_spec){.max_rows = 2}, "1 2 3 4 5"), "1 2|3 4|5|",
	    "-n 2: two each, the last may have fewer");
	is_str(batches((struct batch_spec){.max_rows = 9}, "1 2 3"), "1 2 3|",
	    "-n 9: fewer when there are no more");
	is_str(batches((struct batch_spec){.no_values = true}, "1 2 3"), "|||",
	    "-n 0: one job each, without its value");
	is_str(batches((struct batch_spec){.no_values = true, .fill = true}, "1 2 3"), "|",
	    "-n 0 --xargs: one job for all");
	is_str(batches((struct batch_spec){.max_lines = 2}, "1 2 3"), "1 2|3|",
	    "-L 2: a value of a list is a line");
	is_str(batches((struct batch_spec){.fill = true}, "1 2 3"), "1 2 3|",
	    "--xargs: as many as fit");
	is_str(batches((struct batch_spec){.fill = true, .max_rows = 2}, "1 2 3"), "1 2|3|",
	    "--xargs -n 2: at most two");
	is_str(batches((struct batch_spec){.fill = true, .run_if_empty = true}, ""), "|",
	    "as xargs, no input is one job without values");
	is_str(batches((struct batch_spec){.fill = true, .run_if_empty = true}, "1"), "1|",
	    "but only no input");
}

static void
sizes(void)
{
	/* "echo" and a byte behind it are 5. */
	is_str(batches((struct batch_spec){.fill = true, .max_chars = 11}, "1 22 333 4444"),
	    "1 22|333|4444|", "-s 11: each word and a byte behind it count");
	is_str(batches((struct batch_spec){.fill = true, .max_chars = 10}, "1 22 333 4444"),
	    "1 22|333|4444|", "-s 10 is exactly filled");
	is_str(batches((struct batch_spec){.fill = true, .max_chars = 9}, "1 2 333"), "1 2|333|",
	    "-s 9 too");
	is_str(batches((struct batch_spec){.max_rows = 3, .max_chars = 9}, "1 2 3 4"), "1 2|3 4|",
	    "-n 3 -s 9: what does not fit goes into the next job");
	is_str(batches((struct batch_spec){.fill = true, .max_chars = 9}, "1 4444 2 3"),
	    "1|too long: 4|2 3|", "a value that does not fit alone is a job that fails");
	is_str(batches((struct batch_spec){.max_chars = 9}, "1 4444 2"), "1|too long: 4|2|",
	    "so it is without batches");
	is_str(batches((struct batch_spec){.max_chars = 4}, "1 2"), "too long: 1|too long: 1|",
	    "and when the command itself has no room");
	is_str(batches((struct batch_spec){.no_values = true, .max_chars = 5}, "1 4444"), "||",
	    "with -n 0 it does not matter what a value is like");
}

static void
refusals(void)
{
	const struct batch_spec xargs = {.fill = true, .strict = true, .xargs_words = true};
	struct batch_spec spec = xargs;

	spec.max_chars = 9;
	is_str(batches(spec, "1 2 4444 3"), "1 2|!argument line too long",
	    "xargs ends at a value that does not fit, and runs what came before");
	spec.exact = true;
	is_str(batches(spec, "1 2 4444 3"), "!argument line too long",
	    "xargs -x runs nothing of the job that was begun");
	is_str(batches(spec, "1 2 3 4"), "1 2|3 4|", "xargs -x without a number fills up");
	spec.max_rows = 3;
	is_str(batches(spec, "1 2 3 4"), "!argument list too long",
	    "xargs -x -n 3: less than three is an error");
	is_str(batches(spec, "1 2"), "1 2|", "xargs -x -n 3: unless there are no more");
	spec.max_rows = 0;
	spec.max_lines = 3;
	is_str(batches(spec, "1 2 3 4"), "!argument list too long", "xargs -L 3: the same");
	spec = xargs;
	spec.max_chars = 4;
	is_str(batches(spec, "1"), "!cannot fit single argument within argument list size limit",
	    "xargs: the command alone is too long");
	spec.run_if_empty = true;
	is_str(batches(spec, ""), "!cannot fit single argument within argument list size limit",
	    "xargs: even without input");
	spec = (struct batch_spec){.strict = true, .xargs_words = true, .max_chars = 9};
	is_str(batches(spec, "1 4444 2"), "1|!argument list too long", "xargs -I: the list");
	is_str(batches(spec, "1 12345678 2"), "1|!command too long", "one word of it");
	is_str(batches(spec, "1 123456789 2"), "1|!argument line too long", "or the value itself");
	spec.xargs_words = false;
	is_str(batches(spec, "1 4444 2"), "1|!an input of 4 bytes does not fit into a command (-s)",
	    "without xargs' words");
	spec = (struct batch_spec){.max_rows = 3, .max_chars = 9, .exact = true};
	is_str(batches(spec, "1 2 3"),
	    "!-x: only 2 of the values of a job fit into its command (-s)", "spool -x -n 3");
}

/* n values over slots, at most max_rows a job, as GNU parallel shares them out. */
static void
expect_spread(struct buf *out, unsigned n, unsigned slots, unsigned max_rows)
{
	unsigned per_job = max_rows, value = 1;

	buf_reset(out);
	while (value <= n) {
		const unsigned left = n - value + 1;

		/* The last full command, or less than one, is what is shared out, once. */
		if (left <= max_rows && per_job == max_rows && left > 1)
			per_job = (left + slots - 1) / slots;
		for (unsigned i = 0; i < per_job && value <= n; i++)
			buf_printf(out, "%s%u", i > 0 ? " " : "", value++);
		buf_puts(out, "|");
	}
}

static void
spreads(void)
{
	struct batch_spec spec = {.fill = true, .spread = true, .slots = 4};
	struct buf values = {0}, want = {0};
	bool same = true;

	is_str(batches(spec, "1 2 3 4 5 6 7 8 9 10"), "1 2 3|4 5 6|7 8 9|10|",
	    "-m over four slots: ten values are 3, 3, 3, 1");
	spec.max_chars = 19;
	spec.slots = 2;
	is_str(batches(spec, "1 2 3 4 5 6 7 8 9"), "1 2 3 4 5 6 7|8|9|",
	    "only the last command is shared out");
	is_str(batches(spec, "1 2 3 4 5 6 7"), "1 2 3 4|5 6 7|", "which may be a full one");
	is_str(batches(spec, "1 2 3 4 5 6 7 8"), "1 2 3 4 5 6 7|8|", "or one value");
	is_str(batches(spec, ""), "", "no value, no job");
	spec.max_chars = 0;
	for (unsigned slots = 1; slots <= 5; slots++)
		for (unsigned n = 0; n <= 30; n++)
			for (unsigned max = 1; max <= 31; max++) {
				buf_reset(&values);
				for (unsigned i = 1; i <= n; i++)
					buf_printf(&values, "%u ", i);
				expect_spread(&want, n, slots, max);
				spec.slots = slots;
				spec.max_rows = max;
				if (buf_string(&values) == NULL || buf_string(&want) == NULL)
					abort();
				if (same && strcmp(batches(spec, values.data), want.data) != 0)
					same = is_str(batches(spec, values.data), want.data,
					    "%u values, %u slots, at most %u", n, slots, max);
			}
	ok(same, "all of 0 to 30 values over 1 to 5 slots, -n 1 to 31");
	buf_free(&values);
	buf_free(&want);
}

/* Standard input holds text, and is a source of its own. */
static void
begin_input(struct setup *s, const struct batch_spec *spec, const char *text)
{
	static char word[] = "echo", *command[] = {word};
	FILE *file = tmpfile();

	if (file == NULL || fputs(text, file) < 0 || fflush(file) != 0 ||
	    lseek(fileno(file), 0, SEEK_SET) != 0 || dup2(fileno(file), STDIN_FILENO) < 0)
		abort();
	fclose(file);
	s->input = true;
	begin(s, spec, command, 1, 0);
}

static void
lines(void)
{
	static struct setup s = {.split = SPLIT_WORDS, .continued = true};
	struct batch_spec spec = {.fill = true, .max_lines = 1};

	begin_input(&s, &spec, "1 2\n3 \n4\n\n5\n");
	is_str(collected(s.batch), "1 2|3 4|5|", "-L 1: a trailing blank continues a line");
	end(&s);
	spec.max_lines = 2;
	begin_input(&s, &spec, "1 2\n3 \n4\n\n5\n");
	is_str(collected(s.batch), "1 2 3 4|5|", "-L 2: two such lines");
	end(&s);
	spec.max_lines = 0;
	begin_input(&s, &spec, "1 2\n'3\n");
	is_int(strncmp(collected(s.batch), "1 2|!unmatched", 14), 0,
	    "what was read before an error is run");
	end(&s);
	spec.exact = true;
	begin_input(&s, &spec, "1 2\n'3\n");
	is_int(strncmp(collected(s.batch), "!unmatched", 10), 0, "but not with -x");
	end(&s);
}

/* Up to 60 lines, some empty, some longer than others; how many. */
static size_t
random_lines(uint64_t *state, char *text)
{
	const size_t n = random_below(state, 60);
	const uint32_t longest = 1 + random_below(state, 40);
	char *p = text;

	for (size_t i = 0; i < n; i++) {
		for (uint32_t len = random_below(state, longest); len > 0; len--)
			*p++ = (char)('a' + random_below(state, 26));
		*p++ = '\n';
	}
	*p = '\0';
	return n;
}

/* What is read from a file goes by blocks, a list value by value. */
static void
blocks(void)
{
	static struct setup list, file;
	const struct batch_limits real = limits;
	char word[] = "echo", *command[] = {word}, text[60 * 41 + 1], copy[sizeof(text)];
	uint64_t state = 1;
	int different = 0;

	for (int round = 0; round < 2000; round++) {
		const struct batch_spec spec = {
		    .fill = random_below(&state, 3) > 0,
		    .max_rows = random_below(&state, 2) * random_below(&state, 20),
		    .max_lines = random_below(&state, 4) == 0 ? random_below(&state, 20) : 0,
		};
		size_t n = random_lines(&state, text);
		char *wanted, *line = copy;

		limits.usable = 30 + random_below(&state, 700);
		limits.longest = 10 + random_below(&state, 40);
		file.block_bytes = 1 + random_below(&state, 300);
		memcpy(copy, text, sizeof(copy));
		for (size_t i = 0; i < n; i++) {
			list.values[i] = line;
			line = strchr(line, '\n');
			*line++ = '\0';
		}
		begin(&list, &spec, command, 1, n);
		wanted = strdup(collected(list.batch));
		end(&list);
		begin_input(&file, &spec, text);
		different += strcmp(collected(file.batch), wanted) != 0;
		end(&file);
		free(wanted);
	}
	is_int(different, 0, "a file makes the same jobs as a list of its lines");
	limits = real;
}

static void
columns(void)
{
	static struct setup s = {.separator = " "};
	struct batch_spec spec = {.max_rows = 2};

	begin_input(&s, &spec, "a b\nc d e\nf\n");
	is_str(collected(s.batch), "a b c d e|f|", "-C -n 2: two lines, whatever they hold");
	end(&s);
	spec = (struct batch_spec){.fill = true, .spread = true, .slots = 2};
	begin_input(&s, &spec, "a b\nc d e\nf\n");
	is_str(collected(s.batch), "a b c d e|f|", "-C -m: lines are shared out, not values");
	end(&s);
	spec = (struct batch_spec){.fill = true, .max_chars = 11};
	begin_input(&s, &spec, "a b\nc d\n");
	is_str(collected(s.batch), "a b|c d|", "-C --xargs: a line is not torn apart");
	end(&s);
}

static void
offsets(void)
{
	static struct setup s;
	const struct batch_spec spec = {.fill = true, .max_chars = 11};
	const struct batch_spec shares = {.fill = true, .spread = true, .slots = 2};
	const int want[] = {4, 8, 13, 4, 13};
	const char *what[] = {"behind its last value", "not behind one that was read ahead",
	    "and behind the last", "so it is for a share", "and the last share"};
	struct record *r;

	for (int i = 0; i < 5; i++) {
		if (i == 0 || i == 3)
			begin_input(&s, i == 0 ? &spec : &shares,
			    i == 0 ? "1\n2\n333\n4444\n" : "1\n2\n12345678\n");
		if (batch_next(s.batch, &r) != SOURCE_ITEM)
			abort();
		is_int(r->input_end, want[i], "a record ends %s", what[i]);
		free(r);
		if (i == 2 || i == 4)
			end(&s);
	}
}

static void
pauses(void)
{
	static struct setup s;
	const struct batch_spec spec = {.max_rows = 3};
	static char word[] = "echo", *command[] = {word};
	int input[2], stop[2];
	struct record *r;
	char c;

	if (pipe(input) != 0 || pipe(stop) != 0 || dup2(input[0], STDIN_FILENO) < 0)
		abort();
	s.input = true;
	s.stop_fd = stop[0];
	begin(&s, &spec, command, 1, 0);
	if (write(input[1], "1\n2\n", 4) != 4 || write(stop[1], "", 1) != 1)
		abort();
	is_int(batch_next(s.batch, &r), SOURCE_STOPPED, "waiting for values can be stopped");
	if (read(stop[0], &c, 1) != 1 || write(input[1], "3\n4\n", 4) != 4)
		abort();
	close(input[1]);
	is_str(collected(s.batch), "1 2 3|4|", "and goes on where it was");
	end(&s);
	close(input[0]);
	close(stop[0]);
	close(stop[1]);
}

static void
readiness(void)
{
	static struct setup s;
	struct batch_spec spec = {0};
	struct record *r;

	begin_input(&s, &spec, "1\n2\n");
	ok(!batch_ready(s.batch), "nothing is ready before anything was read");
	if (batch_next(s.batch, &r) != SOURCE_ITEM)
		abort();
	free(r);
	ok(batch_ready(s.batch), "the next of one value is, when it is in memory");
	end(&s);
	spec.max_rows = 2;
	begin_input(&s, &spec, "1\n2\n3\n4\n");
	if (batch_next(s.batch, &r) != SOURCE_ITEM)
		abort();
	free(r);
	ok(!batch_ready(s.batch), "one of several values may have to wait for them");
	end(&s);
}

/* Start the program and wait. Returns the error of exec. */
static int
start(const char *path, char **argv, char **envp)
{
	pid_t pid;
	int status, err = posix_spawn(&pid, path, NULL, NULL, argv, envp);

	if (err == 0 && (waitpid(pid, &status, 0) != pid || status != 0))
		err = -1;
	return err;
}

/* The most that exec takes, to the byte: n strings of 8 bytes and one that fills up. */
static void
kernel(void)
{
	const char *path = "/bin/true";
	char variable[] = "A=b", word[] = "1234567", *envp[] = {variable, NULL};
	const uint64_t space = os_argument_space();
	const size_t fixed =
	    strlen(path) + 1 + sizeof(word) + sizeof(variable) + 3 * sizeof(char *);
	const size_t n = (space - fixed) / (8 + sizeof(char *)) - 2;
	size_t rest = space - fixed - n * (8 + sizeof(char *));
	char **argv = calloc(n + 3, sizeof(*argv)), *last = calloc(1, rest + 2);

	argv[0] = word;
	for (size_t i = 1; i <= n; i++)
		argv[i] = word;
	argv[n + 1] = memset(last, 'x', rest - 1);
	is_int(start(path, argv, envp), 0, "exec takes os_argument_space()");
	last[rest - 1] = 'x';
	is_int(start(path, argv, envp), E2BIG, "and not one byte more");
	free(argv);
	free(last);
}

/* Fill commands with values of len bytes, and start each of them as the program at path. */
static void
full(const char *path, size_t len, char **envp)
{
	static struct setup s;
	const struct batch_spec spec = {.fill = true};
	char word[] = "program", *command[] = {word}, *value = calloc(1, len + 1), **argv;
	uint64_t used, most = 0;
	struct record *r;
	bool started = true;

	memset(value, 'v', len);
	batch_measure(&limits, envp);
	for (size_t i = 0; i < MANY; i++)
		s.values[i] = value;
	begin(&s, &spec, command, 1, MANY);
	while (batch_next(s.batch, &r) == SOURCE_ITEM) {
		argv = calloc(r->n + 2, sizeof(*argv));
		argv[0] = word;
		for (size_t i = 0; i < r->n; i++)
			argv[i + 1] = r->data + i * (len + 1);
		used = r->bytes + sizeof(word) + (r->n + 1) * sizeof(char *);
		most = used > most ? used : most;
		started = started && start(path, argv, envp) == 0;
		free(argv);
		free(r);
	}
	end(&s);
	ok(started, "commands with values of %zu bytes are started", len);
	ok(most <= limits.usable && most + len + 1 + sizeof(char *) > limits.usable,
	    "and they were full: %llu of %llu", (unsigned long long)most,
	    (unsigned long long)limits.usable);
	free(value);
	batch_measure(&limits, environ);
}

static void
with_stack(rlim_t bytes, const char *path)
{
	struct rlimit saved, less;
	char variable[] = "A=b", *few[] = {variable, NULL};
	char *large = calloc(1, 50000), *much[] = {large, NULL};

	getrlimit(RLIMIT_STACK, &saved);
	less = saved;
	less.rlim_cur = bytes;
	if (setrlimit(RLIMIT_STACK, &less) != 0) {
		skip("the limit of the stack cannot be set");
	} else {
		printf("# a stack of %llu bytes\n", (unsigned long long)bytes);
		memset(large, 'e', 49999);
		full(path, 1000, few);
		full(path, 20000, much);
		setrlimit(RLIMIT_STACK, &saved);
	}
	free(large);
}

/* A script whose path is as long as a path can be, nearly: the kernel stores it twice. */
static void
deep(void)
{
	char path[PATH_MAX] = "/tmp/batch_test.XXXXXX", name[NAME_MAX - 4] = "";
	size_t top, len;
	FILE *script;

	if (mkdtemp(path) == NULL)
		abort();
	memset(name, 'd', sizeof(name) - 1);
	for (top = len = strlen(path); len + sizeof(name) + 1 < PATH_MAX; len = strlen(path)) {
		snprintf(path + len, sizeof(path) - len, "/%s", name);
		if (len + 2 * sizeof(name) + 1 < PATH_MAX && mkdir(path, 0700) != 0)
			abort();
	}
	if ((script = fopen(path, "w")) == NULL)
		abort();
	fputs("#!/bin/true with_an_argument\n", script);
	fclose(script);
	chmod(path, 0700);
	printf("# a script with a path of %zu bytes\n", len);
	with_stack(8 << 20, path);
	with_stack(1 << 20, path);
	unlink(path);
	while ((len = (size_t)(strrchr(path, '/') - path)) >= top) {
		path[len] = '\0';
		rmdir(path);
	}
}

int
main(void)
{
	batch_measure(&limits, environ);
	counts();
	sizes();
	refusals();
	spreads();
	lines();
	blocks();
	columns();
	offsets();
	pauses();
	readiness();
	kernel();
	with_stack(64 << 20, "/bin/true");
	with_stack(8 << 20, "/bin/true");
	with_stack(400 << 10, "/bin/true");
	deep();
	return done_testing();
}
