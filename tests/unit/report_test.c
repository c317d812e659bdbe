#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "base/os.h"
#include "output/report.h"
#include "output/tail.h"
#include "tap.h"

#define SECOND 1000000000LL

/* How a job may come out, for the table below and for one job at a time. */
struct outcome {
	int code;    /* exit code */
	int sig;     /* or the signal that it died of */
	int error;   /* or why it was not started */
	bool shared; /* and all jobs have this command word */
};

static struct job *
new_job(uint64_t seq, struct outcome o)
{
	struct job *j = job_new(seq, record_new("value", 5));

	if (j == NULL)
		exit(1);
	j->outcome = o.error != 0 ? JOB_NOT_STARTED : JOB_RAN;
	j->start_error = o.error;
	j->shared_word = o.shared;
	j->end.status = o.sig != 0 ? o.sig : o.code << 8;
	j->end.start_ns = 5 * SECOND;
	j->end.end_ns = 5 * SECOND + SECOND / 4;
	return j;
}

static void
add(struct report *r, struct outcome o)
{
	struct job *j = new_job(r->ran + r->not_run + 1, o);

	report_add(r, j, "command\n");
	job_free(j);
}

static int
status_of(enum exit_rule rule, const struct outcome *outcomes, size_t n)
{
	struct report r = {.rule = rule};
	int status;

	for (size_t i = 0; i < n; i++)
		add(&r, outcomes[i]);
	status = report_status(&r);
	report_free(&r);
	return status;
}

static void
test_rules(void)
{
	static const struct {
		const char *name;
		struct outcome outcomes[4];
		int status[4]; /* by EXIT_RULE_... */
	} table[] = {
	    {"all succeed", {{0}}, {0, 0, 0, 0}},
	    {"one fails", {{.code = 3}}, {1, 123, 3, 3}},
	    {"three fail", {{.code = 3}, {.code = 1}, {.code = 2}}, {3, 123, 3, 3}},
	    {"success comes first", {{.code = 0}, {.code = 1}, {.code = 9}}, {2, 123, 1, 9}},
	    {"failure comes first", {{.code = 7}, {.code = 0}, {.code = 0}}, {1, 123, 7, 7}},
	    {"exit 255", {{.code = 255}, {.code = 2}}, {2, 124, 255, 255}},
	    {"exit 126 is an exit", {{.code = 126}}, {1, 123, 126, 126}},
	    {"exit 127 is an exit", {{.code = 127}}, {1, 123, 127, 127}},
	    {"a signal", {{.code = 1}, {.sig = SIGKILL}}, {2, 125, 1, 137}},
	    {"a signal and exit 255", {{.sig = SIGTERM}, {.code = 255}}, {2, 125, 143, 255}},
	    {"one is not found", {{.error = ENOENT}, {.code = 1}}, {2, 127, 127, 127}},
	    {"one may not be run", {{.code = 1}, {.error = EACCES}}, {2, 126, 1, 126}},
	    {"one is too long", {{.error = E2BIG, .shared = true}}, {1, 126, 126, 126}},
	    {"one lacked memory", {{.error = ENOMEM, .shared = true}}, {1, 126, 126, 126}},
	    {"the command is not found", {{.code = 1}, {.error = ENOENT, .shared = true}},
		{127, 127, 127, 127}},
	    {"the command may not be run", {{.error = EACCES, .shared = true}, {.code = 1}},
		{126, 126, 126, 126}},
	};
	static const char *const rules[] = {"count", "xargs", "first", "max"};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		for (int rule = EXIT_RULE_COUNT; rule <= EXIT_RULE_MAX; rule++)
			is_int(status_of((enum exit_rule)rule, table[i].outcomes, 4),
			    table[i].status[rule], "%s, by %s", table[i].name, rules[rule]);
}

static void
test_many_failures(void)
{
	static const struct {
		unsigned failed;
		int status;
	} table[] = {{0, 0}, {1, 1}, {100, 100}, {101, 101}, {102, 101}, {255, 101}, {256, 101},
	    {257, 101}, {65536, 101}, {70000, 101}};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct report r = {0};

		for (unsigned k = 0; k < table[i].failed; k++)
			add(&r, (struct outcome){.code = 1});
		is_int(report_status(&r), table[i].status, "%u failures", table[i].failed);
		report_free(&r);
	}
	{
		struct report r = {.failed = (uint64_t)1 << 32};

		is_int(report_status(&r), 101, "no number of failures comes to success");
	}
}

/* Adds a job, and returns its line of the summary. */
static const char *
line_of(struct outcome o, const char *description)
{
	static struct buf text;
	struct report r = {0};
	struct job *j = new_job(12, o);
	const char *line;

	buf_free(&text);
	report_add(&r, j, description);
	job_free(j);
	report_summary(&r, &text);
	report_free(&r);
	line = strchr(buf_string(&text), '\n');
	return line != NULL ? line + 1 : "";
}

static void
test_lines(void)
{
	static char longer[5000 + 1];
	const char *line;

	is_str(line_of((struct outcome){.code = 3}, "echo 'a b'\n"),
	    "  job 12: exit 3 after 0.25 s: echo 'a b'\n", "the line of a job that failed");
	is_str(line_of((struct outcome){.sig = SIGTERM}, "x\n"),
	    "  job 12: SIGTERM after 0.25 s: x\n", "of one that died of a signal");
	is_str(line_of((struct outcome){.sig = SIGSEGV | 0x80}, "x\n"),
	    "  job 12: SIGSEGV (core dumped) after 0.25 s: x\n", "and left a core");
	is_str(line_of((struct outcome){.sig = 40}, "x\n"), "  job 12: SIG40 after 0.25 s: x\n",
	    "of a signal without a name");
	is_str(line_of((struct outcome){.error = ENOENT}, "x\n"), "  job 12: not started: x\n",
	    "of one that was not started");
	is_str(line_of((struct outcome){.code = 0}, "x\n"), "", "one that succeeded has none");
	memset(longer, 'y', sizeof(longer) - 2);
	longer[sizeof(longer) - 2] = '\n';
	line = line_of((struct outcome){.code = 1}, longer);
	ok(strlen(line) < 4300 && strstr(line, " ... (") != NULL, "a very long command is cut");
	ok(strchr(line, '\n') == line + strlen(line) - 1, "and still is one line");
}

static void
test_summary(void)
{
	struct report r = {0};
	struct buf text = {0};
	struct job *j = new_job(1, (struct outcome){.code = 1});
	unsigned lines = 0;

	for (int i = 0; i < 5; i++)
		add(&r, (struct outcome){0});
	is_int(report_summary(&r, &text), 0, "a summary is made");
	is_int(text.len, 0, "it is empty when nothing failed");
	for (int i = 0; i < REPORT_SHOWN; i++) {
		ok(report_wants(&r, j), "the first failures are to be described");
		add(&r, (struct outcome){.code = 1});
	}
	ok(!report_wants(&r, j), "later ones are not");
	report_summary(&r, &text);
	for (const char *p = buf_string(&text); (p = strchr(p, '\n')) != NULL; p++)
		lines++;
	is_int(lines, 1 + REPORT_SHOWN, "each of them has a line");
	ok(strncmp(text.data, "spool: 10 of 15 jobs failed\n", 28) == 0, "below the count");
	ok(strstr(text.data, "more") == NULL, "and nobody is left out");
	for (int i = 0; i < 7; i++)
		add(&r, (struct outcome){.code = 1});
	j->outcome = JOB_NOT_RUN;
	for (int i = 0; i < 3; i++)
		report_add(&r, j, "command\n");
	buf_reset(&text);
	report_summary(&r, &text);
	ok(strncmp(buf_string(&text), "spool: 17 of 22 jobs failed, 3 not run\n", 39) == 0,
	    "those that never ran are counted apart");
	ok(strstr(text.data, "\n  and 7 more\n") != NULL, "the others are counted at the end");
	is_int(report_status(&r), 17, "what was not run is no failure");
	job_free(j);
	buf_free(&text);
	report_free(&r);
}

/* What the run itself has ended is neither a success nor a failure of its own. */
static void
test_cut_off(void)
{
	struct report r = {0};
	struct job *j = new_job(1, (struct outcome){.sig = SIGTERM});

	j->end.told_to_end = true;
	ok(!report_wants(&r, j), "a job that was told to end is not described");
	report_add(&r, j, "command\n");
	is_int(r.failed, 0, "nor counted as a failure");
	is_int(r.ran, 0, "nor as finished");
	is_int(r.cut_off, 1, "but as cut off");
	j->end.status = 0;
	report_add(&r, j, "command\n");
	is_int(r.ran, 0, "one that left in good order has not done its work either");
	is_int(r.cut_off, 2, "and is cut off as well");
	job_free(j);
	report_free(&r);
}

static const char *
reason_of(struct outcome o, bool no_interpreter, uint64_t too_long)
{
	static struct buf text;
	struct job *j = new_job(1, o);

	buf_free(&text);
	if (too_long != 0) {
		free(j->record);
		j->record = record_new_too_long(too_long);
	}
	j->no_interpreter = no_interpreter;
	report_reason(&text, j, "word", NULL);
	job_free(j);
	return buf_string(&text);
}

static void
test_reasons(void)
{
	struct buf text = {0};
	struct job *j;
	char want[128];

	is_str(reason_of((struct outcome){.error = ENOENT}, false, 0), "word: command not found",
	    "why a job was not started: not found");
	is_str(reason_of((struct outcome){.error = ENOENT}, true, 0),
	    "word: its interpreter was not found", "its interpreter");
	is_str(reason_of((struct outcome){.error = EACCES}, false, 0),
	    "cannot run word: Permission denied", "not allowed");
	j = new_job(1, (struct outcome){.error = ENOTDIR});
	j->no_directory = true;
	report_reason(&text, j, "word", "/dir");
	is_str(buf_string(&text), "cannot run in /dir: Not a directory", "no directory");
	job_free(j);
	buf_free(&text);
	snprintf(want, sizeof(want),
	    "an input of 5000000 bytes is longer than an argument can be (%zu bytes)",
	    os_max_argument());
	is_str(reason_of((struct outcome){.error = E2BIG}, false, 5000000), want, "too long");
}

/* What stands in the summary of a job that has printed this, and ran so often. */
static const char *
told_of(const char *out, const char *err, unsigned tries)
{
	static struct buf text;
	struct report r = {0};
	struct job *j = new_job(1, (struct outcome){.code = 3});

	buf_free(&text);
	j->tries = tries;
	tail_add(&j->tails[0], REPORT_TAIL_BYTES, out, strlen(out));
	tail_add(&j->tails[1], REPORT_TAIL_BYTES, err, strlen(err));
	report_add(&r, j, "a command\n");
	job_free(j);
	report_summary(&r, &text);
	report_free(&r);
	return strchr(buf_string(&text), '\n') + 1;
}

static void
test_last_lines(void)
{
	is_str(told_of("1\n2\n3\n4\n", "", 1),
	    "  job 1: exit 3 after 0.25 s: a command\n    | 2\n    | 3\n    | 4\n",
	    "the last lines of standard output");
	is_str(told_of("out\n", "bad\n", 3),
	    "  job 1: exit 3 after 0.25 s, 3 tries: a command\n    | bad\n",
	    "those of standard error come before them; the tries");
	is_str(told_of("out\n", "\n \n", 0), "  job 1: exit 3 after 0.25 s: a command\n    | out\n",
	    "unless they are blank");
	is_str(told_of("a command\nout\n", "", 1),
	    "  job 1: exit 3 after 0.25 s: a command\n    | out\n",
	    "the command before its output is not among them");
	is_str(told_of("a command\n", "", 1), "  job 1: exit 3 after 0.25 s: a command\n",
	    "nor alone");
}

int
main(void)
{
	test_rules();
	test_many_failures();
	test_lines();
	test_summary();
	test_cut_off();
	test_reasons();
	test_last_lines();
	return done_testing();
}
