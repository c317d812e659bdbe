/*
 * How far a run is, as text: the numbers, how long it will take, and what fits into a window.
 */
#include "output/progress.h"

#include <string.h>

#include "tap.h"

#define S INT64_C(1000000000)

static const struct progress_style wide = {
    .parts = PROGRESS_LINE | PROGRESS_BAR | PROGRESS_JOBS,
    .columns = 100,
    .rows = 24,
    .utf8 = true,
};

static void
test_eta(void)
{
	static const struct {
		struct progress_numbers n;
		int64_t eta;
		const char *what;
	} cases[] = {
	    {{.total = 10}, -1, "nobody knows while none is done"},
	    {{.done = 5, .total = 10, .more = true, .elapsed_ns = 5 * S, .last_ns = 5 * S}, -1,
		"nor while there may be more"},
	    {{.done = 5, .total = 10, .elapsed_ns = 5 * S, .last_ns = 5 * S}, 5 * S,
		"the second half takes as long as the first"},
	    {{.done = 1, .total = 4, .elapsed_ns = 10 * S, .last_ns = 10 * S}, 30 * S,
		"three more as long as the first one"},
	    {{.done = 1, .total = 4, .elapsed_ns = 14 * S, .last_ns = 10 * S}, 26 * S,
		"less what has passed since it was done"},
	    {{.done = 1, .total = 4, .elapsed_ns = 60 * S, .last_ns = 10 * S}, 60 * S,
		"and longer, when the next one takes longer"},
	    {{.done = 1, .total = 2, .elapsed_ns = 60 * S, .last_ns = 10 * S}, 0,
		"but the last one is always about to end"},
	    {{.done = 10, .total = 10, .elapsed_ns = S, .last_ns = S}, 0, "nothing is left"},
	    {{.done = 3, .total = 2, .elapsed_ns = S, .last_ns = S}, -1, "more than there are"},
	    {{.done = 1, .total = UINT64_MAX, .elapsed_ns = S, .last_ns = S}, INT64_MAX,
		"longer than can be told"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		is_int(progress_eta(&cases[i].n), cases[i].eta, "%s", cases[i].what);
}

static void
test_plain(void)
{
	struct progress_numbers n = {
	    .done = 120, .failed = 2, .running = 8, .total = 400, .elapsed_ns = 190 * S};
	struct buf out = {0};

	is_int(progress_plain(&n, &out), 0, "a plain line is made");
	is_str(buf_string(&out), "120 done, 2 failed, 8 running, 400 in all, 3m10s", "of all");
	n.more = true;
	n.elapsed_ns = 9 * S + S / 2;
	buf_reset(&out);
	(void)progress_plain(&n, &out);
	is_str(buf_string(&out), "120 done, 2 failed, 8 running, 400 so far, 9s",
	    "of what there is so far");
	buf_free(&out);
}

/* What is drawn is wanted; and no line is wider than is said, nor reaches the last column. */
static void
draws(const struct progress_style *style, const struct progress_numbers *n,
    const struct progress_job *jobs, unsigned n_jobs, const char *wanted, const char *what)
{
	struct progress_area a = {0};
	bool fits = true;

	if (progress_draw(&a, style, n, jobs, n_jobs) != 0)
		wanted = NULL;
	is_str(buf_string(&a.text), wanted, "%s", what);
	for (unsigned i = 0; i < a.n; i++)
		fits = fits && (a.widths[i] < style->columns || style->columns == 0);
	ok(fits, "%s: it fits", what);
	buf_free(&a.text);
}

static void
test_line(void)
{
	struct progress_style style = wide;
	struct progress_numbers n = {.done = 30,
	    .running = 4,
	    .total = 40,
	    .more = true,
	    .elapsed_ns = 3 * S,
	    .last_ns = 3 * S};

	draws(&style, &n, NULL, 0, "30/40+ done, 0 failed, 4 running, 10.0/s, 3s",
	    "while there may be more there is no bar, and no end");
	n.more = false;
	draws(&style, &n, NULL, 0,
	    "30/40 done, 0 failed, 4 running, 10.0/s, 3s, ETA 1s "
	    "[######################--------] 75%",
	    "when all are known there is one");
	style.parts = PROGRESS_LINE;
	draws(&style, &n, NULL, 0, "30/40 done, 0 failed, 4 running, 10.0/s, 3s, ETA 1s",
	    "the bar is left out");
	n.elapsed_ns = n.last_ns = 90 * S;
	draws(&style, &n, NULL, 0, "30/40 done, 0 failed, 4 running, 20.0/min, 1m30s, ETA 30s",
	    "few are counted by the minute");
	n.done = 0;
	draws(&style, &n, NULL, 0, "0/40 done, 0 failed, 4 running, 1m30s", "none has no rate");
	style.parts = PROGRESS_LINE | PROGRESS_BAR;
	style.columns = 58;
	draws(&style, &n, NULL, 0, "0/40 done, 0 failed, 4 running, 1m30s [------------] 0%",
	    "the bar takes what is left");
	style.columns = 51;
	draws(
	    &style, &n, NULL, 0, "0/40 done, 0 failed, 4 running, 1m30s", "or is not there at all");
}

static void
test_windows(void)
{
	struct progress_style style = wide;
	struct progress_numbers n = {.done = 3, .failed = 1, .running = 4, .total = 40};
	const struct progress_job jobs[] = {
	    {.seq = 7, .ran_ns = 252 * S, .command = "make docs", .len = 9},
	    {.seq = 12, .ran_ns = 9 * S, .command = "sleep 60", .len = 8},
	};

	style.parts = PROGRESS_LINE | PROGRESS_JOBS;
	draws(&style, &n, jobs, 2,
	    "3/40 done, 1 failed, 4 running, 0s, ETA 0s\n  4m12s job 7: make docs\n"
	    "     9s job 12: sleep 60",
	    "a line for each job");
	style.columns = 20;
	draws(&style, &n, jobs, 2, "3/40 done, 1 failed\n  4m12s job 7: make\n     9s job 12: sle",
	    "lines are cut");
	style.rows = 5;
	draws(&style, &n, jobs, 2, "3/40 done, 1 failed\n  4m12s job 7: make",
	    "no more lines than half of the window");
	for (style.rows = 0; style.rows < 4; style.rows++)
		draws(&style, &n, jobs, 2, "3/40 done, 1 failed", "a low window has one line");
	style.rows = 2;
	style.columns = 1;
	draws(&style, &n, jobs, 2, "", "a column is nothing");
	style.columns = 0;
	draws(&style, &n, jobs, 2, "", "nor is none");
}

static void
test_names(void)
{
	static const struct {
		bool utf8;
		unsigned columns;
		const char *command, *shown, *what;
	} cases[] = {
	    {true, 99, "a\nb\tc\033[2Jd\177", "a?b?c?[2Jd?", "controls"},
	    {true, 99,
		"\302\233"
		"31m",
		"?31m", "a control of two bytes"},
	    {true, 99, "caf\303\251", "caf\303\251", "a letter with an accent"},
	    {false, 99, "caf\303\251", "caf??", "the same where UTF-8 is not known"},
	    {true, 99, "\377\303", "??", "what is no character"},
	    {true, 99, "a\342\200\256b", "a?b", "a turn of direction"},
	    {true, 24, "12345678", "12345678", "what just fits"},
	    {true, 24, "123456789", "12345678", "what does not"},
	    {true, 24, "1234567\346\227\245", "1234567", "a wide one at the edge"},
	    {true, 25, "1234567\346\227\245", "1234567\346\227\245", "a wide one that fits"},
	    {true, 24,
		"1234567\346\227\245"
		"8",
		"1234567", "nothing comes behind what is cut"},
	};
	struct progress_style style = wide;
	struct progress_numbers n = {0};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct progress_job job = {
		    .seq = 1, .command = cases[i].command, .len = strlen(cases[i].command)};
		struct progress_area a = {0};
		const char *got;

		style.utf8 = cases[i].utf8;
		style.columns = cases[i].columns;
		style.parts = PROGRESS_LINE | PROGRESS_JOBS;
		(void)progress_draw(&a, &style, &n, &job, 1);
		got = strstr(buf_string(&a.text), "job 1: ");
		is_str(got != NULL ? got + 7 : NULL, cases[i].shown, "%s", cases[i].what);
		ok(a.widths[1] < style.columns, "%s: its width", cases[i].what);
		buf_free(&a.text);
	}
}

static void
test_colors(void)
{
	struct progress_style style = wide;
	struct progress_numbers n = {.done = 2, .total = 4};

	style.color = true;
	style.columns = 60;
	draws(&style, &n, NULL, 0,
	    "2/4 done, 0 failed, 0 running, 0s, ETA 0s [\033[32m#####\033[m-----] 50%",
	    "a good run is green");
	n.failed = 1;
	draws(&style, &n, NULL, 0,
	    "2/4 done, \033[31m1 failed\033[m, 0 running, 0s, ETA 0s "
	    "[\033[31m#####\033[m-----] 50%",
	    "failures are red");
	style.columns = 14;
	draws(&style, &n, NULL, 0, "2/4 done, \033[31m1 f\033[m", "what is cut ends its colour");
	style.columns = 11;
	draws(&style, &n, NULL, 0, "2/4 done, ", "and what is cut off has none");
}

int
main(void)
{
	test_eta();
	test_plain();
	test_line();
	test_windows();
	test_names();
	test_colors();
	return done_testing();
}
