/*
 * Writes JSON: always valid, whatever bytes a text holds, and never with a character in it that
 * some reader takes for the end of a line or a command for the terminal. Pure.
 */
#ifndef SPOOL_JSON_H
#define SPOOL_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* All of these append to out, and do nothing more once memory was short. */
struct json {
	struct buf *out;
	bool failed; /* out of memory: what is in out is to be thrown away */
};

/* Bytes that are JSON already. */
void json_raw(struct json *w, const char *text);

/* `,"key":`, the comma unless the object has just begun. key needs no escaping. */
void json_key(struct json *w, const char *key);

/*
 * A string in quotes. Returns whether it says it all: false when there were bytes that are not
 * UTF-8, in whose place U+FFFD stands.
 */
bool json_string(struct json *w, const char *text, size_t n);

/* Its bytes in base64 (RFC 4648, section 4), in quotes. */
void json_base64(struct json *w, const char *text, size_t n);

/* Members with a key; null where it is not known. */
void json_number(struct json *w, const char *key, bool known, uint64_t value);
void json_seconds(struct json *w, const char *key, bool known, int64_t ns); /* to the microsecond */
void json_bool(struct json *w, const char *key, bool value);
void json_word(struct json *w, const char *key, const char *word); /* NULL: null */

#endif
