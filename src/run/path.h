/*
 * Where exec would find a command.
 */
#ifndef SPOOL_PATH_H
#define SPOOL_PATH_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The file that exec of name would run, looked up in PATH when name has no slash. dir: the
 * directory that it is run in, NULL: spool's own; what is found may be relative to it. False: there
 * is none.
 */
bool path_find(const char *name, const char *dir, char *out, size_t size);

#define PATH_KEPT 4

/* The last names that were run, and where they were found. All zero is the first state. */
struct path_memory {
	struct {
		char *name; /* NULL: none */
		char *file; /* NULL: not looked up yet; empty: it can't be kept */
	} kept[PATH_KEPT];
	unsigned next;
};

/*
 * The file that name was found in, the memory's own until the next call. NULL: exec has to search,
 * because name is new, or has a slash, or where it is depends on the directory it is run in. The
 * file may be gone since, and is then to be forgotten. One thread.
 */
const char *path_recall(struct path_memory *m, const char *name);
void path_forget(struct path_memory *m, const char *file);
void path_memory_free(struct path_memory *m);

#endif
