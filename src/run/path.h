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

#endif
