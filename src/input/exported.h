/*
 * Functions that a bash exported: BASH_FUNC_name%%=() {...} in the environment. Pure.
 */
#ifndef SPOOL_EXPORTED_H
#define SPOOL_EXPORTED_H

#include <stdbool.h>
#include <stddef.h>

struct exported_name {
	const char *text; /* points into the environment */
	size_t len;
};

struct exported {
	struct exported_name *list; /* owned */
	size_t n;
};

/* Collect from envp (NULL: nothing), which must outlive e. Returns 0 or ENOMEM. */
int exported_find(struct exported *e, char *const *envp);

bool exported_has(const struct exported *e, const char *word, size_t len);

/* Is the first word of a script such a function? */
bool exported_runs(const struct exported *e, const char *script, size_t len);

void exported_release(struct exported *e);

#endif
