/*
 * The terminal is shared: what stands at its lower end has to make room for messages and for what
 * jobs print. Knows neither.
 */
#ifndef SPOOL_TERMINAL_H
#define SPOOL_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

/*
 * What stands on the terminal, and makes room for what others write there. Both in any thread.
 */
struct terminal_guard {
	/*
	 * Make room. patient: wait for others who write, however long; a message and whatever ends
	 * the run don't. Returns whether after() must follow.
	 */
	bool (*before)(bool patient);
	void (*after)(const char *data, size_t n); /* this was written */
};

/* Before the first thread; NULL until then, kept. */
void terminal_set_guard(const struct terminal_guard *guard);

/* Whether fd is a terminal that is guarded. */
bool terminal_is_guarded(int fd);

/* Around what is written to it. False: no terminal_after() follows. Any thread. */
bool terminal_before(bool patient);
void terminal_after(const char *data, size_t n);

#endif
