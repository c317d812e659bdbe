/*
 * Command templates with any number of values: words that are split or repeated, scripts, texts
 * with the values pasted in as GNU parallel does, and the sizes that batches go by.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/buf.h"
#include "input/template.h"
#include "tap.h"

enum {
	MAX_VALUES = 8,
};

/* A command, its values, and what is wanted. Arrays end with NULL. */
struct trial {
	const char *words[8];
	const char *values[MAX_VALUES + 1];
	const char *want;
};

static struct record *
record_of(const char *const *values)
{
	struct record_builder b = {0};
	struct record *r;

	for (; *values; values++)
		if (record_builder_add(&b, *values, strlen(*values)) != 0)
			abort();
	r = record_builder_take(&b);
	if (!r)
		abort();
	return r;
}

static size_t
count(const char *const *list)
{
	size_t n = 0;

	while (list[n])
		n++;
	return n;
}

static struct template *
compile(const struct trial *trial, struct template_spec spec)
{
	struct buf why = {0}, notice = {0};
	struct template *t = NULL;

	spec.words = (char *const *)trial->words;
	spec.n_words = count(trial->words);
	spec.append = true;
	if (!spec.names.only_value)
		spec.names.value = "{}";
	if (template_compile(&t, &spec, &why, &notice) != 0)
		printf("# %s\n", why.len > 0 ? buf_string(&why) : "no memory");
	buf_free(&why);
	buf_free(&notice);
	return t;
}

/* The row by row size is never less than the real one; exact: chars is that of the words. */
static void
check_size(const struct template *t, const char *const *values, const struct argv *argv, bool exact)
{
	struct command_size size;
	uint64_t bytes = 0;
	uint64_t longest = 0;
	size_t i;

	template_size_start(t, &size);
	for (i = 0; values[i]; i++) {
		struct item item = {.text = values[i], .len = strlen(values[i])};

		template_size_add(t, &(struct row){&item, 1}, &size);
	}
	for (i = 0; i < argv->n; i++) {
		const size_t len = strlen(argv->v[i]) + 1;

		bytes += len;
		longest = len > longest ? len : longest;
	}
	ok(size.bytes >= bytes && size.longest >= longest && size.strings >= argv->n,
	    "its size is not taken for less");
	if (exact)
		is_int(size.chars, bytes, "and -s counts it exactly");
}

/* The argument vector as [word][word]. */
static void
check_argv(const struct trial *trial, struct template_spec spec, bool exact)
{
	struct template *t = compile(trial, spec);
	struct record *r = record_of(trial->values);
	const struct replace_input in = {.record = r, .seq = 7, .slot = 2, .slots = 4};
	struct argv argv = {0};
	struct buf got = {0};
	size_t i;

	if (t && template_expand(t, &in, &argv) == 0) {
		for (i = 0; i < argv.n; i++)
			buf_printf(&got, "[%s]", argv.v[i]);
		check_size(t, trial->values, &argv, exact);
	}
	is_str(buf_string(&got), trial->want, "%s over %zu values",
	    trial->words[trial->words[1] ? 1 : 0], r->n);
	buf_free(&got);
	argv_free(&argv);
	template_free(t);
	free(r);
}

static void
check_display(const struct trial *trial, struct template_spec spec)
{
	struct template *t = compile(trial, spec);
	struct record *r = record_of(trial->values);
	const struct replace_input in = {.record = r, .seq = 7, .slot = 2, .slots = 4};
	struct argv argv = {0};
	struct buf got = {0};

	if (t && template_display(t, &in, &got) == 0)
		is_str(buf_string(&got), trial->want, "shown: %s", trial->want);
	else
		ok(false, "shown: %s", trial->want);
	if (t && template_expand(t, &in, &argv) == 0)
		check_size(t, trial->values, &argv, false);
	buf_free(&got);
	argv_free(&argv);
	template_free(t);
	free(r);
}

#define CHECK(check, spec, ...)                                                                    \
	do {                                                                                       \
		static const struct trial trials[] = {__VA_ARGS__};                                \
		size_t trial;                                                                      \
                                                                                                   \
		for (trial = 0; trial < sizeof(trials) / sizeof(trials[0]); trial++)               \
			check;                                                                     \
	} while (0)

#define ARGV(...) CHECK(check_argv(&trials[trial], spec, true), spec, __VA_ARGS__)
#define SCRIPT(...) CHECK(check_argv(&trials[trial], spec, false), spec, __VA_ARGS__)
#define SHOWN(...) CHECK(check_display(&trials[trial], spec), spec, __VA_ARGS__)

static void
test_split(void)
{
	const struct template_spec spec = {.spread = SPREAD_SPLIT};

	ARGV({{"x", "a{}b"}, {"1", "2", "3"}, "[x][a1][2][3b]"},
	    {{"x", "{}-{.}"}, {"1.c", "2"}, "[x][1.c][2-1][2]"},
	    {{"x", "{}{}"}, {"1", "2"}, "[x][1][21][2]"},
	    {{"x", "{}"}, {"1 1", "", "{}"}, "[x][1 1][][{}]"}, {{"x"}, {"1", "2"}, "[x][1][2]"},
	    {{"x", "{2}a{1}"}, {"1", "2"}, "[x][2a1]"}, {{"x", "{-1}{}"}, {"1"}, "[x][11]"},
	    {{"x", "{3}"}, {"1", "2"}, "[x][]"}, {{"{}", "x"}, {"1", "2"}, "[1][2][x]"},
	    {{"x", "{}", "b"}, {NULL}, "[x][b]"}, {{"x", "a{}b"}, {NULL}, "[x][ab]"},
	    {{"x", "{}{.}"}, {NULL}, "[x]"}, {{"x"}, {NULL}, "[x]"},
	    {{"xyz a{}b"}, {"1", "2"}, "[xyz][a1][2b]"});
}

static void
test_repeat(void)
{
	const struct template_spec spec = {.spread = SPREAD_REPEAT};

	ARGV({{"x", "a{}b"}, {"1", "2", "3"}, "[x][a1b][a2b][a3b]"},
	    {{"x", "{}-{.}"}, {"1.c", "2"}, "[x][1.c-1][2-2]"},
	    {{"x", "{}-{1}"}, {"1", "2", "3"}, "[x][1-1][2-1][3-1]"},
	    {{"x", "{2}-{}"}, {"1", "22", "3"}, "[x][22-1][22-22][22-3]"},
	    {{"x", "{2}{1}", "y"}, {"1", "2"}, "[x][21][y]"}, {{"x"}, {"1", "2"}, "[x][1][2]"},
	    {{"x", "a{}b"}, {NULL}, "[x][ab]"}, {{"x", "{}"}, {NULL}, "[x]"},
	    {{"xyz a{}b c"}, {"1", "2"}, "[xyz][a1b][a2b][c]"});
}

static void
test_xargs(void)
{
	struct template_spec spec = {.mode = SHELL_NEVER, .names = {.only_value = true}};

	ARGV({{"x", "{}", "{.}"}, {"1", "2"}, "[x][{}][{.}][1][2]"}, {{"x"}, {NULL}, "[x]"});
	spec.names.value = "{}";
	ARGV({{"x", "{}", "{.}a{}"}, {"1 2"}, "[x][1 2][{.}a1 2]"},
	    {{"{}", "{}"}, {"1"}, "[{}][1]"}, {{"x", "{= 1 =}", "{}"}, {"1"}, "[x][{= 1 =}][1]"});
}

#define RUN "[/bin/sh][-c]["

static void
test_split_scripts(void)
{
	const struct template_spec spec = {.spread = SPREAD_SPLIT};

	SCRIPT({{"echo a{}b"}, {"1", "2"}, RUN "echo a\"$@\"b][sh][1][2]"},
	    {{"echo a{}b"}, {"1"}, RUN "_spool_0=\"$*\"; echo a\"${_spool_0}\"b][sh][1]"},
	    {{"echo x; y"}, {"1", "2"}, RUN "echo x; y \"$@\"][sh][1][2]"},
	    {{"echo \"{}\" {}"}, {"1", "2"},
		RUN "_spool_0=\"$*\"; echo \"${_spool_0}\" \"$@\"][sh][1][2]"},
	    {{"echo \"{}\""}, {"1", "2"}, RUN "_spool_0=\"$*\"; echo \"${_spool_0}\"][sh][1][2]"},
	    {{"x={}; echo {}"}, {"1", "2"},
		RUN "_spool_0=\"$*\"; x=\"${_spool_0}\"; echo \"$@\"][sh][1][2]"},
	    {{"echo {} >{}"}, {"1", "2"},
		RUN "_spool_0=\"$*\"; echo \"$@\" >\"${_spool_0}\"][sh][1][2]"},
	    {{"echo {.} {}"}, {"1.c", "2"}, RUN "echo 1 2 1.c 2][sh]"},
	    {{"echo {.} $2"}, {"1.c", "2"}, RUN "echo 1 2 $2][sh][1.c][2]"},
	    {{"set x; echo {}"}, {"1", "2"}, RUN "set x; echo 1 2][sh]"},
	    {{"f() { y {}; }"}, {"1", "2"}, RUN "f() { y '1' '2'; }][sh]"},
	    {{"echo `echo {.}`"}, {"1", "2"},
		RUN "_spool_1=\"${1}\"; shift 1; echo `echo \"${_spool_1}\"`][sh][1 2][1][2]"},
	    {{"echo `echo {}`"}, {"1", "2"}, RUN "echo `echo \"$@\"`][sh][1][2]"},
	    {{"echo {2} | x"}, {"1", "2"},
		RUN "_spool_1=\"${1}\"; shift 1; echo \"${_spool_1}\" | x][sh][2][1][2]"},
	    {{"echo {} | x"}, {NULL}, RUN "echo \"$@\" | x][sh]"});
	SHOWN({{"echo a{}b | x"}, {"1 1", "2"}, "echo a'1 1' '2'b | x"},
	    {{"echo \"{}\""}, {"1", "2"}, "echo \"\"'1 2'\"\""});
}

static void
test_repeat_scripts(void)
{
	const struct template_spec spec = {.spread = SPREAD_REPEAT};

	SCRIPT({{"echo {} | x"}, {"1", "2"}, RUN "echo \"$@\" | x][sh][1][2]"},
	    {{"echo a{}b;x"}, {"1", "2"}, RUN "echo a'1'b a'2'b;x][sh]"},
	    {{"echo $(x a{})"}, {"1", "2"}, RUN "echo $(x a'1' a'2')][sh]"},
	    {{"echo \"x {}y z\""}, {"1", "2"}, RUN "echo \"x \"'1'\"y \"'2'\"y z\"][sh]"},
	    {{"echo \"x {}y\""}, {"1", "2"},
		RUN "_spool_0=\"$*\"; echo \"x ${_spool_0}y\"][sh][1][2]"},
	    {{"echo {}-{1} 'y'"}, {"a", "b"}, RUN "echo 'a'-'a' 'b'-'a' 'y'][sh]"},
	    {{"echo {1} $x"}, {"a", "b"},
		RUN "_spool_1=\"${1}\"; shift 1; echo \"${_spool_1}\" $x][sh][a][a][b]"},
	    {{"echo {}\"$(x y)\""}, {"1", "2"}, RUN "echo \"$@\"\"$(x y)\"][sh][1][2]"});
}

static void
test_pasted(void)
{
	struct template_spec spec = {.mode = SHELL_PASTE, .shell = "/bin/bash"};

	SCRIPT({{"echo", "-x"}, {"a b"}, "[/bin/bash][-c][echo -x 'a b']"},
	    {{"-x"}, {"a"}, "[/bin/bash][-c][ -x a]"});
	SHOWN({{"echo"}, {"a b", "c"}, "echo 'a b' c"}, {{"echo", "a {}"}, {"x y"}, "echo a 'x y'"},
	    {{"{} x"}, {"y z"}, "y z x"}, {{"a={}", "b"}, {"y z"}, "a='y z' b"},
	    {{"a{}b{.}c"}, {"1.c", "2"}, "a1.c 2b1 2c"}, {{"echo", ""}, {"1"}, "echo  1"},
	    {{"echo", "{3}"}, {"1"}, "echo "}, {{"'{}'"}, {"a b"}, "'a b'"},
	    {{NULL}, {"a b; c", "d"}, "a b; c d"}, {{"-x"}, {"a"}, "-x a"},
	    {{"echo", "{}", "b"}, {NULL}, "echo  b"}, {{"echo {1}a{}b"}, {NULL}, "echo ab"});
	spec.spread = SPREAD_REPEAT;
	SHOWN({{"echo", "a{}b"}, {"1", "2"}, "echo a1b a2b"},
	    {{"echo", "x y{}z w"}, {"1", "2"}, "echo x y1z y2z w"},
	    {{"echo", "x\ty{}"}, {"1", "2"}, "echo x\ty1 \ty2"},
	    {{"echo", "{1}", "x{1}y{}"}, {"1", "2"}, "echo 1 x1y1 x1y2"});
}

static void
test_pasted_quoted(void)
{
	struct template_spec spec = {.mode = SHELL_PASTE_QUOTED, .shell = "/bin/bash"};

	SHOWN({{"echo", "a;b", "", "{}"}, {"1 1", ""}, "echo 'a;b' '' '1 1' ''"},
	    {{"echo", "a {}"}, {"1", "'"}, "echo 'a 1' \"'\""}, {{"echo", "{}"}, {NULL}, "echo"},
	    {{NULL}, {"a b"}, "'a b'"});
	spec.spread = SPREAD_REPEAT;
	SHOWN({{"echo", "x y{}z w"}, {"1 a", "2"}, "echo 'x y1 az' 'y2z w'"});
}

static void
test_lines(void)
{
	const struct template_spec spec = {.mode = SHELL_AUTO};

	SCRIPT({{NULL}, {"gzip a", "b"}, "[gzip][a][b]"},
	    {{NULL}, {"echo 'a", "b'"}, RUN "echo 'a b']"});
}

static uint64_t
chars_of(const struct trial *trial, struct template_spec spec)
{
	struct template *t = compile(trial, spec);
	struct command_size size = {0};
	size_t i;

	if (t)
		template_size_start(t, &size);
	for (i = 0; t && trial->values[i]; i++) {
		struct item item = {.text = trial->values[i], .len = strlen(trial->values[i])};

		template_size_add(t, &(struct row){&item, 1}, &size);
	}
	template_free(t);
	return size.chars;
}

/* Where GNU parallel starts a new line with -s: at the length of the line, values quoted. */
static void
test_chars(void)
{
	static const struct trial one = {{"echo", "a{}b {.}"}, {"1 1", "2"}, NULL};
	static const struct trial position = {{"echo", "{}{2}"}, {"1", "2"}, NULL};
	struct template_spec spec = {.mode = SHELL_PASTE};

	is_int(chars_of(&one, spec), sizeof("echo a'1 1' 2b '1 1' 2"), "-s counts quotes");
	spec.spread = SPREAD_REPEAT;
	is_int(chars_of(&one, spec), sizeof("echo a'1 1'b a2b '1 1' 2"), "and what is repeated");
	spec.mode = SHELL_PASTE_QUOTED;
	is_int(chars_of(&one, spec), 3 * strlen("echo a1 1b a2b 1 1 2") + 1, "-q thrice");
	spec = (struct template_spec){.mode = SHELL_JOIN};
	is_int(chars_of(&one, spec), sizeof("echo a1 1 2b 1 1 2"), "a script as a line");
	spec.mode = SHELL_PASTE;
	is_int(chars_of(&position, spec), sizeof("echo 1 2") + 1, "a position as GNU parallel");
}

int
main(void)
{
	test_split();
	test_repeat();
	test_xargs();
	test_split_scripts();
	test_repeat_scripts();
	test_pasted();
	test_pasted_quoted();
	test_lines();
	test_chars();
	return done_testing();
}
