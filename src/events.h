/*
 * What happens while a run runs, thread by thread: the callbacks of the pool, of the printer and of
 * the signals. ctx is the session.
 */
#ifndef SPOOL_EVENTS_H
#define SPOOL_EVENTS_H

#include <stdint.h>

#include "output/printer.h"
#include "run/executor.h"
#include "run/signals.h"

extern const struct executor_ops events_of_jobs;
extern const struct printer_ops events_of_output;
extern const struct signals_ops events_of_signals;

/* No more input is wanted: wakes the main thread wherever it waits. Any thread. */
void events_stop_input(void *ctx);

/* When the signals thread first looks around. */
int64_t events_first_tick(void);

#endif
