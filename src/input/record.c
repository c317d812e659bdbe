/*
 * One unit of input in one allocation: the values one after the other, each ended by a NUL.
 * Knows nothing of where it came from. Read-only once it is made, so it needs no lock.
 */
#include "input/record.h"

#include <stdlib.h>
#include <string.h>

struct record *
record_new(const char *value, size_t len)
{
	struct record *r = malloc(sizeof(*r) + len + 1);

	if (!r)
		return NULL;
	r->too_long = 0;
	r->n = 1;
	r->bytes = len + 1;
	memcpy(r->data, value, len);
	r->data[len] = '\0';
	return r;
}

struct record *
record_new_too_long(uint64_t len)
{
	struct record *r = malloc(sizeof(*r));

	if (!r)
		return NULL;
	r->too_long = len;
	r->n = 0;
	r->bytes = 0;
	return r;
}

const char *
record_value(const struct record *r, size_t i)
{
	const char *p = r->data;

	for (; i > 0; i--)
		p += strlen(p) + 1;
	return p;
}
