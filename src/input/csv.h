/*
 * CSV as RFC 4180 has it: one record to fields. Pure; takes no memory of its own.
 */
#ifndef SPOOL_CSV_H
#define SPOOL_CSV_H

#include <stdbool.h>
#include <stddef.h>

/* A record that is being read. Set at, end, separator and room; more is true at its start. */
struct csv {
	const char *at;
	const char *end;
	char *room; /* for fields that are not as they were written; as long as the record */
	char separator;
	bool more; /* there is a field at at, even if it is empty */
};

/*
 * The next field: *field, a slice of the record or of room, and *len. False: there was none left.
 *
 * Nothing is an error: what RFC 4180 does not allow is taken as it stands. Quotes inside a field
 * that does not begin with one are bytes like others, what follows the closing quote belongs to the
 * field, and a quote that is never closed ends with the record.
 */
bool csv_next(struct csv *csv, const char **field, size_t *len);

#endif
