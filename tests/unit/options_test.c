#include "base/os.h"
#include "cli/completion.h"
#include "cli/help.h"
#include "cli/table.h"
#include "parsing.h"

/* The first source. */
static const struct source_spec *
source(void)
{
	return &o.combine.sources[0].source;
}

static void
is_delimiter(const char *text, const char *want, size_t len)
{
	good(text);
	ok(source()->delimiter_len == len && memcmp(source()->delimiter, want, len) == 0,
	    "the delimiter of: spool %s", text);
}

static void
is_style(const char *text, enum print_mode mode)
{
	good(text);
	is_int(o.style.mode, mode, "the print mode of: spool %s", text);
}

static void
test_spellings(void)
{
	static const char *const spellings[] = {
	    "-j3 x",
	    "-j 3 x",
	    "-P3 x",
	    "-P 3 x",
	    "--jobs 3 x",
	    "--jobs=3 x",
	    "--max-procs=3 x",
	    "--max-procs 3 x",
	    "--maxprocs 3 x",
	    "--max-pro 3 x",
	    "--max-p=3 x",
	    "-kj3 x",
	    "-kj 3 x",
	    "-j9 -j3 x",
	    "-krj3 -0 x",
	};
	size_t i;

	for (i = 0; i < sizeof spellings / sizeof *spellings; i++) {
		good(spellings[i]);
		ok(o.pool.slots == 3 && o.pool.slots_given && o.command.n_words == 1, "spool %s",
		    spellings[i]);
	}
	good("x");
	ok(!o.pool.slots_given && o.pool.slots == 0, "no -j: it is open how many at once");
	options_settle_width(&o, true);
	ok(o.pool.slots == 1 && o.cpus.usable == 0,
	    "one job is one at once, and no CPUs are counted");
	is_int(o.style.mode, os_cpus_allowed() == 1 ? PRINT_KEEP : PRINT_GROUP,
	    "which does not change what is printed when");
	good("x");
	options_settle_width(&o, false);
	ok(o.pool.slots > 0 && o.pool.slots == o.cpus.usable, "else as many as there are CPUs");
	good("--line x");
	is_int(o.style.mode, PRINT_LINES,
	    "spellings of one option don't make its abbreviation ambiguous");
	good("--tag x");
	ok(o.style.tag && o.style.tag_string == NULL, "a whole name wins over longer ones");
}

/* A name, a letter or a further spelling finds its own row. */
static void
check_row(const struct option_row *row, enum personality personality)
{
	const struct option_row *found;
	const char *list, *name, *full;
	struct buf candidates = {0};
	size_t len, full_len;
	int pass;

	for (pass = 0; pass < 2; pass++) {
		list = pass == 0 ? row->names : row->also;
		while ((name = option_next_word(&list, &len)) != NULL) {
			found =
			    option_find_name(personality, name, len, &full, &full_len, &candidates);
			ok(found == row && full_len == len, "--%.*s is found", (int)len, name);
		}
	}
	for (name = row->letters; *name != '\0'; name++)
		ok(option_find_letter(personality, *name) == row, "-%c is found", *name);
	buf_free(&candidates);
}

static void
test_table(void)
{
	const struct option_row *row;
	unsigned i;

	for (row = option_next(NULL); row != NULL; row = option_next(row)) {
		for (i = AS_SPOOL; i <= AS_SEM; i++)
			if (option_known(row, (enum personality)i))
				check_row(row, (enum personality)i);
		ok(row->known != 0, "somebody knows a row");
		ok(*row->letters != '\0' || *row->names != '\0', "a row has a name");
		ok(row->help[0] >= 'A' && row->help[0] <= 'Z', "help starts with a verb: %s",
		    row->help);
		ok((row->value == VALUE_NONE) == (row->metavar == NULL),
		    "a metavar where there is a value");
	}
}

static void
test_command(void)
{
	is_command("echo a ::: -j9 b", "[echo] [a]");
	is_command("-k echo -k --jobs", "[echo] [-k] [--jobs]");
	is_command("-- -x y ::: a", "[-x] [y]");
	is_command("-k -- -- y", "[--] [y]");
	is_command("- y", "[-] [y]");
	is_command("_ y", "[] [y]");
	is_command("echo a:::b ::::: ::: c", "[echo] [a:::b] [:::::]");
	is_command("::: a b", "");
	is_command("-- ::: a b", "");
	is_command("", "");
}

static void
test_delimiters(void)
{
	is_delimiter("x", "\n", 1);
	is_delimiter("-0 x", "", 1);
	is_delimiter("--null x", "", 1);
	is_delimiter("-d, x", ",", 1);
	is_delimiter("-d :: x", "::", 2);
	is_delimiter("-d::: x", ":::", 3);
	is_delimiter("-d \\0 x", "", 1);
	is_delimiter("-d \\n\\t\\r\\\\ x", "\n\t\r\\", 4);
	is_delimiter("-d \\a\\b\\f\\v x", "\a\b\f\v", 4);
	is_delimiter("-d \\x2c\\x2C\\x9z x", ",,\x09z", 4);
	is_delimiter("-d \\054\\0541\\12 x", ",,1\n", 4);
	is_delimiter("-d \\377\\xff x", "\377\377", 2);
	is_delimiter("-d \xc3\xa9 x", "\xc3\xa9", 2);
	is_delimiter("-d, -0 x", "", 1);
	is_delimiter("-0 -d, x", ",", 1);
	is_delimiter("-d, -d; x", ";", 1);
	bad("-d _ x", "-d '': must not be empty");
	bad("-d \\q x", "-d \\q: not a known escape; write \\\\ for a backslash");
	bad("-d \\ x", "-d \\: not a known escape; write \\\\ for a backslash");
	bad("-d \\400 x", "-d \\400: not a known escape; write \\\\ for a backslash");
	bad("-d \\x x", "-d \\x: not a known escape; write \\\\ for a backslash");
	bad("-d ::: a", "-d: needs a value");
	good("x ::: a");
	ok(!source()->split_list, "a list is not split");
	good("-d, x ::: a");
	ok(source()->split_list, "but by an explicit -d");
	good("-d, -0 x ::: a");
	ok(!source()->split_list, "not by -0");
}

static void
is_blank(const char *text, bool empty, bool blank)
{
	good(text);
	ok(source()->skip_empty == empty && source()->skip_blank == blank,
	    "what is skipped by: spool %s", text);
}

static void
test_blank_lines(void)
{
	is_blank("x", false, false);
	is_blank("-r x", true, true);
	is_blank("--no-run-if-empty x :::: f", true, true);
	is_blank("-r -0 x", true, false);
	is_blank("-r -d, x", true, false);
	is_blank("-r x ::: a", true, false);
	is_blank("", false, true);
	is_blank("-0", false, true);
	is_blank("::: a", false, true);
}

static void
test_print_modes(void)
{
	is_style("-j2 x", PRINT_GROUP);
	is_style("-j2 -k x", PRINT_KEEP);
	is_style("-j2 --lb x", PRINT_LINES);
	is_style("-j2 -u x", PRINT_NONE);
	is_style("-j2 --lb -k x", PRINT_KEEP);
	is_style("-j2 -k --lb x", PRINT_KEEP);
	is_style("-j2 -k --group x", PRINT_KEEP);
	is_style("-j2 -u --group x", PRINT_GROUP);
	is_style("-j2 -u --lb x", PRINT_LINES);
	is_style("-j2 --lb --group -u x", PRINT_NONE);
	is_style("-j2 -k -u x", PRINT_NONE);
	is_style("-j2 -u -k x", PRINT_NONE);
	is_style("-j1 x", PRINT_KEEP);
	is_style("-j1 --group x", PRINT_KEEP);
	is_style("-j1 --lb x", PRINT_LINES);
	is_style("-j1 -u x", PRINT_NONE);
	is_style("-j2 -u --dry-run x", PRINT_GROUP);
	good("-j2 --tagstring {/} x");
	ok(o.style.tag && strcmp(o.style.tag_string, "{/}") == 0, "--tagstring implies --tag");
	good("-j2 --tag -u x");
	ok(!o.style.tag, "-u prints no tag");
	good("-j2 --tag -u --group x");
	ok(o.style.tag, "unless it is taken back");
	good("--buffer 64K x");
	is_int(o.style.buffer_bytes, 65536, "--buffer is a size");
	bad("--buffer 0 x", "--buffer 0: not a size");
	bad("--buffer many x", "--buffer many: not a size");
}

static void
test_terminal(void)
{
	is_style("--tty x", PRINT_NONE);
	is_int(o.pool.slots, 1, "--tty: one job at a time");
	ok(o.launch.tty, "--tty: the jobs get the terminal");
	is_style("--tty -j3 x", PRINT_NONE);
	is_int(o.pool.slots, 3, "-j wins over --tty");
	is_style("--tty --group x", PRINT_KEEP);
	is_style("-k --tty x", PRINT_KEEP);
	is_style("-j2 -o x", PRINT_GROUP);
	ok(o.launch.tty && o.pool.slots == 2, "-o gives the terminal, and nothing else");
	good("-p x");
	ok(o.launch.prompt && o.launch.trace, "-p implies -t");
	good("-p --tty --dry-run x");
	ok(!o.launch.prompt && !o.launch.tty, "a dry run needs no terminal");
}

static void
test_command_options(void)
{
	good("x");
	ok(o.command.mode == SHELL_AUTO && o.command.shell == NULL &&
		strcmp(o.command.names.value, "{}") == 0 && o.command.append,
	    "by default the words decide about a shell");
	good("--shell -I ,, --shell-path /bin/dash x");
	is_int(o.command.mode, SHELL_JOIN, "--shell joins");
	is_str(o.command.names.value, ",,", "-I names the replacement string");
	is_str(o.command.shell, "/bin/dash", "--shell-path names the shell");
	good("-q x");
	is_int(o.command.mode, SHELL_NEVER, "-q never uses a shell");
	bad("-q --shell x", "-q: contradicts --shell");
	bad("-I _ x", "-I '': must not be empty");
	bad("--shell-path _ x", "--shell-path '': must not be empty");
	good("--wd / --process-slot-var _A1 x");
	is_str(o.launch.wd, "/", "--wd is a directory");
	is_str(o.launch.slot_variable, "_A1", "--process-slot-var is a name");
	bad("--wd /nosuch x", "--wd /nosuch: No such file or directory");
	bad("--wd /dev/null x", "--wd /dev/null: Not a directory");
	bad("--tmpdir /nosuch x", "--tmpdir /nosuch: No such file or directory");
	bad("--process-slot-var 1A x", "--process-slot-var 1A: not a variable name");
	bad("--process-slot-var A=B x", "--process-slot-var A=B: not a variable name");
	bad("--process-slot-var _ -k x", "--process-slot-var '': not a variable name");
}

static void
test_looking(void)
{
	good("-t -v --explain x");
	ok(o.launch.trace && o.launch.print_command && o.explain && !o.launch.dry_run,
	    "-t, -v and --explain");
	good("--verbose --dr x");
	ok(o.launch.trace && o.launch.dry_run && o.launch.quote_only == 0,
	    "--verbose is -t, --dr is --dry-run");
	good("--shell-quote --shellquote x");
	ok(o.launch.dry_run && o.launch.quote_only == 2, "--shell-quote runs nothing and counts");
	good("--exit-code first x");
	is_int(o.exit_rule, EXIT_RULE_FIRST, "--exit-code first");
	good("--exit-code=xargs x");
	is_int(o.exit_rule, EXIT_RULE_XARGS, "--exit-code xargs");
	good("--exit-code=first --exit-code count x");
	is_int(o.exit_rule, EXIT_RULE_COUNT, "--exit-code count");
	good("--exit-code=max x");
	is_int(o.exit_rule, EXIT_RULE_MAX, "--exit-code max");
	bad("--exit-code ma x", "--exit-code ma: not one of count, xargs, first, max");
	bad("--exit-code _ x", "--exit-code '': not one of count, xargs, first, max");
	good("x");
	is_int(o.pool.grace_ns, INT64_C(2000000000), "the grace is two seconds");
	good("--grace 1m x");
	is_int(o.pool.grace_ns, INT64_C(60000000000), "--grace is a duration");
	good("--grace 0 x");
	is_int(o.pool.grace_ns, 0, "--grace 0 kills at once");
	bad("--grace 3x x", "--grace 3x: not a duration");
}

static void
test_unknown(void)
{
	bad("-Z x", "-Z: unknown option");
	bad("-kZ x", "-Z: unknown option");
	bad("-1 x", "-1: unknown option");
	bad("-k=3 x", "-=: unknown option");
	bad("--frobnicate x", "--frobnicate: unknown option");
	bad("--frobnicate=3 x", "--frobnicate: unknown option");
	bad("--jobsx 3 x", "--jobsx: unknown option");
	bad("---k x", "---k: unknown option");
	bad("--= x", "--: unknown option");
	bad("--a\nb x", "--a?b: unknown option");
	bad("--ta x", "--ta: ambiguous (--tag, --tagstring, --tap)");
	bad("--gr x", "--gr: ambiguous (--group, --grace)");
	bad("--shell- x", "--shell-: ambiguous (--shell-path, --shell-quote)");
	bad("--tag=x y", "--tag x: takes no value");
	bad("--keep-order= y", "--keep-order '': takes no value");
	bad("-j", "-j: needs a value");
	bad("-kj", "-j: needs a value");
	bad("--jobs", "--jobs: needs a value");
	bad("--max-p ::: a", "--max-procs: needs a value");
	bad("-j abc x", "-j abc: not a number of jobs");
	bad("--jobs= x", "--jobs '': not a number of jobs");
	bad("--max-p abc x", "--max-procs abc: not a number of jobs");
	bad("-j 4\n x", "-j 4?: not a number of jobs");
}

static void
test_environment(void)
{
	static char jobs[] = "SPOOL_JOBS=5", bad_jobs[] = "SPOOL_JOBS=many",
		    no_jobs[] = "SPOOL_JOBS=";
	static char shell[] = "SPOOL_SHELL=/bin/ash", tmpdir[] = "TMPDIR=/var/tmp",
		    no_tmpdir[] = "TMPDIR=";

	environment[0] = jobs;
	good("x");
	ok(o.pool.slots == 5 && o.pool.slots_given, "$SPOOL_JOBS counts");
	is_str(o.given.jobs_by, "SPOOL_JOBS", "and --explain can say so");
	good("-j2 x");
	is_int(o.pool.slots, 2, "-j wins over $SPOOL_JOBS");
	is_str(o.given.jobs_by, "-j", "and --explain can say so");
	good("--tty x");
	is_int(o.pool.slots, 1, "--tty wins over $SPOOL_JOBS");
	environment[0] = bad_jobs;
	bad("x", "SPOOL_JOBS many: not a number of jobs");
	good("-j2 x");
	environment[0] = no_jobs;
	good("x");
	ok(!o.pool.slots_given, "an empty $SPOOL_JOBS is none");
	environment[0] = shell;
	environment[1] = tmpdir;
	good("x");
	is_str(o.command.shell, "/bin/ash", "$SPOOL_SHELL is the shell");
	is_str(o.style.tmpdir, "/var/tmp", "$TMPDIR is for output");
	good("--shell-path sh --tmpdir / x");
	is_str(o.command.shell, "sh", "--shell-path wins");
	is_str(o.style.tmpdir, "/", "--tmpdir wins");
	environment[1] = no_tmpdir;
	good("x");
	is_str(o.style.tmpdir, "/tmp", "an empty $TMPDIR is /tmp");
	environment[0] = no_environment;
	environment[1] = NULL;
}

static void
test_actions(void)
{
	good("x");
	is_int(o.action, ACTION_RUN, "jobs run");
	good("--help --nosuch");
	is_int(o.action, ACTION_HELP, "nothing is read after --help");
	good("-khZ");
	is_int(o.action, ACTION_HELP, "nor after -h");
	good("-V");
	is_int(o.action, ACTION_VERSION, "-V");
	good("--version x ::::");
	is_int(o.action, ACTION_VERSION, "--version");
	good("--completion zsh");
	is_int(o.action, ACTION_COMPLETION, "--completion");
	is_str(o.completion_shell, "zsh", "--completion names a shell");
	bad("--completion", "--completion: needs a value");
	bad("--completion ksh", "--completion ksh: not one of bash, zsh, fish");
}

static size_t
widest_line(const char *text)
{
	size_t widest = 0, len;

	for (; *text != '\0'; text += len + (text[len] == '\n')) {
		len = strcspn(text, "\n");
		widest = len > widest ? len : widest;
	}
	return widest;
}

static void
test_printing(void)
{
	static const char *const shells[] = {"bash", "zsh", "fish"};
	const struct option_row *row;
	struct buf out = {0};
	unsigned who;
	size_t i;

	for (who = AS_SPOOL; who <= AS_SEM; who++) {
		buf_reset(&out);
		is_int(help_print(&out, (enum personality)who), 0, "--help is printed");
		ok(strncmp(buf_string(&out), "Usage: ", 7) == 0, "it starts with the usage");
		ok(widest_line(buf_string(&out)) <= 80, "it is 80 columns wide");
		for (row = option_next(NULL); row != NULL; row = option_next(row))
			ok(strchr(row->names, '|') != NULL || *row->names == '\0' ||
				!option_known(row, (enum personality)who) ||
				strstr(out.data, row->names) != NULL,
			    "it has --%s", row->names);
	}
	for (i = 0; i < 3; i++) {
		buf_reset(&out);
		is_int(completion_print(&out, shells[i]), 0, "completions for %s are printed",
		    shells[i]);
		ok(strstr(buf_string(&out), shells[i]) != NULL &&
			strstr(out.data, "max-procs") != NULL,
		    "and named");
	}
	buf_free(&out);
}

int
main(void)
{
	test_table();
	test_spellings();
	test_command();
	test_delimiters();
	test_blank_lines();
	test_print_modes();
	test_terminal();
	test_command_options();
	test_looking();
	test_unknown();
	test_environment();
	test_actions();
	test_printing();
	parsing_done();
	return done_testing();
}
