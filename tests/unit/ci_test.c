#include <stdlib.h>

#include "output/ci.h"
#include "output/plain.h"
#include "output/step_summary.h"
#include "tap.h"

#define SECOND 1000000000LL

static const struct ci_mark good = {
    .title = "job 1: ok after 1.00 s: a",
    .head = "job 1: ok after 1.00 s",
    .message = "",
    .id = "spool_5_6_1",
    .start = 100,
    .end = 101,
};

static const struct ci_mark bad = {
    .open = true,
    .failed = true,
    .title = "FAILED 1: 5%,[a]'|\xc3\xa9\xf0\x9f\x98\x80",
    .head = "1: 5%,;[a]'|",
    .message = "x: 1%,;\r\n| y]'\xff",
    .id = "spool_5_6_2",
    .start = 100,
    .end = 220,
};

/* Both marks of a job, "@" where its output is. */
static const char *
marks(enum ci_system system, const struct ci_mark *mark)
{
	static struct buf b;

	buf_free(&b);
	if (ci_begin(system, mark, &b) != 0 || buf_putc(&b, '@') != 0 ||
	    ci_end(system, mark, &b) != 0)
		exit(1);
	return buf_string(&b);
}

static void
test_marks(void)
{
	static const struct {
		enum ci_system system;
		const char *good, *bad;
	} table[] = {
	    {CI_GITHUB, "::group::job 1: ok after 1.00 s: a\n@::endgroup::\n",
		"FAILED 1: 5%,[a]'|\xc3\xa9\xf0\x9f\x98\x80\n@"
		"::error title=1%3A 5%25%2C;[a]'|::x: 1%25,;%0D%0A| y]'\xff\n"},
	    {CI_GITLAB,
		"\033[0Ksection_start:100:spool_5_6_1[collapsed=true]\r\033[0K"
		"job 1: ok after 1.00 s: a\n@\033[0Ksection_end:101:spool_5_6_1\r\033[0K\n",
		"\033[0Ksection_start:100:spool_5_6_2\r\033[0K"
		"FAILED 1: 5%,[a]'|\xc3\xa9\xf0\x9f\x98\x80\n@"
		"\033[0Ksection_end:220:spool_5_6_2\r\033[0K\n"},
	    {CI_AZURE, "##[group]job 1: ok after 1.00 s: a\n@##[endgroup]\n",
		"FAILED 1: 5%,[a]'|\xc3\xa9\xf0\x9f\x98\x80\n@##vso[task.logissue type=error]"
		"1: 5%AZP25,;[a]'|%0Ax: 1%AZP25,;%0D%0A| y]'\xff\n"},
	    {CI_BUILDKITE, "--- job 1: ok after 1.00 s: a\n@",
		"+++ FAILED 1: 5%,[a]'|\xc3\xa9\xf0\x9f\x98\x80\n@"},
	    {CI_TEAMCITY,
		"##teamcity[blockOpened name='job 1: ok after 1.00 s: a']\n@"
		"##teamcity[blockClosed name='job 1: ok after 1.00 s: a']\n",
		"FAILED 1: 5%,[a]'|\xc3\xa9\xf0\x9f\x98\x80\n@##teamcity[message text='FAILED 1: "
		"5%,|[a|]|'|||0x00E9|0xD83D|0xDE00' errorDetails='x: 1%,;|r|n|| y|]|'|0xFFFD' "
		"status='ERROR' flowId='spool_5_6_2']\n"},
	    {CI_PLAIN, "==> job 1: ok after 1.00 s: a\n@",
		"==> FAILED 1: 5%,[a]'|\xc3\xa9\xf0\x9f\x98\x80\n@"},
	};
	struct ci_mark bare = bad;

	bare.bare = true;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		is_str(marks(table[i].system, &good), table[i].good, "system %zu: folded", i);
		is_str(marks(table[i].system, &bad), table[i].bad, "system %zu: open", i);
	}
	is_str(marks(CI_GITLAB, &bare), "@", "a single job has no marks");
	is_str(marks(CI_GITHUB, &bare),
	    "@::error title=1%3A 5%25%2C;[a]'|::x: 1%25,;%0D%0A| y]'\xff\n", "but an annotation");
}

static void
test_detection(void)
{
	static const struct {
		const char *env[3];
		enum ci_system system;
	} table[] = {
	    {{NULL}, CI_NONE},
	    {{"CI=true"}, CI_PLAIN},
	    {{"CI=false"}, CI_NONE},
	    {{"CI="}, CI_NONE},
	    {{"CI=woodpecker"}, CI_PLAIN},
	    {{"CIRCLECI=true", "CI=true"}, CI_PLAIN},
	    {{"BUILD_NUMBER=7"}, CI_PLAIN},
	    {{"CI=true", "GITHUB_ACTIONS=true"}, CI_GITHUB},
	    {{"CI=true", "GITLAB_CI=true"}, CI_GITLAB},
	    {{"TF_BUILD=True"}, CI_AZURE},
	    {{"CI=true", "BUILDKITE=true"}, CI_BUILDKITE},
	    {{"BUILD_NUMBER=7", "TEAMCITY_VERSION=2024.1"}, CI_TEAMCITY},
	    {{"GITHUB_ACTIONS=false", "CI=true"}, CI_PLAIN},
	    {{"GITHUB_ACTIONS_X=true", "CIX=1"}, CI_NONE},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		is_int(ci_detect((char *const *)table[i].env), table[i].system,
		    "environment %zu, %s", i, table[i].env[0] != NULL ? table[i].env[0] : "empty");
	is_int(ci_named("azure"), CI_AZURE, "a system has a name");
	is_int(ci_named("none"), CI_NONE, "and so has none");
	is_int(ci_named("auto"), CI_AUTO, "and auto");
}

/* What is left of text that comes in pieces of so many bytes. */
static const char *
guarded(enum ci_system system, const char *text, size_t piece)
{
	struct ci_guard g = CI_GUARD_INIT;
	static struct buf out;
	size_t left = strlen(text);

	buf_free(&out);
	while (left > 0) {
		bool hit;
		size_t n = ci_guard_next(&g, system, text, left < piece ? left : piece, &hit);

		if (buf_add(&out, text, n - hit) != 0 ||
		    (hit && (buf_putc(&out, ci_filler(system)) != 0 ||
				buf_putc(&out, text[n - 1]) != 0)))
			exit(1);
		text += n;
		left -= n;
	}
	return buf_string(&out) != NULL ? out.data : "";
}

static void
test_guard(void)
{
	static const struct {
		enum ci_system system;
		const char *text, *want;
	} table[] = {
	    {CI_AZURE, "##vso[task.complete]\n##[error]\n# [x] ##\n##x[",
		"##vso [task.complete]\n## [error]\n# [x] ##\n##x["},
	    {CI_AZURE, "####[##vso[", "#### [##vso ["},
	    {CI_TEAMCITY, "a ##teamcity[buildStop] ##teamcit[ ##[",
		"a ##teamcity [buildStop] ##teamcit[ ##["},
	    {CI_GITLAB, "\033[0Ksection_start:1:a\r\033[0K\nsection_end:1:a section_x:",
		"\033[0Ksection_start :1:a\r\033[0K\nsection_end :1:a section_x:"},
	    {CI_BUILDKITE, "--- a\n+++ b\nx --- c\n~~~ d\n^^^ +++\n---x\n\n--- e",
		"---- a\n+++- b\nx --- c\n~~~- d\n^^^- +++\n---x\n\n---- e"},
	    {CI_PLAIN, "--- ##[ section_start:", "--- ##[ section_start:"},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		for (size_t piece = 1; piece <= 40; piece++)
			if (strcmp(guarded(table[i].system, table[i].text, piece), table[i].want) !=
				0 ||
			    piece == 40)
				is_str(guarded(table[i].system, table[i].text, piece),
				    table[i].want, "text %zu, in pieces of %zu bytes", i, piece);
}

static void
test_defuse(void)
{
	struct buf b = {0};

	if (buf_puts(&b, "##[a ##[b") != 0 || ci_defuse(CI_GITHUB, &b, 5) != 0)
		exit(1);
	is_str(buf_string(&b), "##[a ## [b", "what stands before is left alone");
	buf_free(&b);
}

static const char *
line_of(const char *text, size_t max)
{
	static struct buf b;

	buf_free(&b);
	if (plain_line(&b, text, max) != 0)
		exit(1);
	return buf_string(&b);
}

static const char *
tail_of(const char *text)
{
	static struct buf b;

	buf_free(&b);
	if (plain_tail(&b, text, strlen(text), "> ") != 0)
		exit(1);
	return buf_string(&b);
}

static void
test_plain(void)
{
	static char many[1000 + 1];

	is_str(line_of("a\nb\033[31mc\033[m\a\r\n", 100), "a bc", "a line of a script");
	is_str(line_of("0123456789", 10), "0123456789", "one that just fits");
	is_str(line_of("01234567890", 10), "0123456...", "one that is cut");
	is_str(
	    line_of("012345\xc3\xa9\xc3\xa9\xc3\xa9", 10), "012345...", "never within a character");
	is_str(tail_of("1\n2\n3\n4\n5\n"), "> 3\n> 4\n> 5\n", "the last three lines");
	is_str(tail_of("1\n\n \t\n2\n\n"), "> 1\n> 2\n", "blank ones do not count");
	is_str(tail_of("1\r2\r3\r\n4"), "> 2\n> 3\n> 4\n", "a carriage return ends a line");
	is_str(tail_of(""), "", "nothing");
	is_str(tail_of("\033]0;title\a\xc2\x9b"
		       "31m\001x"),
	    "> 31mx\n", "nothing for the terminal");
	memset(many, 'x', 1000);
	ok(strlen(tail_of(many)) == strlen("> ...\n") + PLAIN_TAIL_BYTES, "a long line is cut");
	is_int(strncmp(tail_of(many), "> ...xxx", 8), 0, "and that is said");
}

static void
add(struct step_summary *s, uint64_t seq, int code, int64_t ns, const char *command)
{
	struct job *j = job_new(seq, record_new("x", 1));

	if (j == NULL)
		exit(1);
	j->outcome = JOB_RAN;
	j->end.status = code << 8;
	j->end.start_ns = SECOND;
	j->end.end_ns = SECOND + ns;
	if (step_summary_wants(s, j) && step_summary_add(s, j, command) != 0)
		exit(1);
	job_free(j);
}

static unsigned
count(const char *text, const char *what)
{
	unsigned n = 0;

	for (; (text = strstr(text, what)) != NULL; text++)
		n++;
	return n;
}

static void
test_step_summary(void)
{
	const struct report r = {.failed = 300, .ran = 2000, .not_run = 1};
	static char longest[5000 + 1];
	struct step_summary s = {0};
	struct buf b = {0};
	size_t len;

	memset(longest, '|', 5000);
	add(&s, 1, 0, 5 * SECOND, "a|b `c` <d> *e* [f](g)\nh");
	for (unsigned i = 2; i <= 2000; i++)
		add(&s, i, i > 1700, i * 1000000LL, longest);
	is_int(step_summary_put(&b, &s, &r, STEP_SUMMARY_BYTES), 0, "a page is made");
	len = b.len;
	ok(buf_string(&b) != NULL && len < 300000, "of bounded length: %zu", len);
	is_int(strncmp(b.data, "### spool: 300 of 2000 jobs failed, 0 cut off, 1 not run\n", 57), 0,
	    "the counts come first");
	is_int(count(b.data, "\n| "), 2 + 100 + 2 + 10, "100 failed jobs, and the 10 slowest");
	is_int(count(b.data, "and 200 more"), 1, "the others are counted");
	ok(strstr(b.data,
	       "| 1 | ok after 5.00 s | <code>a&#124;b &#96;c&#96; &#60;d&#62; &#42;e&#42; "
	       "&#91;f&#93;&#40;g&#41; h</code> |\n") != NULL,
	    "nothing in a command is taken for markup");
	ok(strstr(b.data,
	       "The slowest:\n\n| job | result | command |\n| --: | --- | --- |\n| 1 |") != NULL,
	    "the slowest comes first");
	buf_reset(&b);
	is_int(step_summary_put(&b, &s, &r, len), 0, "a page that just fits");
	is_int((long long)b.len, (long long)len, "is whole");
	buf_reset(&b);
	is_int(step_summary_put(&b, &s, &r, len - 1), 0, "one that does not");
	is_str(buf_string(&b), "### spool: 300 of 2000 jobs failed, 0 cut off, 1 not run\n",
	    "is cut to the counts");
	buf_reset(&b);
	is_int(step_summary_put(&b, &s, &r, 10), 0, "without room");
	is_int((long long)b.len, 0, "there is nothing");
	buf_free(&b);
	step_summary_free(&s);
}

int
main(void)
{
	test_marks();
	test_detection();
	test_guard();
	test_defuse();
	test_plain();
	test_step_summary();
	return done_testing();
}
