/*
 * How busy the machine is: processes that run, and what the kernel knows of stalls. Reads files
 * only, in the places where Linux has them.
 */
#ifndef SPOOL_PRESSURE_H
#define SPOOL_PRESSURE_H

#include <stdbool.h>

enum pressure_kind {
	PRESSURE_CPU,
	PRESSURE_IO,
	PRESSURE_MEMORY,
	PRESSURE_KINDS,
};

/* Set by the options, then read-only. Others may start while all that is limited is below. */
struct load_policy {
	unsigned running; /* processes; 0: no limit */
	/* share of the last ten seconds in which something stalled, in 1/100 %; 0: no limit */
	unsigned stalled[PRESSURE_KINDS];
};

/* The limit "cpu=N", "io=N" or "memory=N", N in percent. NULL, or why it is wrong. */
const char *pressure_parse(struct load_policy *policy, const char *text);

/* avg10 of the line "some" in PROC/pressure/KIND, in 1/100 %. proc is "/proc" but in tests. */
bool pressure_read(const char *proc, enum pressure_kind kind, unsigned *stalled);

/*
 * How many processes run or wait for a CPU, the caller not counted; where the system does not tell,
 * its load average. False: it tells neither.
 */
bool pressure_running(const char *proc, unsigned *running);

/* Whether all is below its limits. What can't be read limits nothing. */
bool pressure_is_low(const struct load_policy *policy, const char *proc);

#endif
