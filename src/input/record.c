/*
 * One unit of input in one allocation: the values one after the other, each ended by a NUL.
 * Knows nothing of where it came from. Read-only once it is made, so it needs no lock.
 */
#include "input/record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Memory at the end of a record that is worth giving back. */
enum { SPARE_BYTES = 4096 };

/*
 * Room for more bytes of data. Without a record, cap is what the one before needed: those that are
 * long are mostly equally long.
 */
static int
reserve(struct record_builder *b, size_t more)
{
	const size_t used = b->record ? b->record->bytes : 0;
	size_t cap = b->record ? 2 * b->cap : b->cap;
	struct record *r;

	if (cap < used + more)
		cap = used + more;
	if ((r = realloc(b->record, sizeof(*r) + cap)) == NULL)
		return ENOMEM;
	if (b->record == NULL)
		*r = (struct record){.input_end = -1};
	b->record = r;
	b->cap = cap;
	return 0;
}

struct record *
record_new(const char *value, size_t len)
{
	struct record_builder b = {0};

	return record_builder_add(&b, value, len) == 0 ? b.record : NULL;
}

struct record *
record_new_too_long(uint64_t len)
{
	struct record *r = malloc(sizeof(*r));

	if (!r)
		return NULL;
	*r = (struct record){.too_long = len, .input_end = -1};
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

int
record_builder_add(struct record_builder *b, const char *value, size_t len)
{
	struct record *r = b->record;
	char *end;

	if (r == NULL || b->cap - r->bytes <= len) {
		if (reserve(b, len + 1) != 0)
			return ENOMEM;
		r = b->record;
	}
	end = r->data + r->bytes;
	/* Not memcpy(), which -Os makes one instruction that is slow for short values. */
	memmove(end, value, len);
	end[len] = '\0';
	r->bytes += len + 1;
	r->n++;
	return 0;
}

int
record_builder_add_block(struct record_builder *b, const char *values, size_t bytes, size_t n)
{
	if ((b->record == NULL || b->cap - b->record->bytes < bytes) && reserve(b, bytes) != 0)
		return ENOMEM;
	memcpy(b->record->data + b->record->bytes, values, bytes);
	b->record->bytes += bytes;
	b->record->n += n;
	return 0;
}

struct record_mark
record_builder_mark(const struct record_builder *b)
{
	if (b->record == NULL)
		return (struct record_mark){0};
	return (struct record_mark){b->record->n, b->record->bytes};
}

void
record_builder_undo(struct record_builder *b, struct record_mark mark)
{
	if (b->record == NULL)
		return;
	b->record->n = mark.n;
	b->record->bytes = mark.bytes;
}

struct record *
record_builder_take(struct record_builder *b)
{
	struct record *r, *less;

	if (b->record == NULL && reserve(b, 0) != 0)
		return NULL;
	r = b->record;
	if (b->cap - r->bytes > SPARE_BYTES && (less = realloc(r, sizeof(*r) + r->bytes)) != NULL)
		r = less;
	b->record = NULL;
	b->cap = r->bytes;
	return r;
}

void
record_builder_free(struct record_builder *b)
{
	free(b->record);
	b->record = NULL;
	b->cap = 0;
}
