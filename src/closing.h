/*
 * The end of a run. All of it is the main thread's, after executor_finish().
 */
#ifndef SPOOL_CLOSING_H
#define SPOOL_CLOSING_H

#include <stdbool.h>

struct session;

/* Who reads standard input next goes on behind what was used. */
void closing_input(struct session *s);

/* Close stdout: some file systems tell of lost bytes only now. */
void closing_output(struct session *s);

/* Whether failed jobs are to be told of at the end. */
bool closing_wants_summary(const struct session *s);

/* The last words on stderr; sig: what ended the run, 0: nothing did. */
void closing_summary(struct session *s, int sig);

/* The exit status of the run. */
int closing_status(struct session *s);

#endif
