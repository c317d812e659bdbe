/*
 * Sequences of signals: read, and made from a grace. Pure; knows nobody to send them to.
 */
#include "run/termseq.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/util.h"

#define NS_PER_MS 1000000LL
#define MAX_NS (INT64_MAX / 4)

/* Copy up to the next comma, and move behind it; false: too long, or nothing is there. */
static bool
next_word(const char **text, char *word, size_t size)
{
	size_t len = strcspn(*text, ",");

	if (len == 0 || len >= size)
		return false;
	memcpy(word, *text, len);
	word[len] = '\0';
	*text += len + ((*text)[len] == ',');
	return true;
}

int
termseq_signal(const char *word)
{
	uint64_t number;

	if (parse_uint(word, 1, NSIG - 1, &number) == 0)
		return (int)number;
	if (strncasecmp(word, "SIG", 3) == 0)
		word += 3;
	for (int sig = 1; sig < NSIG; sig++)
		if (strcasecmp(signal_name(sig) + 3, word) == 0)
			return sig;
	return 0;
}

int
termseq_parse(const char *text, struct termseq *seq)
{
	uint64_t ms = 0;
	char word[24];

	seq->n = 0;
	do {
		struct termseq_step *step = &seq->steps[seq->n++];

		/* One place is for the KILL at the end. */
		if (seq->n == TERMSEQ_MOST || !next_word(&text, word, sizeof(word)) ||
		    (step->sig = termseq_signal(word)) == 0)
			return EINVAL;
		if (*text == '\0' && text[-1] != ',')
			ms = 0;
		else if (!next_word(&text, word, sizeof(word)) ||
			 parse_uint(word, 0, MAX_NS / NS_PER_MS, &ms) != 0)
			return EINVAL;
		step->wait_ns = (int64_t)ms * NS_PER_MS;
	} while (*text != '\0');
	if (text[-1] == ',')
		return EINVAL;
	if (seq->steps[seq->n - 1].sig != SIGKILL)
		seq->steps[seq->n++] = (struct termseq_step){SIGKILL, 0};
	return 0;
}

void
termseq_of_grace(struct termseq *seq, int64_t grace_ns)
{
	seq->n = 2;
	seq->steps[0] = (struct termseq_step){SIGTERM, grace_ns};
	seq->steps[1] = (struct termseq_step){SIGKILL, 0};
}

int64_t
termseq_due(const struct termseq *seq, unsigned step)
{
	int64_t due = 0;

	for (unsigned i = 0; i < step; i++) {
		if (seq->steps[i].wait_ns >= MAX_NS - due)
			return MAX_NS;
		due += seq->steps[i].wait_ns;
	}
	return due;
}
