/*
 * What of hostile text gets into reports.
 */
#include "base/clean.h"
#include "tap.h"

static const char *
clean(const char *text, size_t n, clean_escapes escapes)
{
	static struct buf out;

	buf_reset(&out);
	if (clean_add(&out, text, n, escapes) != 0)
		return NULL;
	return buf_string(&out);
}

#define CLEAN(text, escapes) clean(text, sizeof(text) - 1, escapes)

#define BAD "\xef\xbf\xbd"

static void
test_sequences(void)
{
	is_str(CLEAN("a\033[1;31mb\033[0mc", clean_xml), "abc", "colours are left out");
	is_str(CLEAN("a\033[?25l\033[ qb", clean_xml), "ab", "and what has other parameters");
	is_str(CLEAN("a\033]0;title\ab\033]8;;http://x\033\\c", clean_xml), "abc",
	    "and strings for the terminal, ended in either way");
	is_str(CLEAN("a\033(Bb\033Mc", clean_xml), "abc", "and short ones");
	is_str(CLEAN("a\033]0;title\nb", clean_xml), "a0;title\nb",
	    "a string without an end takes no more with it than its beginning");
	is_str(CLEAN("a\033[1;3", clean_xml), "a[1;3", "nor does a sequence that is cut off");
	is_str(CLEAN("a\033", clean_xml), "a", "nor an escape character that is the last");
	is_str(CLEAN("a\033]", clean_xml), "a", "nor one behind which a string begins");
}

static void
test_characters(void)
{
	is_str(CLEAN("a\0b\001\a\b\177c", clean_xml), "abc", "control characters are left out");
	is_str(
	    CLEAN("a\tb\r\nc\rd\n", clean_xml), "a\tb\nc\nd\n", "all ends of lines are newlines");
	is_str(CLEAN("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", clean_xml),
	    "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", "UTF-8 stays");
	is_str(CLEAN("\xff.\xc3.\xe2\x82.\xed\xa0\x80.\xc0\xaf", clean_xml),
	    BAD "." BAD "." BAD "." BAD BAD BAD "." BAD BAD, "what is no UTF-8 is replaced");
	is_str(CLEAN("\xef\xbf\xbe\xef\xbf\xbf", clean_xml), BAD BAD,
	    "and what is no character of XML");
	is_str(CLEAN("a\xe2\x82", clean_xml), "a" BAD, "and a character that is cut off");
}

static void
test_escapes(void)
{
	is_str(CLEAN("<a&b>\"'\n", clean_xml), "&lt;a&amp;b&gt;\"'\n", "text of XML is escaped");
	is_str(CLEAN("<a&b>\"'\n\t", clean_xml_attribute), "&lt;a&amp;b&gt;&quot;'&#10;&#9;",
	    "and its attributes, so that ends of lines are kept");
	is_str(CLEAN("a#b\\c\nd\te", clean_tap), "a\\#b\\\\c\\nd e", "and names in TAP");
	is_str(CLEAN("a\"b\\c\nd\te", clean_yaml), "a\\\"b\\\\c\\nd\\te", "and strings in YAML");
}

int
main(void)
{
	test_sequences();
	test_characters();
	test_escapes();
	return done_testing();
}
