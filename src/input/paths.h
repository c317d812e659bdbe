/*
 * Parts of a path, cut from its text alone. Pure. Each appends to out and returns 0 or ENOMEM.
 * An extension is a dot and what is behind it, up to the end or the next dot.
 */
#ifndef SPOOL_PATHS_H
#define SPOOL_PATHS_H

#include "base/buf.h"

/* What is behind the last slash: empty for "a/". */
int path_base(const char *path, struct buf *out);

/* dirname(3). */
int path_directory(const char *path, struct buf *out);

/* What is before the last slash, empty if there is none: {+/}. */
int path_folder(const char *path, struct buf *out);

/* The path without its last one, two or three extensions; the whole if it has fewer. */
int path_cut_1(const char *path, struct buf *out);
int path_cut_2(const char *path, struct buf *out);
int path_cut_3(const char *path, struct buf *out);

/* The same of what is behind the last slash. */
int path_base_cut_1(const char *path, struct buf *out);
int path_base_cut_2(const char *path, struct buf *out);
int path_base_cut_3(const char *path, struct buf *out);

/* What those cut off, without the first dot; empty if it has fewer extensions. */
int path_extension_1(const char *path, struct buf *out);
int path_extension_2(const char *path, struct buf *out);
int path_extension_3(const char *path, struct buf *out);

#endif
