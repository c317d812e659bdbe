/*
 * Writes JSON into a buffer, without printf: events are written several times for each job. Knows
 * nothing of what it says.
 */
#include "base/json.h"

#include <string.h>

#include "base/utf8.h"
#include "base/util.h"

/* Room for n bytes at the end; NULL: there is none. */
static inline char *
reserve(struct json *w, size_t n)
{
	struct buf *b = w->out;

	if (b->cap - b->len < n && buf_reserve(b, n) != 0)
		w->failed = true;
	return w->failed ? NULL : b->data + b->len;
}

static inline void
add(struct json *w, const char *text, size_t n)
{
	char *p = reserve(w, n);

	if (p == NULL || n == 0)
		return;
	/* Not memcpy(), which -Os makes one instruction that is slow for a few bytes. */
	memmove(p, text, n);
	w->out->len += n;
}

/* before, then text as it is, then behind. */
static void
add_between(struct json *w, const char *before, const char *text, size_t n, const char *behind)
{
	const size_t first = strlen(before), last = strlen(behind);
	char *p = reserve(w, first + n + last);

	if (p == NULL)
		return;
	memmove(p, before, first);
	memmove(p + first, text, n);
	memmove(p + first + n, behind, last);
	w->out->len += first + n + last;
}

static void
add_uint(struct json *w, uint64_t value)
{
	char digits[21];

	format_uint(digits, value);
	json_raw(w, digits);
}

void
json_raw(struct json *w, const char *text)
{
	add(w, text, strlen(text));
}

void
json_key(struct json *w, const char *key)
{
	const bool first = w->out->len > 0 && w->out->data[w->out->len - 1] == '{';

	add_between(w, first ? "\"" : ",\"", key, strlen(key), "\":");
}

/* What must be escaped, and what some reader takes for a line's end or a terminal for a command. */
static bool
is_plain(uint32_t c)
{
	return c >= ' ' && c != '"' && c != '\\' && (c < 0x7f || c > 0x9f) && c != 0x2028 &&
	       c != 0x2029;
}

static void
escape(struct json *w, uint32_t c)
{
	static const char from[] = "\b\t\n\f\r\"\\", to[] = "btnfr\"\\", hex[] = "0123456789abcdef";
	const char *found = c == 0 || c > 0x7f ? NULL : strchr(from, (int)c);
	const char wide[] = {
	    '\\', 'u', hex[c >> 12], hex[c >> 8 & 15], hex[c >> 4 & 15], hex[c & 15]};

	if (found != NULL)
		add(w, (const char[]){'\\', to[found - from]}, 2);
	else
		add(w, wide, sizeof(wide));
}

/* How many bytes from the start on are ASCII that needs no escape. */
static size_t
plain_length(const char *text, size_t n)
{
	size_t len = 0;

	while (len < n && (unsigned char)text[len] < 0x80 && is_plain((unsigned char)text[len]))
		len++;
	return len;
}

bool
json_string(struct json *w, const char *text, size_t n)
{
	size_t at = plain_length(text, n), plain = 0;
	bool exact = true;
	uint32_t c;

	if (at == n) {
		add_between(w, "\"", text, n, "\"");
		return true;
	}
	add(w, "\"", 1);
	while (at < n) {
		size_t len = 1;

		if ((c = (unsigned char)text[at]) >= 0x80)
			len = utf8_next(text + at, n - at, &c);

		at += len;
		if (c != UTF8_BAD && is_plain(c))
			continue;
		add(w, text + plain, at - len - plain);
		plain = at;
		exact = exact && c != UTF8_BAD;
		if (c == UTF8_BAD)
			json_raw(w, "\xef\xbf\xbd");
		else
			escape(w, c);
	}
	add(w, text + plain, n - plain);
	add(w, "\"", 1);
	return exact;
}

void
json_base64(struct json *w, const char *text, size_t n)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *s = (const unsigned char *)text;

	add(w, "\"", 1);
	for (size_t i = 0; i < n; i += 3) {
		const uint32_t second = i + 1 < n ? s[i + 1] : 0, third = i + 2 < n ? s[i + 2] : 0;
		const uint32_t bits = (uint32_t)s[i] << 16 | second << 8 | third;

		add(w,
		    (const char[]){digits[bits >> 18], digits[bits >> 12 & 63],
			i + 1 < n ? digits[bits >> 6 & 63] : '=',
			i + 2 < n ? digits[bits & 63] : '='},
		    4);
	}
	add(w, "\"", 1);
}

void
json_number(struct json *w, const char *key, bool known, uint64_t value)
{
	json_key(w, key);
	if (known)
		add_uint(w, value);
	else
		json_raw(w, "null");
}

void
json_seconds(struct json *w, const char *key, bool known, int64_t ns)
{
	const uint64_t us = ns > 0 ? (uint64_t)ns / 1000 : 0;
	char fraction[21];

	json_number(w, key, known, us / 1000000);
	if (!known)
		return;
	/* 1 before it keeps the zeros, and is then written over */
	format_uint(fraction, 1000000 + us % 1000000);
	fraction[0] = '.';
	json_raw(w, fraction);
}

void
json_bool(struct json *w, const char *key, bool value)
{
	json_key(w, key);
	json_raw(w, value ? "true" : "false");
}

void
json_word(struct json *w, const char *key, const char *word)
{
	json_key(w, key);
	if (word != NULL)
		(void)json_string(w, word, strlen(word));
	else
		json_raw(w, "null");
}
