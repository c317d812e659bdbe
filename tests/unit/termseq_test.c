/*
 * Sequences of signals: what is one, what it means, and when each step is due.
 */
#include <errno.h>
#include <signal.h>

#include "run/termseq.h"
#include "tap.h"

#define MS 1000000LL

static void
test_parsing(void)
{
	static const struct {
		const char *text;
		struct termseq wanted; /* n 0: it is none */
	} cases[] = {
	    {"TERM,200,TERM,100,TERM,50,KILL,25", {4, {{SIGTERM, 200 * MS}, {SIGTERM, 100 * MS},
							  {SIGTERM, 50 * MS}, {SIGKILL, 25 * MS}}}},
	    {"TERM,200,KILL", {2, {{SIGTERM, 200 * MS}, {SIGKILL, 0}}}},
	    {"KILL", {1, {{SIGKILL, 0}}}},
	    {"INT,1000", {2, {{SIGINT, 1000 * MS}, {SIGKILL, 0}}}},
	    {"SIGHUP,0,int,5", {3, {{SIGHUP, 0}, {SIGINT, 5 * MS}, {SIGKILL, 0}}}},
	    {"15,1,9", {2, {{SIGTERM, 1 * MS}, {SIGKILL, 0}}}},
	    {"USR1", {2, {{SIGUSR1, 0}, {SIGKILL, 0}}}},
	    {"", {0}},
	    {",", {0}},
	    {"TERM,", {0}},
	    {"TERM,200,", {0}},
	    {"TERM,,KILL", {0}},
	    {"TERM,x,KILL", {0}},
	    {"TERM,-1", {0}},
	    {"200,TERM", {0}},
	    {"NOSUCH,1", {0}},
	    {"0,1", {0}},
	    {"SIG,1", {0}},
	    {"TERM,99999999999999999999", {0}},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct termseq *wanted = &cases[i].wanted;
		struct termseq got;
		int err = termseq_parse(cases[i].text, &got);
		bool right = err == (wanted->n == 0 ? EINVAL : 0);

		if (right && err == 0)
			right = got.n == wanted->n;
		for (unsigned k = 0; right && err == 0 && k < got.n; k++)
			right = got.steps[k].sig == wanted->steps[k].sig &&
			        got.steps[k].wait_ns == wanted->steps[k].wait_ns;
		ok(right, "'%s' %s", cases[i].text, wanted->n == 0 ? "is refused" : "is read");
	}
}

static void
test_length(void)
{
	char text[TERMSEQ_MOST * 8] = "";
	struct termseq seq;

	for (int i = 0; i < TERMSEQ_MOST - 1; i++)
		strcat(text, i == 0 ? "HUP,1" : ",HUP,1");
	is_int(termseq_parse(text, &seq), 0, "as many steps as there is room for");
	ok(seq.n == TERMSEQ_MOST && seq.steps[seq.n - 1].sig == SIGKILL, "and the KILL behind");
	strcat(text, ",HUP,1");
	is_int(termseq_parse(text, &seq), EINVAL, "and no more");
}

static void
test_times(void)
{
	struct termseq seq;

	termseq_parse("TERM,200,TERM,100,INT,50", &seq);
	is_int(termseq_due(&seq, 0), 0, "the first step is due at once");
	is_int(termseq_due(&seq, 1), 200 * MS, "the second after the first time");
	is_int(termseq_due(&seq, 3), 350 * MS, "the last after all of them");
	termseq_of_grace(&seq, 2000 * MS);
	ok(seq.n == 2 && seq.steps[0].sig == SIGTERM && seq.steps[1].sig == SIGKILL,
	    "by default TERM and KILL");
	is_int(termseq_due(&seq, 1), 2000 * MS, "with the grace between them");
	termseq_of_grace(&seq, INT64_MAX);
	ok(termseq_due(&seq, 1) + INT64_MAX / 2 > 0, "a sum with the longest grace is a time");
}

int
main(void)
{
	test_parsing();
	test_length();
	test_times();
	return done_testing();
}
