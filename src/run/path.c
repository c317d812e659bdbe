/*
 * PATH search by the rules of execvp: an empty entry is the current directory, no PATH is the
 * system's default.
 */
#include "run/path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_BYTES 4096

/* Whether entry/name, as seen from dir, is a command; entry has len bytes, 0: name stands alone. */
static bool
is_command(const char *dir, const char *entry, size_t len, const char *name, char *out, size_t size)
{
	char seen[PATH_BYTES];
	struct stat st;
	int n;

	n = snprintf(out, size, "%.*s%s%s", (int)len, entry, len ? "/" : "", name);
	if (n < 0 || (size_t)n >= size)
		return false;
	n = snprintf(seen, sizeof(seen), "%s%s%s", dir && *out != '/' ? dir : "",
	    dir && *out != '/' ? "/" : "", out);
	return n > 0 && (size_t)n < sizeof(seen) && stat(seen, &st) == 0 && S_ISREG(st.st_mode) &&
	       access(seen, X_OK) == 0;
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

/* Whether no entry of PATH is relative to a directory. */
static bool
is_fixed(void)
{
	const char *path = getenv("PATH");

	for (; path != NULL; path = strchr(path, ':'), path += path != NULL)
		if (*path != '/')
			return false;
	return true;
}

/* One name more, instead of the one that was kept longest. */
static void
keep(struct path_memory *m, const char *name)
{
	const unsigned i = m->next++ % PATH_KEPT;

	free(m->kept[i].name);
	free(m->kept[i].file);
	m->kept[i].name = strdup(name);
	m->kept[i].file = NULL;
}

const char *
path_recall(struct path_memory *m, const char *name)
{
	char file[PATH_BYTES];
	unsigned i = 0;

	if (strchr(name, '/') != NULL)
		return NULL;
	while (i < PATH_KEPT && (m->kept[i].name == NULL || strcmp(m->kept[i].name, name) != 0))
		i++;
	if (i == PATH_KEPT) {
		keep(m, name);
		return NULL;
	}
	if (m->kept[i].file == NULL)
		m->kept[i].file =
		    strdup(is_fixed() && path_find(name, NULL, file, sizeof(file)) ? file : "");
	return m->kept[i].file != NULL && *m->kept[i].file != '\0' ? m->kept[i].file : NULL;
}

void
path_forget(struct path_memory *m, const char *file)
{
	for (unsigned i = 0; i < PATH_KEPT; i++)
		if (m->kept[i].file == file) {
			free(m->kept[i].file);
			m->kept[i].file = NULL;
		}
}

void
path_memory_free(struct path_memory *m)
{
	for (unsigned i = 0; i < PATH_KEPT; i++) {
		free(m->kept[i].name);
		free(m->kept[i].file);
	}
}
