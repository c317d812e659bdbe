/*
 * Sets of exit codes, 0 to 255. Pure.
 */
#include "run/codes.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "base/util.h"

/* A number of len digits. */
static bool
read_code(const char *text, size_t len, uint64_t *code)
{
	char digits[4];

	if (len == 0 || len >= sizeof(digits))
		return false;
	memcpy(digits, text, len);
	digits[len] = '\0';
	return parse_uint(digits, 0, 255, code) == 0;
}

/* "3" or "3-5", len bytes. */
static bool
add_range(struct codes *codes, const char *text, size_t len)
{
	const char *dash = memchr(text, '-', len);
	size_t first_len = dash != NULL ? (size_t)(dash - text) : len;
	uint64_t first, last;

	if (!read_code(text, first_len, &first))
		return false;
	last = first;
	if (dash != NULL && !read_code(dash + 1, len - first_len - 1, &last))
		return false;
	if (last < first)
		return false;
	for (; first <= last; first++)
		codes->bits[first / 64] |= UINT64_C(1) << first % 64;
	return true;
}

int
codes_parse(const char *list, struct codes *codes)
{
	for (;; list++) {
		size_t len = strcspn(list, ",");

		if (!add_range(codes, list, len))
			return EINVAL;
		list += len;
		if (*list == '\0')
			return 0;
	}
}

bool
codes_has(const struct codes *codes, int code)
{
	return code >= 0 && code < 256 && (codes->bits[code / 64] >> code % 64 & 1) != 0;
}
