#include "parsing.h"

/* A command line and what it becomes, as describe() tells it. */
struct wanted {
	const char *text;
	const char *want;
};

static void
describe_sources(struct buf *out)
{
	const struct combine_source *source;
	size_t i;

	for (i = 0; i < o.combine.n; i++) {
		source = &o.combine.sources[i];
		buf_printf(out, "%s%s", i == 0 ? "" : " ", source->linked ? "+" : "");
		if (source->source.path != NULL)
			buf_puts(out, source->source.path);
		else
			buf_printf(out, ":%zu", source->source.list_len);
	}
}

static void
describe_batch(struct buf *out)
{
	const struct batch_spec *b = &o.batch;
	const struct {
		const char *name;
		bool is;
	} flags[] = {
	    {"fill ", b->fill},
	    {"spread ", b->spread},
	    {"repeat ", o.command.spread == SPREAD_REPEAT},
	    {"none ", b->no_values},
	    {"exact ", b->exact},
	    {"strict ", b->strict},
	    {"empty ", b->run_if_empty},
	    {"continued ", o.combine.sources[0].source.continued},
	};
	size_t i;

	for (i = 0; i < sizeof flags / sizeof *flags; i++)
		buf_puts(out, flags[i].is ? flags[i].name : "");
	buf_printf(out, "n%llu L%llu s%llu", (unsigned long long)b->max_rows,
	    (unsigned long long)b->max_lines, (unsigned long long)b->max_chars);
}

static void
check(const struct wanted *table, size_t n, void (*describe)(struct buf *out))
{
	struct buf got = {0};
	size_t i;

	for (i = 0; i < n; i++) {
		good(table[i].text);
		buf_reset(&got);
		describe(&got);
		is_str(buf_string(&got), table[i].want, "%s %s", program, table[i].text);
	}
	buf_free(&got);
}

#define CHECK(table, describe) check(table, sizeof(table) / sizeof *(table), describe)

static void
test_sources(void)
{
	static const struct wanted sources[] = {
	    {"x", "-"},
	    {"", "-"},
	    {"x ::: a b", ":2"},
	    {"x ::: -- -j9 -a", ":3"},
	    {"x :::", ":0"},
	    {"::: a", ":1"},
	    {"x :::: f", "f"},
	    {"x :::: -", "-"},
	    {"-a f x", "f"},
	    {"-af --arg-file=g x", "f g"},
	    {"-a - x", "-"},
	    {"x ::: a b ::: c", ":2 :1"},
	    {"x ::: a b :::", ":2 :0"},
	    {"x ::: a :::+ b", ":1 +:1"},
	    {"x :::+ a ::: b", ":1 :1"},
	    {"x :::: f g ::: a ::::+ h i", "f g :1 +h +i"},
	    {"-a f x ::: a :::: -", "f :1 -"},
	    {"-a f x :::+ a", "f +:1"},
	    {"--arg-sep ,, x ,, a ::: b ,,+ c", ":3 +:1"},
	    {"--arg-file-sep // x // f ::: b //+ g", "f :1 +g"},
	    {"--arg-sep :::: --arg-file-sep ::: x ::: f :::: a", "f :1"},
	};

	CHECK(sources, describe_sources);
	good("x ::: a b");
	is_str(o.combine.sources[0].source.list[1], "b", "the list starts after :::");
	bad("x ::::", "'::::': needs a file");
	bad("x :::: ::: a", "'::::': needs a file");
	bad("x :::: _", "'::::' '': must not be empty");
	bad("-a _ x", "-a '': must not be empty");
	bad("--arg-sep _ x", "--arg-sep '': must not be empty");
	bad("-a ::: x", "-a: needs a value");
	program = "parallel";
	good("x ::: a ::::");
	is_int(o.combine.n, 1, "no file is no source to GNU parallel");
	program = "spool";
}

static void
test_input(void)
{
	good("-C , --trim l x");
	is_str(o.combine.columns.separator, ",", "-C");
	is_int(o.combine.columns.trim, TRIM_LEFT, "--trim");
	good("--trim rl x");
	is_int(o.combine.columns.trim, TRIM_BOTH, "--trim rl is lr");
	bad("--trim x y", "--trim x: not one of n, l, r, lr, rl");
	good("--header : x");
	ok(strcmp(o.combine.columns.separator, "\t") == 0 && o.combine.columns.trim == TRIM_NONE,
	    "names are between tabs");
	good("--header : --csv x ::: a :::: f");
	ok(o.combine.columns.separator == NULL &&
		o.combine.sources[0].source.split == SPLIT_DELIMITER &&
		o.combine.sources[1].source.split == SPLIT_CSV,
	    "but not in CSV, which is what files hold");
	good("--csv -C \\t x");
	is_str(o.combine.columns.separator, "\t", "-C names a byte");
	bad("--csv -C ab x", "-C ab: must be a single byte when --csv is given");
	good("-E END --skip-first-line x :::: f g");
	is_str(o.combine.sources[1].source.end, "END", "-E ends each source");
	ok(o.combine.sources[0].source.skip_first && !o.combine.sources[1].source.skip_first,
	    "--skip-first-line is for the first");
	good("-E _ x");
	ok(o.combine.sources[0].source.end == NULL, "an empty -E is none");
	good("--shuf --link --uniq --require-input x");
	ok(o.combine.shuffle && !o.combine.seeded && o.combine.link_all && o.combine.unique &&
		o.require_input,
	    "flags of the input");
	good("--shuf=7 x");
	ok(o.combine.seeded && o.combine.seed == 7 && o.command.n_words == 1, "--shuf=SEED");
	bad("--shuf=a x", "--shuf a: not a number");
	good("--stdin-value x");
	ok(o.launch.stdin_value && o.launch.stdin_lines && !o.command.append, "--stdin-value");
	bad("--stdin-value", "--stdin-value: needs a command");
}

static void
test_replacements(void)
{
	const struct replace_spec *names = &o.command.names;

	good("--er A --bnr B --dnr C --bner D --seqreplace E --slotreplace F --plus -I G x");
	ok(strcmp(names->no_extension, "A") == 0 && strcmp(names->base, "B") == 0 &&
		strcmp(names->directory, "C") == 0 && strcmp(names->base_no_extension, "D") == 0 &&
		strcmp(names->seq, "E") == 0 && strcmp(names->slot, "F") == 0 && names->plus &&
		strcmp(names->value, "G") == 0 && !names->only_value,
	    "replacement strings are renamed");
	good("-i x");
	ok(strcmp(names->value, "{}") == 0 && o.command.n_words == 1, "-i never eats a word");
	good("--replace=,, x");
	is_str(names->value, ",,", "--replace=STR");
	bad("--bnr _ x", "--bnr '': must not be empty");
	good("--wd /nosuch/{} x");
	good("--wd /nosuch/A --er A x");
	bad("--wd /nosuch/A x", "--wd /nosuch/A: No such file or directory");
}

static void
test_batches(void)
{
	static const struct wanted batches[] = {
	    {"x", "n0 L0 s0"},
	    {"-n2 x", "n2 L0 s0"},
	    {"-n 1k x", "n1000 L0 s0"},
	    {"-n0 x", "none n0 L0 s0"},
	    {"-N2 x", "repeat n2 L0 s0"},
	    {"-N3 -n2 x", "repeat n3 L0 s0"},
	    {"-L2 x", "repeat continued n0 L2 s0"},
	    {"--max-lines 2 x", "repeat continued n0 L2 s0"},
	    {"-L2 -n3 x", "repeat continued n3 L0 s0"},
	    {"-L2 -m x", "fill spread continued n0 L2 s0"},
	    {"-l x", "continued n0 L1 s0"},
	    {"-l2 x", "continued n0 L2 s0"},
	    {"-l0 x", "continued n0 L1 s0"},
	    {"-L0 x", "repeat none continued n0 L0 s0"},
	    {"-m x", "fill spread n0 L0 s0"},
	    {"-X x", "fill spread repeat n0 L0 s0"},
	    {"--xargs x", "fill n0 L0 s0"},
	    {"-m -N2 x", "fill spread repeat n2 L0 s0"},
	    {"-X -s 1k -x x", "fill spread repeat exact strict n0 L0 s1000"},
	};

	CHECK(batches, describe_batch);
	bad("-n x y", "-n x: not a number");
	bad("-n -1 y", "-n -1: not a number");
	bad("-N 1.5 y", "-N 1.5: not a number");
	bad("-lx y", "-l x: not a number");
	bad("-s 0 y", "-s 0: must be at least 1");
	good("--show-limits -n2 x");
	ok(o.action == ACTION_SHOW_LIMITS && o.batch.max_rows == 2 && o.command.n_words == 1,
	    "--show-limits, and then jobs run");
	good("--summary never x");
	is_int(o.summary, SUMMARY_NEVER, "--summary");
}

static void
test_who(void)
{
	good("--as xargs -n1 x");
	ok(o.personality == AS_XARGS && strcmp(o.name, "xargs") == 0, "--as xargs");
	good("--as=sem x");
	is_int(o.personality, AS_SEM, "--as=sem");
	good("--as spool --as parallel x");
	is_int(o.personality, AS_PARALLEL, "--as more than once");
	bad("-k --as xargs x", "--as xargs: must be the first option");
	bad("--as ls x", "--as ls: not one of spool, xargs, parallel, sem");
	bad("--as xargs -k x", "-k: unknown option");
	bad("--as xargs --as sem x", "--as: unknown option");
	program = "/usr/bin/parallel";
	good("x");
	ok(o.personality == AS_PARALLEL && strcmp(o.name, "parallel") == 0, "called as parallel");
	bad("--as xargs x", "--as: unknown option");
	program = "xargs";
	good("x");
	is_int(o.personality, AS_XARGS, "called as xargs");
	program = "spool";
}

static void
test_xargs(void)
{
	static const struct wanted batches[] = {
	    {"x", "fill strict empty n0 L0 s131072"},
	    {"-r x", "fill strict n0 L0 s131072"},
	    {"-n2 -x x", "fill exact strict empty n2 L0 s131072"},
	    {"-L2 -s20 x", "fill exact strict empty continued n0 L2 s20"},
	    {"-l x", "fill exact strict empty continued n0 L1 s131072"},
	    {"-L1 -0 x", "fill exact strict empty n0 L1 s131072"},
	    {"-I% x", "exact strict n0 L0 s131072"},
	    {"-n99999999999999999999 x", "fill strict empty n18446744073709551615 L0 s131072"},
	    {"-s0 x", "fill strict empty n0 L0 s1"},
	};

	program = "xargs";
	CHECK(batches, describe_batch);
	good("x ::: a");
	ok(o.command.n_words == 3 && o.combine.n == 1 && o.combine.sources[0].source.path != NULL,
	    "::: is a word as others");
	ok(o.combine.sources[0].source.split == SPLIT_WORDS && o.style.mode == PRINT_NONE &&
		o.pool.slots == 1 && o.exit_rule == EXIT_RULE_XARGS &&
		o.command.mode == SHELL_NEVER && o.command.append && !o.launch.keep_stdin,
	    "its defaults");
	is_command("", "[echo]");
	is_command("-t -- -x", "[-x]");
	is_command("-i a", "[a]");
	ok(!o.command.append && o.command.names.only_value &&
		strcmp(o.command.names.value, "{}") == 0 &&
		o.combine.sources[0].source.split == SPLIT_QUOTED_LINES,
	    "-i is for lines");
	good("-I% -d, x");
	is_int(o.combine.sources[0].source.split, SPLIT_DELIMITER, "-d splits");
	good("-P0 -a f -a g -eEND x");
	ok(o.pool.slots > 1 && o.combine.n == 1 && o.launch.keep_stdin &&
		strcmp(o.combine.sources[0].source.path, "g") == 0,
	    "the last -a counts, and stdin is the job's");
	is_str(o.combine.sources[0].source.end, "END", "-eEND");
	bad("-n0 x", "-n 0: must be at least 1");
	bad("-P x y", "-P x: not a number of jobs");
	bad("-d ab x", "-d ab: must be a single character or an escape sequence");
	bad("--frob x", "--frob: unknown option");
	program = "spool";
}

static void
test_conflicts(void)
{
#define IGNORED(before, now)                                                                       \
	"warning: options " before " and " now                                                     \
	" are mutually exclusive, ignoring previous " before " value\n"
	static const struct wanted conflicts[] = {
	    {"-l2 -n2", IGNORED("--max-lines", "--max-args/-n")},
	    {"-i -n2", IGNORED("--replace", "--max-args/-n")},
	    {"-i -l2", IGNORED("--replace", "--max-lines/-l")},
	    {"-i -L2", IGNORED("--replace", "-L")},
	    {"-n2 -L2", IGNORED("--max-args", "-L")},
	    {"-n2 -I%", IGNORED("--max-args", "--replace/-I/-i")},
	    {"-L2 -I%", IGNORED("--max-lines", "--replace/-I/-i")},
	    {"-l2 -l3 -i -n2",
		IGNORED("--max-lines", "--replace/-I/-i") IGNORED("--replace", "--max-args/-n")},
	    {"-I% -n1", ""},
	    {"-l2 -l3", ""},
	    {"-0 -E x", "warning: the -E option has no effect if -0 or -d is used.\n"},
	    {"-s0", "value 0 for -s option should be >= 1\n"},
	};
	size_t i;

	program = "xargs";
	for (i = 0; i < sizeof conflicts / sizeof *conflicts; i++) {
		good(conflicts[i].text);
		is_str(buf_string(&notice), conflicts[i].want, "xargs %s", conflicts[i].text);
	}
	good("-I% -n2 x");
	ok(o.batch.max_rows == 2 && o.command.names.value == NULL, "the last one counts");
	good("-I% -n1 x");
	ok(o.batch.max_rows == 0 && o.command.names.value != NULL, "-n1 is what -I does");
	program = "spool";
	good("-n2 -L2 -I% x");
	is_str(buf_string(&notice), "", "only xargs has conflicts");
}

static void
test_parallel(void)
{
	static char shell[] = "PARALLEL_SHELL=/bin/dash", other[] = "SHELL=/bin/ksh";

	program = "parallel";
	good("x");
	ok(o.command.mode == SHELL_PASTE && o.launch.parallel_variables &&
		strcmp(o.command.shell, "/bin/sh") == 0,
	    "words are for the shell");
	environment[0] = other;
	good("-q x");
	is_str(o.command.shell, "/bin/ksh", "$SHELL");
	is_int(o.command.mode, SHELL_PASTE_QUOTED, "-q quotes");
	environment[1] = shell;
	good("x");
	is_str(o.command.shell, "/bin/dash", "$PARALLEL_SHELL");
	environment[0] = no_environment;
	environment[1] = NULL;
	is_command("-i ,, x", "[x]");
	is_command("--eof END -l 2 x", "[x]");
	ok(o.batch.max_lines == 2, "a value may stand behind -l");
	is_command("-l -0 x", "[x]");
	is_command("-l x", "[x]");
	is_command("-e -k x", "[x]");
	is_command("--shuf x", "[x]");
	is_command("--nonall x ::: a", "[x] [:::] [a]");
	ok(o.batch.no_values && o.combine.n == 1 && o.combine.sources[0].source.list_len == 1,
	    "--nonall reads nothing");
	bad("--tollef x", "--tollef: GNU parallel has retired it; --gnu overrides it");
	good("--tollef --gnu --will-cite --no-notice --plain x");
	good("--citation --nosuch");
	is_int(o.action, ACTION_NOTHING, "--citation");
	good("-d \\q x");
	ok(o.given.each.delimiter_len == 2 && memcmp(o.given.each.delimiter, "\\q", 2) == 0,
	    "an unknown escape stands for itself");
	good("-x x");
	ok(!o.batch.exact && o.batch.strict, "-x does nothing more");
	good("-r x ::: a");
	ok(o.combine.sources[0].source.skip_blank, "-r skips blanks everywhere");
	good("-k --no-keep-order -j2 -v --silent x");
	ok(o.style.mode == PRINT_GROUP && !o.launch.print_command, "what is taken back");
	good("--fg --id a x");
	ok(o.personality == AS_SEM && strcmp(o.name, "parallel") == 0, "--fg makes it a semaphore");
	program = "spool";
}

static void
test_sem(void)
{
	program = "sem";
	good("-j3 --id me --fg x y");
	ok(o.semaphore.slots == 3 && o.pool.slots == 1 && o.semaphore.foreground &&
		strcmp(o.semaphore.id, "me") == 0 && o.command.n_words == 2 &&
		o.command.mode == SHELL_PASTE && !o.command.append && o.batch.no_values &&
		o.launch.keep_stdin && o.exit_rule == EXIT_RULE_FIRST && o.combine.n == 1 &&
		o.combine.sources[0].source.list_len == 1,
	    "-j is for the holders, one job runs, without values");
	good("x");
	is_int(o.semaphore.slots, 1, "a mutex by default");
	good("--st 1.5s x");
	is_int(o.semaphore.timeout_ns, INT64_C(1500000000), "--st");
	good("--st -2 x");
	is_int(o.semaphore.timeout_ns, -INT64_C(2000000000), "--st -N gives up");
	bad("--st a x", "--st a: not a duration");
	good("--wait x");
	ok(o.semaphore.wait && o.command.n_words == 0, "--wait runs nothing");
	bad("--fg", "a semaphore needs a command");
	bad("x ::: a", "':::' a: a semaphore takes no values");
	bad("-X x", "-X: unknown option");
	program = "spool";
}

int
main(void)
{
	test_sources();
	test_input();
	test_replacements();
	test_batches();
	test_who();
	test_xargs();
	test_conflicts();
	test_parallel();
	test_sem();
	parsing_done();
	return done_testing();
}
