/*
 * Which names in the environment are functions of bash. Only a bash can run them, so whoever
 * meets one as a command calls bash. Knows nothing of templates. Read-only once it was filled.
 */
#include "input/exported.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char prefix[] = "BASH_FUNC_";
static const char suffix[] = "%%=() {";

static int
add_name(struct exported *e, const char *name, size_t len)
{
	struct exported_name *list = realloc(e->list, (e->n + 1) * sizeof(*list));

	if (!list)
		return ENOMEM;
	e->list = list;
	e->list[e->n++] = (struct exported_name){name, len};
	return 0;
}

int
exported_find(struct exported *e, char *const *envp)
{
	for (; envp && *envp; envp++) {
		const char *name = *envp + sizeof(prefix) - 1;
		const char *end;

		if (strncmp(*envp, prefix, sizeof(prefix) - 1) != 0)
			continue;
		end = strstr(name, suffix);
		/* The name ends before the first =, or this is some other variable. */
		if (!end || end == name || memchr(name, '=', (size_t)(end - name)))
			continue;
		if (add_name(e, name, (size_t)(end - name)) != 0)
			return ENOMEM;
	}
	return 0;
}

bool
exported_has(const struct exported *e, const char *word, size_t len)
{
	size_t i;

	for (i = 0; i < e->n; i++)
		if (e->list[i].len == len && memcmp(e->list[i].text, word, len) == 0)
			return true;
	return false;
}

bool
exported_runs(const struct exported *e, const char *script, size_t len)
{
	size_t start = 0;
	size_t end;

	if (e->n == 0)
		return false;
	while (start < len && strchr(" \t\n", script[start]))
		start++;
	for (end = start; end < len && !strchr(" \t\n;&|<>()", script[end]); end++)
		continue;
	return exported_has(e, script + start, end - start);
}

void
exported_release(struct exported *e)
{
	free(e->list);
	*e = (struct exported){0};
}
