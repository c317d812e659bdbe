/*
 * Command templates without a shell: what becomes an argument vector and what a script, what is
 * appended, what is refused, and how it is shown. What shells make of the scripts is
 * contexts_test's matter.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/buf.h"
#include "input/record.h"
#include "input/template.h"
#include "tap.h"

static const char *no_environment[] = {NULL};
static const char *with_functions[] = {
    "PATH=/bin",
    "BASH_FUNC_greet%%=() {  echo hi $1\n}",
    "BASH_FUNC_a-b%%=() {  :\n}",
    "BASH_FUNC_fake%%=x",
    "X=BASH_FUNC_no%%=() {  :\n}",
    NULL,
};
static const char *with_allexport[] = {"SHELLOPTS=allexport:braceexpand", NULL};

static const struct replace_spec plain_names = {.value = "{}"};

/* A command of up to eight words with the usual settings. */
struct command {
	const char *words[9];
	struct template_spec spec;
};

#define COMMAND(...)                                                                               \
	{                                                                                          \
		.words = {__VA_ARGS__}, .spec = {.append = true, .names = {.value = "{}"} }        \
	}

static struct template_spec *
spec_of(struct command *c)
{
	c->spec.words = (char *const *)c->words;
	for (c->spec.n_words = 0; c->words[c->spec.n_words];)
		c->spec.n_words++;
	if (!c->spec.envp)
		c->spec.envp = (char *const *)no_environment;
	return &c->spec;
}

static struct template *
compile(struct command *c)
{
	struct buf why = {0}, notice = {0};
	struct template *t = NULL;

	if (template_compile(&t, spec_of(c), &why, &notice) != 0)
		printf("# %.*s\n", (int)why.len, why.data);
	buf_free(&why);
	buf_free(&notice);
	return t;
}

static struct record *
record_of(const char *value)
{
	struct record *r = record_new(value, strlen(value));

	if (!r)
		abort();
	return r;
}

/* The argument vector as [word][word]. */
static void
check_argv(struct command c, const char *value, const char *want, bool shared, const char *name)
{
	struct template *t = compile(&c);
	struct record *r = record_of(value);
	const struct replace_input in = {.record = r, .seq = 12, .slot = 3};
	struct argv argv = {0};
	struct buf got = {0};
	size_t i;

	if (t && template_expand(t, &in, &argv) == 0)
		for (i = 0; i < argv.n; i++)
			buf_printf(&got, "[%s]", argv.v[i]);
	is_str(buf_string(&got), want, "%s", name);
	if (t)
		ok(argv.shared_word == shared && argv.v[argv.n] == NULL, "%s: shared word", name);
	buf_free(&got);
	argv_free(&argv);
	template_free(t);
	free(r);
}

static void
check_display(struct command c, const char *value, const char *want)
{
	struct template *t = compile(&c);
	struct record *r = record_of(value);
	const struct replace_input in = {.record = r, .seq = 12, .slot = 3};
	struct buf got = {0};

	if (t)
		template_display(t, &in, &got);
	is_str(buf_string(&got), want, "shown: %.*s", (int)strcspn(want, "\n"), want);
	buf_free(&got);
	template_free(t);
	free(r);
}

static void
check_refused(struct command c, const char *what)
{
	struct buf why = {0}, notice = {0};
	struct template *t = NULL;
	const int err = template_compile(&t, spec_of(&c), &why, &notice);

	ok(err == EINVAL && !t && why.len > 0 && buf_string(&why) && strstr(why.data, what),
	    "refused, and the reason says: %s", what);
	template_free(t);
	buf_free(&why);
	buf_free(&notice);
}

#define ARGV(want, shared, name, value, ...)                                                       \
	check_argv((struct command)COMMAND(__VA_ARGS__), value, want, shared, name)
#define SHOWN(want, value, ...) check_display((struct command)COMMAND(__VA_ARGS__), value, want)

static void
test_words(void)
{
	ARGV("[gzip][-9][a b]", true, "several words are argv, the value is appended", "a b",
	    "gzip", "-9");
	ARGV("[mv][a;b][a;b.bak]", true, "a value is inserted verbatim", "a;b", "mv", "{}",
	    "{}.bak");
	ARGV("[ls][]", true, "an empty value is an empty word", "", "ls");
	ARGV("[x][{}{.}][{}{.}]", true, "a value is not scanned again", "{}{.}", "x", "{}", "{/}");
	ARGV("[x][${a b}][$a b]", true, "argv knows no ${", "a b", "x", "${{}}", "${}");
	ARGV("[a b][-v]", false, "the command may be a value", "a b", "{}", "-v");
	ARGV("[foo][a b]", true, "one plain word is argv", "a b", "foo");
	ARGV("[/opt/x=y][a]", true, "a path is a plain word", "a", "/opt/x=y");
	ARGV("[a]", false, "a replacement string is no shell syntax", "a", "{}");
	ARGV("[x][{foo}][a]", true, "an unknown {foo} stays literal", "a", "x", "{foo}");
	ARGV("[x][d/a.tar][a.tar.gz][d][a.tar][12][3]", true, "all replacement strings",
	    "d/a.tar.gz", "x", "{.}", "{/}", "{//}", "{/.}", "{#}", "{%}");
	ARGV("[x][a][a]", true, "they stand side by side", "a", "x", "{}", "{/}");
	ARGV("[x][aaa]", true, "without anything between", "a", "x", "{}{/}{.}");
	ARGV("[a|b][a]", true, "no shell for several words", "a", "a|b", "{}");
}

static void
test_modes(void)
{
	struct command never = COMMAND("echo $x |");
	struct command never_words = COMMAND("greet", "x");
	struct command join = COMMAND("cat", "{}", "|", "wc");
	struct command join_simple = COMMAND("cat", "-n", "{}");
	struct command renamed = COMMAND("x", "{}", "_", "a_b", "{.}");
	struct command in_script = COMMAND("x _ \"$_\" '_' \\_ {}|y");
	struct command no_append = COMMAND("x");

	never.spec.mode = SHELL_NEVER;
	check_argv(never, "a", "[echo $x |][a]", true, "-q: one word is a command, blanks and all");
	never_words.spec.mode = SHELL_NEVER;
	never_words.spec.envp = (char *const *)with_functions;
	check_argv(never_words, "a", "[greet][x][a]", true, "-q: no shell for a function either");
	join.spec.mode = join_simple.spec.mode = SHELL_JOIN;
	check_argv(join, "a", "[/bin/sh][-c][_spool_0=\"$*\"; cat \"${_spool_0}\" | wc][sh][a]",
	    false, "--shell joins");
	check_argv(join_simple, "a b", "[cat][-n][a b]", true, "--shell needs none here");
	renamed.spec.names.value = in_script.spec.names.value = "_";
	check_argv(renamed, "v.c", "[x][{}][v.c][av.cb][v]", true, "-I renames {} only");
	check_argv(in_script, "v",
	    "[/bin/sh][-c][_spool_0=\"$*\"; x \"${_spool_0}\" \"\\$${_spool_0}\" "
	    "''\"${_spool_0}\"'' \\_ {}|y][sh][v]",
	    false, "-I in a script");
	no_append.spec.append = false;
	check_argv(no_append, "a", "[x]", true, "nothing is appended unless asked for");
}

static void
test_direct(void)
{
	ARGV("[gzip][-9][a b]", true, "a script that needs no shell is exec'ed", "a b",
	    "gzip -9 {}");
	ARGV("[gzip][-9][a b]", true, "with the value appended", "a b", " gzip\t-9 \n");
	ARGV("[dd][if=a b][of=a b.x]", true, "with = in later words", "a b", "dd if={} of={}.x");
	ARGV("[x][a#b][a]", true, "with # inside a word", "a", "x a#b");
	ARGV("[/bin/echo][a]", true, "with a path that ends like a builtin", "a", "/bin/echo {}");
}

static void
check_shell(const char *script)
{
	char *words[] = {strdup(script), NULL};
	struct template_spec spec = {
	    .words = words, .n_words = 1, .append = true, .names = {.value = "{}"}};
	struct buf why = {0}, notice = {0};
	struct argv argv = {0};
	struct record *r = record_of("a");
	struct template *t = NULL;

	ok(template_compile(&t, &spec, &why, &notice) == 0 &&
		template_expand(
		    t, &(struct replace_input){.record = r, .seq = 1, .slot = 1}, &argv) == 0 &&
		strcmp(argv.v[0], "/bin/sh") == 0 && !argv.shared_word,
	    "a shell runs: %s", script);
	template_free(t);
	argv_free(&argv);
	buf_free(&why);
	buf_free(&notice);
	free(words[0]);
	free(r);
}

/* Each of these needs a shell. */
static void
test_shell(void)
{
	static const char *const scripts[] = {
	    "echo {}",
	    "cd {}",
	    "[ a ]",
	    "time x",
	    "if x",
	    "A=1 x",
	    "x ~",
	    "x *",
	    "x ?",
	    "x [a]",
	    "x {a,b}",
	    "x # c",
	    "#x y",
	    "x 'a'",
	    "x \"a\"",
	    "x \\a",
	    "x $a",
	    "x `a`",
	    "x;y",
	    "x&",
	    "x|y",
	    "x<y",
	    "x>y",
	    "(x y)",
	    "! x",
	    "{ x; }",
	    "x\ny",
	    "{} x",
	    "a{} x",
	    "%1 x",
	    ". x",
	    "x =y",
	    "- x",
	    "-x |y",
	    "command x",
	    "exec x",
	    "kill 1",
	    "printf x",
	    "whence x",
	};
	size_t i;

	for (i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++)
		check_shell(scripts[i]);
}

static void
test_scripts(void)
{
	struct command bash = COMMAND("gzip {}");
	struct command all = COMMAND("echo {}");

	bash.spec.shell = "/usr/bin/bash";
	check_argv(bash, "a", "[/usr/bin/bash][-c][_spool_0=\"$*\"; gzip \"${_spool_0}\"][bash][a]",
	    true, "a shell that was asked for is used");
	all.spec.envp = (char *const *)with_allexport;
	check_argv(all, "a",
	    "[/bin/sh][-c][case $- in *a*) set +a; _spool_0=\"$*\"; set -a;; "
	    "*) _spool_0=\"$*\"; :;; esac; echo \"${_spool_0}\"][sh][a]",
	    false, "no variable is exported under allexport");
	ARGV("[/bin/sh][-c][_spool_1=\"${1}\"; _spool_2=\"${2}\"; shift 2; _spool_0=\"$*\"; "
	     "echo \"${_spool_1}\" \"${_spool_2}\" \"${_spool_0}\" \"${_spool_1}\"][sh][b.c][12]"
	     "[a/b.c]",
	    false, "derived values go before the value", "a/b.c", "echo {/} {#} {} {/}");
	ARGV("[/bin/sh][-c][echo ${1%.c}.o][sh][a.c]", false,
	    "$1 is the value: nothing is appended", "a.c", "echo ${1%.c}.o");
	ARGV("[/bin/sh][-c][echo \"$@\"][sh][a]", false, "so with $@", "a", "echo \"$@\"");
	ARGV("[/bin/sh][-c][_spool_0=\"$*\"; awk '{print $1}' \"${_spool_0}\"][sh][a]", false,
	    "not with $1 in single quotes", "a", "awk '{print $1}'");
	ARGV("[/bin/sh][-c][_spool_0=\"$*\"; echo \\$1 \"${_spool_0}\"][sh][a]", false,
	    "nor with an escaped one", "a", "echo \\$1");
}

static void
test_appending(void)
{
	ARGV("[/bin/sh][-c][_spool_0=\"$*\"; echo ${#} ${} '${}' \"${_spool_0}\"][sh][a]", false,
	    "${ belongs to the shell", "a", "echo ${#} ${} '${}'");
	ARGV("[/bin/sh][-c][_spool_0=\"$*\"; echo \\{} \"${_spool_0}\"][sh][a]", false,
	    "an escaped brace is one", "a", "echo \\{}");
	ARGV("[/bin/sh][-c][_spool_0=\"$*\"; ls \\\\ \"${_spool_0}\"][sh][a]", false,
	    "a last backslash does not escape what is appended", "a", "ls \\");
}

static void
test_append(void)
{
	ARGV("[/bin/sh][-c][_spool_0=\"$*\"; echo x \"${_spool_0}\" # it's\n][sh][a]", false,
	    "appended before a comment", "a", "echo x # it's\n");
	ARGV("[/bin/sh][-c][_spool_0=\"$*\"; echo x \"${_spool_0}\"\n\n][sh][a]", false,
	    "appended before the last newline", "a", "echo x\n\n");
	ARGV("[/bin/sh][-c][_spool_0=\"$*\"; cat - <<E \"${_spool_0}\"\nx\nE\n][sh][a]", false,
	    "appended before the body of a here-document", "a", "cat - <<E\nx\nE\n");
	ARGV("[/bin/sh][-c][_spool_0=\"$*\"; echo x \"${_spool_0}\" \\\n][sh][a]", false,
	    "appended before a joined line", "a", "echo x \\\n");
	ARGV("[/bin/sh][-c][echo # {}][sh][a]", false, "a replacement string in a comment counts",
	    "a", "echo # {}");
	ARGV("[/bin/sh][-c][ # x][sh][a]", false, "no command, nothing to append to", "a", " # x");
}

static void
test_functions(void)
{
	struct command words = COMMAND("greet", "{}", "b c");
	struct command one = COMMAND("a-b");
	struct command script = COMMAND(" greet x; y");
	struct command simple = COMMAND("greet {}");
	struct command fake = COMMAND("fake", "{}");
	struct command value = COMMAND("{}", "x");
	struct command lines = COMMAND(NULL);
	char *const *envp = (char *const *)with_functions;

	words.spec.envp = one.spec.envp = script.spec.envp = simple.spec.envp = envp;
	fake.spec.envp = value.spec.envp = lines.spec.envp = envp;
	check_argv(words, "a", "[bash][-c][greet \"$@\"][bash][a][b c]", false,
	    "bash runs an exported function");
	check_argv(one, "a", "[bash][-c][a-b \"$@\"][bash][a]", false, "also as the only word");
	check_argv(script, "a", "[bash][-c][_spool_0=\"$*\";  greet x; y \"${_spool_0}\"][bash][a]",
	    false, "and a script that starts with one");
	check_argv(simple, "a", "[bash][-c][_spool_0=\"$*\"; greet \"${_spool_0}\"][bash][a]",
	    false, "be it a simple one");
	check_argv(fake, "a", "[fake][a]", true, "another variable is no function");
	check_argv(value, "greet", "[greet][x]", false, "a value names a program");
	check_argv(lines, "greet me", "[bash][-c][greet me]", false, "and a command line");
	check_display(words, "a'b", "greet 'a'\\''b' 'b c'");
	check_display(script, "a", " greet x; y a");
	words.spec.shell = "/opt/bin/bash";
	check_argv(words, "a", "[/opt/bin/bash][-c][greet \"$@\"][bash][a][b c]", true,
	    "the bash that was asked for");
}

static void
test_lines(void)
{
	struct command never = COMMAND(NULL);
	struct command bash = COMMAND(NULL);

	ARGV("[gzip][-9][x]", false, "a plain line is exec'ed", "gzip -9  x");
	ARGV("[/bin/sh][-c][gzip 'x y']", false, "another line is a script", "gzip 'x y'");
	ARGV("[/bin/sh][-c][echo {} {#}]", false, "it is not scanned for replacement strings",
	    "echo {} {#}");
	ARGV("[/bin/sh][-c][ -x | y]", false, "it is never taken for an option", "-x | y");
	ARGV("[/bin/sh][-c][]", false, "it may be empty", "");
	never.spec.mode = SHELL_NEVER;
	check_argv(never, "a 'b  c' | d", "[a]['b][c'][|][d]", false, "-q: it is split at blanks");
	check_argv(never, "  ", "[]", false, "-q: a blank one is no command");
	bash.spec.shell = "/bin/bash";
	check_argv(bash, "gzip x", "[/bin/bash][-c][gzip x]", true, "a shell that was asked for");
	check_display(bash, "gzip x", "/bin/bash -c 'gzip x'");
	SHOWN("echo {} \"a b\"", "echo {} \"a b\"");
	SHOWN("(cd x && ls)", "cd x && ls");
	SHOWN("(exit 3)", "exit 3");
	SHOWN("( (a); x=1)", "(a); x=1");
	SHOWN("(cd x; pwd)", "(cd x; pwd)");
	SHOWN("/bin/sh -c 'cd x # c'", "cd x # c");
	SHOWN("/bin/sh -c 'echo \"x'", "echo \"x");
	SHOWN("/bin/sh -c 'echo x\\'", "echo x\\");
	SHOWN("/bin/sh -c 'a ) b'", "a ) b");
}

static void
test_display(void)
{
	struct command bash = COMMAND("echo {} | wc");

	SHOWN("gzip -9 'a b'", "a b", "gzip", "-9");
	SHOWN("gzip -9 'a b'", "a b", "gzip -9 {}");
	SHOWN("echo 'a b' \"x\"'a b'\"y\" 'x''a b''y' z'a b' | wc", "a b",
	    "echo {} \"x{}y\" 'x{}y' z{} | wc");
	SHOWN("echo a \"$(cat a '''a''')\"", "a", "echo {} \"$(cat {} '{}')\"");
	SHOWN("echo x a # c", "a", "echo x # c");
	SHOWN("(cd 'a b' && make)", "a b", "cd {} && make");
	SHOWN("('a' x)", "a", "{} x");
	SHOWN("echo a", "a", "echo", "{}");
	SHOWN("env echo 'a\\n'", "a\\n", "echo", "{}");
	SHOWN("env echo -n", "-n", "echo");
	SHOWN("env cd a", "a", "cd", "{}");
	SHOWN("'A=b' x", "x", "A=b", "{}");
	SHOWN("/bin/sh -c 'echo \"$1\"' sh 'a b'", "a b", "echo \"$1\"");
	SHOWN(
	    "/bin/sh -c '_spool_0=\"$*\"; echo `cat \"${_spool_0}\"`' sh a", "a", "echo `cat {}`");
	SHOWN("/bin/sh -c '_spool_0=\"$*\"; cat <<E\n${_spool_0}\nE\n' sh a", "a",
	    "cat <<E\n{}\nE\n");
	bash.spec.shell = "/bin/bash";
	check_display(bash, "a b", "/bin/bash -c 'echo '\\''a b'\\'' | wc'");
}

static void
test_notice(void)
{
	struct command pipe = COMMAND("cat", "{}", "|", "wc");
	struct command quiet = COMMAND("cat", "{}", "a|b", ";;");
	struct buf why = {0}, notice = {0};
	struct template *t = NULL;

	ok(template_compile(&t, spec_of(&pipe), &why, &notice) == 0 && buf_string(&notice) &&
		strstr(notice.data, "word | "),
	    "a lone | is noticed");
	template_free(t);
	buf_reset(&notice);
	ok(template_compile(&t, spec_of(&quiet), &why, &notice) == 0 && notice.len == 0,
	    "other words are not");
	template_free(t);
	pipe.spec.mode = SHELL_NEVER;
	ok(template_compile(&t, spec_of(&pipe), &why, &notice) == 0 && notice.len == 0,
	    "and none under -q");
	template_free(t);
	buf_free(&why);
	buf_free(&notice);
}

static void
test_refused(void)
{
	struct command empty = COMMAND("x");
	char deep[4001];
	struct command nested = COMMAND(deep);

	check_refused((struct command)COMMAND("x", "{= s/a/b/ =}"), "{= perl");
	check_refused((struct command)COMMAND("echo {= $_++ =} | wc"), "{= perl");
	empty.spec.names.value = "";
	check_refused(empty, "-I");
	memset(deep, '(', sizeof(deep) - 1);
	deep[sizeof(deep) - 1] = '\0';
	check_refused(nested, "deep");
	ARGV("[/bin/sh][-c][echo ${=} =} $1][sh][a]", false, "${= is no perl", "a",
	    "echo ${=} =} $1");
}

/* An argument vector is used again and again. */
static void
test_reuse(void)
{
	struct command c = COMMAND("x", "{}");
	struct template *t = compile(&c);
	struct argv argv = {0};
	bool same = t != NULL;
	char value[300];
	unsigned i;

	for (i = 0; same && i < sizeof(value); i++) {
		struct record *r;

		memset(value, 'a', i);
		value[i] = '\0';
		r = record_of(value);
		same = template_expand(t, &(struct replace_input){.record = r, .seq = i, .slot = 1},
			   &argv) == 0 &&
		       argv.n == 2 && strcmp(argv.v[1], value) == 0 && !argv.v[2];
		free(r);
	}
	ok(same, "an argument vector serves job after job");
	argv_free(&argv);
	template_free(t);
}

static void
check_text(const char *text, const char *name, const char *value, const char *want)
{
	struct text_template *t = NULL;
	struct record *r = record_of(value);
	struct buf why = {0}, got = {0};

	if (text_template_compile(
		&t, text, &(struct replace_spec){.value = name ? name : "{}"}, false, &why) == 0)
		text_template_expand(
		    t, &(struct replace_input){.record = r, .seq = 12, .slot = 3}, &got);
	is_str(buf_string(&got), want, "text %s of '%.*s'", text, (int)strcspn(value, "\n"), value);
	text_template_free(t);
	buf_free(&why);
	buf_free(&got);
	free(r);
}

static void
test_text(void)
{
	static const struct {
		const char *value, *want;
	} paths[] = {
	    {"a/b.c", "a/b|b.c|a|b"},
	    {"a.tar.gz", "a.tar|a.tar.gz|.|a.tar"},
	    {"", "||.|"},
	    {"/", "/||/|"},
	    {"//", "//||/|"},
	    {"/a", "/a|a|/|a"},
	    {"//a", "//a|a|/|a"},
	    {"a/", "a/||.|"},
	    {"a/b/", "a/b/||a|"},
	    {"/a/", "/a/||/|"},
	    {"a//b", "a//b|b|a|b"},
	    {".rc", "|.rc|.|"},
	    {"x/.rc", "x/|.rc|x|"},
	    {"d.x/f", "d.x/f|f|d.x|f"},
	    {"a.", "a|a.|.|a"},
	    {"a\n/b\n.c\n", "a\n/b\n|b\n.c\n|a\n|b\n"},
	};
	struct text_template *t;
	struct buf why = {0};
	size_t i;

	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		check_text("{.}|{/}|{//}|{/.}", NULL, paths[i].value, paths[i].want);
	check_text("{#}/{%}: {}{", NULL, "{#}", "12/3: {#}{");
	check_text("${} $1 '{}'", NULL, "a", "$a $1 'a'");
	check_text("plain", NULL, "a", "plain");
	check_text("%{}%%{/}", "%", "d/a", "d/a{}d/ad/aa");
	ok(text_template_compile(&t, "{= 1 =}", &plain_names, false, &why) == EINVAL && !t &&
		why.len > 0,
	    "{= =} is refused in texts too");
	buf_free(&why);
}

/* Numbers are arguments of a script, and count before there is any value. */
static void
test_size_without_values(void)
{
	struct command c = COMMAND("a}{,b}{:-d}{#}{0#}{% }");
	struct command_size size;
	struct record_builder none = {0};
	struct record *record = record_builder_take(&none);
	const struct replace_input in = {
	    .record = record, .seq = 12345, .slot = 67, .slots = 89, .total = 23456};
	struct argv argv = {0};
	struct template *t;
	uint64_t bytes = 0;

	c.spec.names = (struct replace_spec){.value = "a", .plus = true};
	c.spec.spread = SPREAD_REPEAT;
	t = compile(&c);
	ok(t && record && template_expand(t, &in, &argv) == 0, "a script with numbers, no value");
	for (size_t i = 0; i < argv.n; i++)
		bytes += strlen(argv.v[i]) + 1;
	template_size_start(t, &size);
	ok(argv.n > 5 && bytes <= size.bytes && argv.n <= size.strings,
	    "is not larger than was said");
	argv_free(&argv);
	template_free(t);
	free(record);
}

int
main(void)
{
	test_words();
	test_modes();
	test_direct();
	test_shell();
	test_scripts();
	test_appending();
	test_append();
	test_functions();
	test_lines();
	test_display();
	test_notice();
	test_refused();
	test_reuse();
	test_text();
	test_size_without_values();
	return done_testing();
}
