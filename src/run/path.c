/*
 * PATH search by the rules of execvp: an empty entry is the current directory, no PATH is the system's default.
 */
#include "run/path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whether dir/entry/name is a command; entry has len bytes, and what is absolute stands alone. */
static bool
is_command(
    const char *dir, const char *entry, size_t len, const char *name, char *out, size_t size)
{
	bool absolute = len > 0 ? *entry == '/' : *name == '/';
	struct stat st;
	int n;

	n = snprintf(out, size, "%s%s%.*s%s%s", absolute || !dir ? "" : dir,
	    absolute || !dir ? "" : "/", (int)len, entry, len ? "/" : "", name);
	return n > 0 && (size_t)n < size && stat(out, &st) == 0 && S_ISREG(st.st_mode) &&
	    access(out, X_OK) == 0;
}

bool
path_find(const char *name, const char *dir, char *out, size_t size)
{
	const char *entry = getenv("PATH");

	if (strchr(name, '/') != NULL)
		return is_command(dir, "", 0, name, out, size);
	if (entry == NULL)
		entry = "/bin:/usr/bin";
	for (;;) {
		size_t len = strcspn(entry, ":");

		if (is_command(dir, len ? entry : ".", len ? len : 1, name, out, size))
			return true;
		if (entry[len] == '\0')
			return false;
		entry += len + 1;
	}
}
