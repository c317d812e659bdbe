/*
 * Passes on who writes to the terminal. No lock: the guard is set once, before the first thread.
 */
#include "base/terminal.h"

#include <unistd.h>

static const struct terminal_guard *terminal_guard;

void
terminal_set_guard(const struct terminal_guard *guard)
{
	terminal_guard = guard;
}

bool
terminal_is_guarded(int fd)
{
	return terminal_guard != NULL && isatty(fd);
}

bool
terminal_before(bool patient)
{
	return terminal_guard != NULL && terminal_guard->before(patient);
}

void
terminal_after(const char *data, size_t n)
{
	terminal_guard->after(data, n);
}
