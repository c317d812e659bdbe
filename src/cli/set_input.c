/*
 * The setters of the input and of the replacement strings' names. Each sees its own value alone;
 * what follows from several options together is decided in settle.c when all are known.
 */
#include "cli/set.h"

#include <stdlib.h>
#include <string.h>

#include "base/util.h"

#define MUST_NOT_BE_EMPTY "must not be empty"

static int
digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 99;
}

/*
 * Up to max digits at *p, moved past them. Returns the number, or -1: none there, or more than
 * a byte holds.
 */
static int
take_byte(const char **p, int base, int max)
{
	int value = 0, n;

	for (n = 0; n < max && digit_of(**p) < base; n++)
		value = value * base + digit_of(*(*p)++);
	return n == 0 || value > 255 ? -1 : value;
}

/*
 * What stands after a backslash at *p, moved past it, as one byte; to xargs, whose delimiter is
 * one byte, an octal number has as many digits as there are. Returns -1: no such escape.
 */
static int
decode_escape(const char **p, int octal_digits)
{
	static const char letters[] = "abfnrtv\\";
	static const char bytes[] = "\a\b\f\n\r\t\v\\";
	const char *at;

	if (digit_of(**p) < 8)
		return take_byte(p, 8, octal_digits);
	if (**p == 'x') {
		(*p)++;
		return take_byte(p, 16, 2);
	}
	at = **p == '\0' ? NULL : strchr(letters, **p);
	if (at == NULL)
		return -1;
	(*p)++;
	return (unsigned char)bytes[at - letters];
}

static void
use_delimiter(struct options *o, char *owned, const char *bytes, size_t len)
{
	free(o->delimiter);
	o->delimiter = owned;
	o->given.each.delimiter = bytes;
	o->given.each.delimiter_len = len;
	o->given.delimiter = true;
}

/*
 * Decode value into bytes, which has room for it: the length, or -1 where it holds an escape that
 * there is not. GNU parallel leaves such a one as it is.
 */
static ssize_t
decode(const struct options *o, const char *value, char *bytes)
{
	size_t len = 0;
	const char *at;
	int byte;

	while (*value != '\0') {
		byte = (unsigned char)*value++;
		at = value;
		/* A backslash alone is the delimiter of GNU's xargs. */
		if (byte == '\\' && (*at != '\0' || o->personality != AS_XARGS) &&
		    (byte = decode_escape(&value, o->personality == AS_XARGS ? 99 : 3)) < 0) {
			if (o->personality != AS_PARALLEL)
				return -1;
			value = at;
			byte = '\\';
		}
		bytes[len++] = (char)byte;
	}
	return (ssize_t)len;
}

static const char *
use_string(const char **field, const char *value)
{
	*field = value;
	return *value == '\0' ? MUST_NOT_BE_EMPTY : NULL;
}

const char *
set_arg_file(struct options *o, const char *value)
{
	return use_string(&options_add_source(o, false)->path, value);
}

const char *
set_null(struct options *o, const char *value)
{
	(void)value;
	use_delimiter(o, NULL, "", 1);
	o->given.each.split_list = false;
	return NULL;
}

const char *
set_delimiter(struct options *o, const char *value)
{
	char *bytes = xmalloc(strlen(value) + 1);
	ssize_t len = decode(o, value, bytes);
	const char *reason = NULL;

	if (len < 0)
		reason = "not a known escape; write \\\\ for a backslash";
	else if (len == 0)
		reason = MUST_NOT_BE_EMPTY;
	else if (len > 1 && o->personality == AS_XARGS)
		reason = "must be a single character or an escape sequence";
	if (reason != NULL) {
		free(bytes);
		return reason;
	}
	use_delimiter(o, bytes, bytes, (size_t)len);
	o->given.each.split_list = true;
	return NULL;
}

/* Empty, or -e without a value: nothing ends the input before its end. */
const char *
set_end(struct options *o, const char *value)
{
	o->given.each.end = value != NULL && *value != '\0' ? value : NULL;
	return NULL;
}

const char *
set_column_separator(struct options *o, const char *value)
{
	return use_string(&o->combine.columns.separator, value);
}

const char *
set_header(struct options *o, const char *value)
{
	return use_string(&o->combine.header, value);
}

const char *
set_trim(struct options *o, const char *value)
{
	bool left = strchr(value, 'l') != NULL, right = strchr(value, 'r') != NULL;

	o->combine.columns.trim = left && right ? TRIM_BOTH
	                          : left        ? TRIM_LEFT
	                          : right       ? TRIM_RIGHT
	                                        : TRIM_NONE;
	return NULL;
}

const char *
set_shuffle(struct options *o, const char *value)
{
	o->combine.shuffle = true;
	o->combine.seeded = value != NULL;
	if (value == NULL)
		return NULL;
	return parse_uint(value, 0, UINT64_MAX, &o->combine.seed) == 0 ? NULL : "not a number";
}

const char *
set_list_separator(struct options *o, const char *value)
{
	return use_string(&o->given.list_separator, value);
}

const char *
set_file_separator(struct options *o, const char *value)
{
	return use_string(&o->given.file_separator, value);
}

const char *
set_no_extension(struct options *o, const char *value)
{
	return use_string(&o->command.names.no_extension, value);
}

const char *
set_base(struct options *o, const char *value)
{
	return use_string(&o->command.names.base, value);
}

const char *
set_directory(struct options *o, const char *value)
{
	return use_string(&o->command.names.directory, value);
}

const char *
set_base_no_extension(struct options *o, const char *value)
{
	return use_string(&o->command.names.base_no_extension, value);
}

const char *
set_seq(struct options *o, const char *value)
{
	return use_string(&o->command.names.seq, value);
}

const char *
set_slot(struct options *o, const char *value)
{
	return use_string(&o->command.names.slot, value);
}
