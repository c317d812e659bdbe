#include "base/json.h"

#include <string.h>

#include "base/utf8.h"
#include "tap.h"

static struct buf text;
static struct json writer;

/* What a string of n bytes becomes. */
static const char *
string_of(const char *bytes, size_t n, bool *exact)
{
	buf_reset(&text);
	writer = (struct json){.out = &text};
	*exact = json_string(&writer, bytes, n);
	return writer.failed ? NULL : buf_string(&text);
}

#define BAD "\xef\xbf\xbd"

static void
test_strings(void)
{
	static const struct {
		const char *bytes;
		size_t n;
		const char *want;
		bool exact;
	} cases[] = {
#define CASE(bytes, want, exact) {bytes, sizeof(bytes) - 1, "\"" want "\"", exact}
	    CASE("", "", true),
	    CASE("plain text", "plain text", true),
	    CASE("\"\\/", "\\\"\\\\/", true),
	    CASE("\b\t\n\f\r", "\\b\\t\\n\\f\\r", true),
	    CASE("\0\1\x1f\x7f", "\\u0000\\u0001\\u001f\\u007f", true),
	    CASE("a\0b", "a\\u0000b", true),
	    CASE("\xc2\x80\xc2\x85\xc2\x9f\xc2\xa0", "\\u0080\\u0085\\u009f\xc2\xa0", true),
	    CASE("\xe2\x80\xa7\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaa",
		"\xe2\x80\xa7\\u2028\\u2029\xe2\x80\xaa", true),
	    CASE("\xf0\x9f\x98\x80\xef\xbf\xbf", "\xf0\x9f\x98\x80\xef\xbf\xbf", true),
	    CASE(BAD, BAD, true),
	    CASE("\x80", BAD, false),
	    CASE("a\xff"
		 "b\xc0\xaf",
		"a" BAD "b" BAD BAD, false),
	    CASE("\xc1\xbf\xe0\x80\xaf", BAD BAD BAD BAD BAD, false),
	    CASE("\xf0\x80\x80\xaf", BAD BAD BAD BAD, false),
	    CASE("\xed\xa0\x80\xed\xbf\xbf", BAD BAD BAD BAD BAD BAD, false),
	    CASE("\xf4\x90\x80\x80\xf5", BAD BAD BAD BAD BAD, false),
	    CASE("\xe2\x82", BAD, false),
	    CASE("\xf0\x9f\x98"
		 "a\xf0\x9f"
		 "\"",
		BAD "a" BAD "\\\"", false),
	    CASE("\xe2\xe2\x82\xac", BAD "\xe2\x82\xac", false),
#undef CASE
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		bool exact;

		is_str(string_of(cases[i].bytes, cases[i].n, &exact), cases[i].want,
		    "string %zu is written as it must be", i);
		ok(exact == cases[i].exact, "and it is known whether that says it all");
	}
}

/* Every byte alone: what comes out has no control character, and is UTF-8. */
static void
test_every_byte(void)
{
	bool clean = true, known = true;

	for (int byte = 0; byte < 256; byte++) {
		const char c = (char)byte;
		const char *s;
		bool exact;

		s = string_of(&c, 1, &exact);
		known = known && exact == (byte < 0x80);
		if (byte >= 0x80)
			clean = clean && strcmp(s, "\"" BAD "\"") == 0;
		for (; *s != '\0'; s++)
			clean = clean && (unsigned char)*s >= ' ' && *s != 0x7f;
	}
	ok(clean, "no byte comes out as a control character, or as one that is not UTF-8");
	ok(known, "the bytes from 128 on say nothing alone");
}

static size_t
encode(uint32_t c, unsigned char *out)
{
	const size_t n = 1U + (c >= 0x80) + (c >= 0x800) + (c >= 0x10000);
	static const unsigned char marks[] = {0, 0, 0xc0, 0xe0, 0xf0};

	for (size_t i = n - 1; i > 0; i--, c >>= 6)
		out[i] = (unsigned char)(0x80 | (c & 0x3f));
	out[0] = (unsigned char)(marks[n] | c);
	return n;
}

static void
test_every_character(void)
{
	bool same = true, refused = true;

	for (uint32_t c = 0; c < 0x200000; c++) {
		const bool valid = c < 0x110000 && (c < 0xd800 || c > 0xdfff);
		unsigned char bytes[4];
		const size_t n = encode(c, bytes);
		uint32_t got;
		const size_t taken = utf8_next((const char *)bytes, n, &got);

		if (valid)
			same = same && taken == n && got == c;
		else
			refused = refused && got == UTF8_BAD && taken == 1;
		for (size_t cut = 1; cut < n && valid; cut++)
			same = same && utf8_next((const char *)bytes, cut, &got) == cut &&
			       got == UTF8_BAD;
	}
	ok(same, "every character is known, and no beginning of one is taken for it");
	ok(refused, "surrogates and what is beyond U+10FFFF are refused");
}

/* Whatever is accepted is the one encoding of what it is said to be. */
static void
test_every_sequence(void)
{
	bool unique = true, bounded = true;
	long accepted = 0;

	for (uint32_t bits = 0; bits < 1U << 24; bits++) {
		const unsigned char bytes[4] = {(unsigned char)(bits >> 16),
		    (unsigned char)(bits >> 8), (unsigned char)bits, 0x80};
		unsigned char again[4];
		uint32_t c;
		const size_t n = utf8_next((const char *)bytes, 4, &c);

		bounded = bounded && n >= 1 && n <= 4;
		if (c == UTF8_BAD)
			continue;
		accepted += n == 4;
		unique = unique && encode(c, again) == n && memcmp(again, bytes, n) == 0;
	}
	ok(bounded, "a step is from 1 to 4 bytes");
	ok(unique, "nothing is accepted that is longer than it need be");
	is_int(accepted, 0x100000 >> 6, "all that takes four bytes is");
}

static void
test_base64(void)
{
	static const char *const want[] = {
	    "", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};
	const char high[] = "\xff\xfb\xf0\x80";

	for (size_t n = 0; n < 7; n++) {
		char quoted[12];

		buf_reset(&text);
		writer = (struct json){.out = &text};
		json_base64(&writer, "foobar", n);
		snprintf(quoted, sizeof(quoted), "\"%s\"", want[n]);
		is_str(buf_string(&text), quoted, "base64 of %zu bytes", n);
	}
	buf_reset(&text);
	json_base64(&writer, high, sizeof(high));
	is_str(buf_string(&text), "\"//vwgAA=\"", "the last two digits are + and /");
}

static void
test_members(void)
{
	buf_reset(&text);
	writer = (struct json){.out = &text};
	json_raw(&writer, "{");
	json_word(&writer, "word", "a\"b");
	json_word(&writer, "none", NULL);
	json_number(&writer, "most", true, UINT64_MAX);
	json_number(&writer, "unknown", false, 1);
	json_bool(&writer, "yes", true);
	json_seconds(&writer, "zero", true, 0);
	json_seconds(&writer, "short", true, 1001999);
	json_seconds(&writer, "long", true, INT64_MAX);
	json_seconds(&writer, "negative", true, -1);
	json_seconds(&writer, "never", false, 1);
	json_raw(&writer, "}");
	is_str(buf_string(&text),
	    "{\"word\":\"a\\\"b\",\"none\":null,\"most\":18446744073709551615,\"unknown\":null,"
	    "\"yes\":true,\"zero\":0.000000,\"short\":0.001001,\"long\":9223372036.854775,"
	    "\"negative\":0.000000,\"never\":null}",
	    "members of an object");
}

int
main(void)
{
	test_strings();
	test_every_byte();
	test_every_character();
	test_every_sequence();
	test_base64();
	test_members();
	buf_free(&text);
	return done_testing();
}
