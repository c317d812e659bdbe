/*
 * How a test and the children it starts wait for each other. A child that reads from GATE waits
 * until the gate is opened; what it writes to READY (one byte each time) is what await_ready()
 * waits for.
 */
#ifndef SPOOL_TEST_GATE_H
#define SPOOL_TEST_GATE_H

#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/os.h"

enum {
	GATE = 8,
	READY = 9,
};

static int gate_end = -1;  /* the writing end of GATE */
static int ready_end = -1; /* the reading end of READY */
static bool ready_held;    /* the test itself holds READY too */

/* A new pipe; fd, which children inherit, becomes its end number which. Returns the other end. */
static inline int
gate_pipe(int fd, int which)
{
	int ends[2];

	if (os_pipe(ends) != 0 || dup2(ends[which], fd) != fd)
		exit(1);
	close(ends[which]);
	return ends[1 - which];
}

/* Closes the gate; READY is new as well. */
static inline void
close_gate(void)
{
	gate_end = gate_pipe(GATE, 0);
	ready_end = gate_pipe(READY, 1);
	ready_held = true;
}

/* All who wait go on. Any thread. */
static inline void
open_gate(void)
{
	if (gate_end >= 0)
		close(gate_end);
	gate_end = -1;
}

static inline void
drop_ready(void)
{
	if (ready_held)
		close(READY);
	ready_held = false;
}

/* Take the gate away. */
static inline void
remove_gate(void)
{
	open_gate();
	drop_ready();
	close(GATE);
	close(ready_end);
}

/* Wait until n bytes have come through READY. False: nobody is left who could write one. */
static inline bool
await_ready(int n)
{
	char byte;

	for (; n > 0; n--)
		if (read(ready_end, &byte, 1) != 1)
			return false;
	return true;
}

/* Wait until all children that had READY are gone. */
static inline void
await_silence(void)
{
	drop_ready();
	while (await_ready(1))
		;
}

#endif
