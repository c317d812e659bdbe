/*
 * Decodes by the table of well-formed sequences (Unicode, table 3-7): only the second byte has
 * bounds of its own, which keep out what is too long, a surrogate, or beyond U+10FFFF.
 */
#include "base/utf8.h"

size_t
utf8_next(const char *text, size_t n, uint32_t *c)
{
	const unsigned char *s = (const unsigned char *)text;
	const unsigned lead = s[0];
	const size_t more = 1U + (lead >= 0xe0) + (lead >= 0xf0);
	unsigned low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
	unsigned high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
	uint32_t code = lead & (0x3fU >> more);

	*c = lead < 0x80 ? lead : UTF8_BAD;
	if (lead < 0xc2 || lead > 0xf4)
		return 1;
	for (size_t i = 1; i <= more; i++) {
		if (i == n || s[i] < low || s[i] > high)
			return i;
		code = code << 6 | (s[i] & 0x3f);
		low = 0x80;
		high = 0xbf;
	}
	*c = code;
	return more + 1;
}

size_t
utf8_plain(const char *text, size_t n)
{
	size_t i = 0;

	while (i < n && ((text[i] >= 'a' && text[i] <= 'z') || (text[i] >= '/' && text[i] <= '9') ||
			    (text[i] >= 'A' && text[i] <= 'Z') || text[i] == ' '))
		i++;
	return i;
}
