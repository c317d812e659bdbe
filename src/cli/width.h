/*
 * How many jobs at once: reads -j's value, counts CPUs, says why.
 */
#ifndef SPOOL_WIDTH_H
#define SPOOL_WIDTH_H

#include "base/buf.h"

#define WIDTH_MAX 10000

/* What was counted: filled once. */
struct cpu_count {
	unsigned online;           /* only to be told: filled by who tells it */
	unsigned allowed;          /* by affinity */
	unsigned long quota_milli; /* 0: none */
	char quota_file[256];
	unsigned usable; /* the smallest of these, at least 1; a quota counts rounded up */
};

/* Nothing happens when *c was filled before (usable is not 0). */
void width_count_cpus(struct cpu_count *c);

/*
 * "8", "50%", "+2", "-1", "1.5x", "0" to a number of slots from 1 to WIDTH_MAX. "0": as many as
 * the limit on processes allows; what is above WIDTH_MAX is cut to it, what is below 1 becomes
 * 1, fractions of a job are rounded up. Pure but for "0". Returns 0, or -1 with a reason in *why
 * (static string).
 */
int width_parse(const char *text, const struct cpu_count *c, unsigned *slots, const char **why);

/* The same for the first word in a file; what is there is read anew. */
int width_read(const char *path, const struct cpu_count *c, unsigned *slots, const char **why);

/*
 * For --explain: what was counted and what follows, as two lines without "spool: ", each ended
 * by a newline. given_by is the option or variable that gave text; both are NULL when the
 * default counts. Returns 0 or ENOMEM.
 */
int width_explain(struct buf *out, const struct cpu_count *c, const char *given_by,
    const char *text, unsigned slots);

#endif
