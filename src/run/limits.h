/*
 * What the limits on open files leave for jobs.
 */
#ifndef SPOOL_LIMITS_H
#define SPOOL_LIMITS_H

#include "run/child.h"

/*
 * How many of slots jobs can run at once with their output as given: pipes, an exit descriptor
 * and so many files each. At least 1. The limit itself is never raised, for the jobs have it too.
 */
unsigned limits_slots(unsigned slots, enum child_output output, unsigned files);

/*
 * How many slots of those that are wanted later can be had; at least slots. The descriptors that
 * are open are not counted for it.
 */
unsigned limits_most(unsigned slots, unsigned wanted, enum child_output output, unsigned files);

#endif
