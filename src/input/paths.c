/*
 * Parts of a path. They are cut as GNU parallel does: the base of "a/b/" is empty, ".rc" is an
 * extension and nothing else. Knows nothing of files. No state, no lock.
 */
#include "input/paths.h"

#include <stdbool.h>
#include <string.h>

static const char *
base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* The dot of the n-th extension from the end of a name; NULL: it has fewer. */
static const char *
find_dot(const char *name, unsigned n)
{
	const char *at = name + strlen(name);

	while (at > name) {
		if (*--at == '.' && --n == 0)
			return at;
	}
	return NULL;
}

static int
add_cut(const char *path, const char *base, unsigned n, struct buf *out)
{
	const char *dot = find_dot(base, n);

	return dot ? buf_add(out, path, (size_t)(dot - path)) : buf_puts(out, path);
}

static int
add_base_cut(const char *path, unsigned n, struct buf *out)
{
	const char *base = base_of(path);

	return add_cut(base, base, n, out);
}

static int
add_extension(const char *base, unsigned n, struct buf *out)
{
	const char *dot = find_dot(base, n);

	return dot ? buf_puts(out, dot + 1) : 0;
}

static size_t
without_slashes(const char *path, size_t n)
{
	while (n > 0 && path[n - 1] == '/')
		n--;
	return n;
}

int
path_base(const char *path, struct buf *out)
{
	return buf_puts(out, base_of(path));
}

int
path_directory(const char *path, struct buf *out)
{
	size_t n = without_slashes(path, strlen(path));

	if (n == 0)
		return buf_putc(out, *path == '/' ? '/' : '.');
	while (n > 0 && path[n - 1] != '/')
		n--;
	if (n == 0)
		return buf_putc(out, '.');
	n = without_slashes(path, n);
	return n == 0 ? buf_putc(out, '/') : buf_add(out, path, n);
}

int
path_folder(const char *path, struct buf *out)
{
	const char *slash = strrchr(path, '/');

	return slash ? buf_add(out, path, (size_t)(slash - path)) : 0;
}

int
path_cut_1(const char *path, struct buf *out)
{
	return add_cut(path, base_of(path), 1, out);
}

int
path_cut_2(const char *path, struct buf *out)
{
	return add_cut(path, base_of(path), 2, out);
}

int
path_cut_3(const char *path, struct buf *out)
{
	return add_cut(path, base_of(path), 3, out);
}

int
path_base_cut_1(const char *path, struct buf *out)
{
	return add_base_cut(path, 1, out);
}

int
path_base_cut_2(const char *path, struct buf *out)
{
	return add_base_cut(path, 2, out);
}

int
path_base_cut_3(const char *path, struct buf *out)
{
	return add_base_cut(path, 3, out);
}

/* The last extension may hold a slash, as in GNU parallel: {+.} of "a.d/b" is "d/b". */
int
path_extension_1(const char *path, struct buf *out)
{
	return add_extension(path, 1, out);
}

int
path_extension_2(const char *path, struct buf *out)
{
	return add_extension(base_of(path), 2, out);
}

int
path_extension_3(const char *path, struct buf *out)
{
	return add_extension(base_of(path), 3, out);
}
