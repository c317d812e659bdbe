/*
 * Any bytes become text that XML, TAP and YAML can hold, which is not changed when it is cleaned
 * again; bytes that are clean stay what they are.
 */
#include "base/clean.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Characters that XML 1.0 allows, less those that only move a cursor. */
static bool
is_clean(const char *text, size_t n)
{
	for (size_t len; n > 0; text += len, n -= len) {
		uint32_t c;

		len = utf8_next(text, n, &c);
		if (c == UTF8_BAD || c == 0xfffe || c == 0xffff || (c >= 0x7f && c < 0xa0))
			return false;
		if (c < ' ' && c != '\n' && c != '\t')
			return false;
	}
	return true;
}

/* None of these is left by itself. */
static void
check_escapes(const char *text, size_t n, clean_escapes escapes, const char *forbidden)
{
	struct buf out = {0};

	if (clean_add(&out, text, n, escapes) != 0 || !is_clean(out.data, out.len))
		abort();
	for (size_t i = 0; i < out.len; i++)
		if (out.data[i] != '\0' && strchr(forbidden, out.data[i]) != NULL)
			abort();
	buf_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static clean_escapes none = {NULL};
	const char *text = (const char *)data;
	struct buf once = {0}, twice = {0};

	if (clean_add(&once, text, size, none) != 0 || !is_clean(once.data, once.len))
		abort();
	if (clean_add(&twice, once.data, once.len, none) != 0 || twice.len != once.len ||
	    (once.len > 0 && memcmp(twice.data, once.data, once.len) != 0))
		abort();
	if (is_clean(text, size) &&
	    (once.len != size || (size > 0 && memcmp(once.data, text, size) != 0)))
		abort();
	check_escapes(text, size, clean_xml, "<>");
	check_escapes(text, size, clean_xml_attribute, "<>\"\n\t");
	check_escapes(text, size, clean_tap, "\n\t");
	check_escapes(text, size, clean_yaml, "\n\t");
	buf_free(&once);
	buf_free(&twice);
	return 0;
}
