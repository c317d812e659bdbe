/*
 * CSV as RFC 4180, fields in quotes only where they must be; JSON in which bytes that are no UTF-8
 * are U+FFFD, with a field beside it that has them all in base64. Columns, and which fields are in
 * quotes, are GNU parallel's. What was captured is read in chunks, as often as it takes.
 */
#include "output/sheet.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/util.h"
#include "run/log_record.h"

/* The content of a field: text, or what was captured. */
struct field {
	const struct capture *captured; /* NULL: text */
	const char *text;
	size_t len;
};

enum sheet_format
sheet_format(const char *name)
{
	static const char *const ends[] = {
	    [SHEET_CSV] = ".csv", [SHEET_TSV] = ".tsv", [SHEET_JSON] = ".json"};
	const char *end = strrchr(name, '.');

	for (int i = SHEET_CSV; i <= SHEET_JSON && end != NULL; i++)
		if (strcasecmp(end, ends[i]) == 0)
			return (enum sheet_format)i;
	return SHEET_NONE;
}

static const char *
separator(const struct sheet *s)
{
	return s->format == SHEET_TSV ? "\t" : ",";
}

static void
put(struct sheet *s, const char *text)
{
	sink_write(s->sink, text, strlen(text));
}

/* What stands at offset at, and how much: a whole chunk of what was captured but at its end. */
static size_t
look(struct sheet *s, const struct field *f, uint64_t at, const char **data)
{
	size_t have = 0;
	ssize_t n;

	if (f->captured == NULL) {
		*data = f->text + at;
		return f->len - (size_t)at;
	}
	*data = s->chunk;
	while ((n = capture_read(f->captured, at + have, s->chunk + have, SHEET_CHUNK - have)) > 0)
		have += (size_t)n;
	if (n < 0)
		s->sink->error = errno;
	return have;
}

static bool
needs_quotes(struct sheet *s, const struct field *f)
{
	const char *data;
	size_t n;

	for (uint64_t at = 0; (n = look(s, f, at, &data)) > 0; at += n)
		for (size_t i = 0; i < n; i++) /* NUL, the end of the list, counts too */
			if (strchr("\" \t\n\v\f\r", data[i]) != NULL || data[i] == *separator(s))
				return true;
	return false;
}

/* Each quote twice. */
static void
put_doubled(struct sheet *s, const char *data, size_t n)
{
	const char *quote;

	while ((quote = memchr(data, '"', n)) != NULL) {
		sink_write(s->sink, data, (size_t)(quote - data) + 1);
		n -= (size_t)(quote - data);
		data = quote; /* again, as part of the rest */
		sink_write(s->sink, data++, 1);
		n--;
	}
	sink_write(s->sink, data, n);
}

/* How much of a whole chunk can be encoded without the next one. */
static size_t
divisible(const char *data, size_t n, bool base64)
{
	if (base64)
		return n - n % 3;
	for (size_t i = 1; i <= 3; i++)
		if ((unsigned char)data[n - i] >= 0xc0)
			return n - i;
	return n;
}

/* Returns whether it says it all. */
static bool
put_encoded(struct sheet *s, const char *data, size_t n, bool base64)
{
	struct json w = {.out = &s->encoded};
	bool exact = true;

	buf_reset(&s->encoded);
	if (base64)
		json_base64(&w, data, n);
	else
		exact = json_string(&w, data, n);
	s->failed = s->failed || w.failed;
	if (!s->failed)
		sink_write(s->sink, s->encoded.data + 1, s->encoded.len - 2);
	return exact;
}

/* Returns whether it says it all. */
static bool
put_content(struct sheet *s, const struct field *f, bool base64)
{
	const bool json = s->format == SHEET_JSON;
	const char *quote = json || needs_quotes(s, f) ? "\"" : "";
	bool exact = true;
	const char *data;
	size_t n;

	put(s, quote);
	for (uint64_t at = 0; (n = look(s, f, at, &data)) > 0; at += n) {
		if (!json) {
			put_doubled(s, data, n);
			continue;
		}
		if (n == SHEET_CHUNK && f->captured != NULL)
			n = divisible(data, n, base64);
		exact = put_encoded(s, data, n, base64) && exact;
	}
	put(s, quote);
	return exact;
}

static void
put_key(struct sheet *s, const char *name, const char *end)
{
	put(s, ", \"");
	put(s, name);
	put(s, end);
}

static void
put_field(struct sheet *s, const char *name, const struct field *f)
{
	if (s->format != SHEET_JSON) {
		put(s, separator(s));
		put_content(s, f, false);
		return;
	}
	put_key(s, name, "\": ");
	if (put_content(s, f, false))
		return;
	put_key(s, name, "_b64\": ");
	put_content(s, f, true);
}

/* The values, or what their columns are called. Returns whether it says it all. */
static bool
put_values(struct sheet *s, const struct sheet_row *row, bool names, bool base64)
{
	const struct record *record = row->job->record;
	char number[24] = "V";
	bool exact = true;

	for (size_t i = 0; i < record->n; i++) {
		struct field f = {.text = number};

		format_uint(number + 1, i + 1);
		if (!names)
			f.text = record_value(record, i);
		else if (i < row->n_names)
			f.text = row->names[i];
		f.len = strlen(f.text);
		if (i > 0 || s->format != SHEET_JSON)
			put(s, separator(s));
		exact = put_content(s, &f, base64) && exact;
	}
	return exact;
}

static void
put_list(struct sheet *s, const struct sheet_row *row)
{
	if (s->format != SHEET_JSON) {
		put_values(s, row, false, false);
		return;
	}
	put_key(s, "V", "\": [ ");
	if (!put_values(s, row, false, false)) {
		put(s, " ]");
		put_key(s, "V", "_b64\": [ ");
		put_values(s, row, false, true);
	}
	put(s, " ]");
}

/* The first columns: of text, in which each one is ended by a TAB or a newline. */
static void
put_columns(struct sheet *s, const char *text)
{
	const bool json = s->format == SHEET_JSON;
	const char *name = LOG_HEADER, *between = json ? "{ \"" : "";

	for (size_t len; (len = strcspn(text, "\t\n")) > 0; text += len + 1) {
		const char *quote = json && *text == ':' ? "\"" : "";
		const size_t name_len = strcspn(name, "\t");

		put(s, between);
		between = json ? ", \"" : separator(s);
		if (json) {
			sink_write(s->sink, name, name_len);
			put(s, "\": ");
		}
		name += name_len + 1;
		put(s, quote);
		sink_write(s->sink, text, len);
		put(s, quote);
	}
}

int
sheet_put(struct sheet *s, const struct sheet_row *row)
{
	const struct job *j = row->job;
	struct field f = {.text = row->command, .len = row->command_len};
	const bool json = s->format == SHEET_JSON;

	buf_reset(&s->text);
	s->failed = log_record_columns(&s->text, j, 0) != 0 || buf_string(&s->text) == NULL;
	if (s->failed)
		return ENOMEM;
	if (!s->begun && !json) {
		put_columns(s, LOG_HEADER);
		put_values(s, row, true, false);
		put(s, separator(s));
		put(s, "Stdout");
		put(s, separator(s));
		put(s, "Stderr\n");
	}
	s->begun = true;
	put_columns(s, s->text.data);
	put_field(s, "Command", &f);
	put_list(s, row);
	f = (struct field){.captured = &j->captures[0]};
	if (j->file != NULL)
		f = (struct field){.text = j->file, .len = strlen(j->file)};
	put_field(s, "Stdout", &f);
	f = (struct field){.captured = &j->captures[1]};
	put_field(s, "Stderr", &f);
	put(s, json ? " }\n" : "\n");
	sink_flush(s->sink);
	return s->failed ? ENOMEM : 0;
}

void
sheet_release(struct sheet *s)
{
	buf_free(&s->text);
	buf_free(&s->encoded);
}
