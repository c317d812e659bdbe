/*
 * PATH search by the rules of execvp: an empty entry is the current directory, no PATH is the system's default.
 */
#include "run/path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
is_command(const char *file)
{
	struct stat st;

	return stat(file, &st) == 0 && S_ISREG(st.st_mode) && access(file, X_OK) == 0;
}

bool
path_find(const char *name, char *out, size_t size)
{
	const char *dir = getenv("PATH");

	if (strchr(name, '/') != NULL)
		return (size_t)snprintf(out, size, "%s", name) < size && is_command(out);
	if (dir == NULL)
		dir = "/bin:/usr/bin";
	for (;;) {
		size_t len = strcspn(dir, ":");
		int n = snprintf(
		    out, size, "%.*s%s%s", (int)len, dir, len ? "/" : "./", name);

		if (n > 0 && (size_t)n < size && is_command(out))
			return true;
		if (dir[len] == '\0')
			return false;
		dir += len + 1;
	}
}
