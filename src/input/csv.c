/*
 * CSV fields. Most have no quotes inside their quotes, or none at all: they are slices of the
 * record. The others are put together in the room that the caller gave. Knows nothing of lines:
 * where a record ends was found before. No state, no lock.
 */
#include "input/csv.h"

#include <string.h>

/* Where the bytes before the next c end. */
static const char *
find(const char *at, const char *end, char c)
{
	const char *found = memchr(at, c, (size_t)(end - at));

	return found ? found : end;
}

static void
copy(struct csv *csv, const char *from, const char *to)
{
	const size_t len = (size_t)(to - from);

	memcpy(csv->room, from, len);
	csv->room += len;
}

/* A field behind its first quote: up to the separator. */
static void
read_quoted(struct csv *csv, const char **field, size_t *len)
{
	const char *start = csv->at;
	const char *quote = find(start, csv->end, '"');
	char *text = csv->room;

	csv->at = quote < csv->end ? quote + 1 : quote;
	if (csv->at == csv->end || *csv->at == csv->separator) {
		*field = start;
		*len = (size_t)(quote - start);
		return;
	}
	copy(csv, start, quote);
	while (csv->at < csv->end && *csv->at == '"') {
		/* The first of two quotes was passed: from the second on it is text. */
		quote = find(csv->at + 1, csv->end, '"');
		copy(csv, csv->at, quote);
		csv->at = quote < csv->end ? quote + 1 : quote;
	}
	start = csv->at;
	csv->at = find(start, csv->end, csv->separator);
	copy(csv, start, csv->at);
	*field = text;
	*len = (size_t)(csv->room - text);
}

bool
csv_next(struct csv *csv, const char **field, size_t *len)
{
	if (!csv->more)
		return false;
	if (csv->at < csv->end && *csv->at == '"') {
		csv->at++;
		read_quoted(csv, field, len);
	} else {
		*field = csv->at;
		csv->at = find(csv->at, csv->end, csv->separator);
		*len = (size_t)(csv->at - *field);
	}
	csv->more = csv->at < csv->end;
	if (csv->more)
		csv->at++;
	return true;
}
