/*
 * How something is made to end: signals, and how long each is given to take effect.
 */
#ifndef SPOOL_TERMSEQ_H
#define SPOOL_TERMSEQ_H

#include <stdint.h>

#define TERMSEQ_MOST 33

/* Set by the options, then read-only. The last step is always KILL. */
struct termseq {
	unsigned n;
	struct termseq_step {
		int sig;
		int64_t wait_ns; /* until the next step */
	} steps[TERMSEQ_MOST];
};

/*
 * Parse "TERM,200,TERM,100,KILL,25": names or numbers of signals, milliseconds. Where it does not
 * end in KILL one is added; the last time may be absent. Returns 0 or EINVAL.
 */
int termseq_parse(const char *text, struct termseq *seq);

/* The signal of "TERM", "SIGTERM", "term" or "15"; 0: there is none. */
int termseq_signal(const char *word);

/* TERM, and KILL after the grace. */
void termseq_of_grace(struct termseq *seq, int64_t grace_ns);

/* When a step is due, counted from the first one; sums of it and of times do not overflow. */
int64_t termseq_due(const struct termseq *seq, unsigned step);

#endif
