/*
 * What happens while a run runs, thread by thread: the callbacks of the pool (on_jobs.c), of the
 * printer (on_output.c) and of the signals (on_signals.c). ctx is the session.
 */
#ifndef SPOOL_EVENTS_H
#define SPOOL_EVENTS_H

#include <stdint.h>

#include "output/printer.h"
#include "run/executor.h"
#include "run/signals.h"

struct session;

extern const struct executor_ops events_of_jobs;
extern const struct printer_ops events_of_output;
extern const struct signals_ops events_of_signals;

/* The job's command as one line, in out, which is reset. 0 or ENOMEM. Any thread. */
int events_describe(const struct session *s, const struct job *j, struct buf *out);

/* The signal to die of when the reader of stdout is gone, 0: none. Any thread. */
int events_death_of_pipe(void);

/*
 * Whether nothing more is to be started after this job. xargs ends at the first job that exits with
 * 255, dies of a signal or can't be started. Any thread.
 */
bool events_stops_the_run(const struct session *s, const struct job *j);

/* No more input is wanted: wakes the main thread wherever it waits. Any thread. */
void events_stop_input(void *ctx);

/* When the signals thread first looks around. */
int64_t events_first_tick(const struct session *s);

#endif
