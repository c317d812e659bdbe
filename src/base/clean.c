/*
 * Filters output of jobs. Escape sequences by ECMA-48: what is cut off, or goes on over the end of
 * a line, is none, and only its escape character is dropped. No lock.
 */
#include "base/clean.h"

#include <errno.h>
#include <string.h>

#include "base/utf8.h"

#define REPLACEMENT "\xef\xbf\xbd"

/* XML must not have "]]>" in its text, so > is written too. */
clean_escapes clean_xml = {"&&amp;", "<&lt;", ">&gt;", NULL};
clean_escapes clean_xml_attribute = {
    "&&amp;", "<&lt;", ">&gt;", "\"&quot;", "\n&#10;", "\t&#9;", NULL};
clean_escapes clean_tap = {"#\\#", "\\\\\\", "\n\\n", "\t ", NULL};
clean_escapes clean_yaml = {"\"\\\"", "\\\\\\", "\n\\n", "\t\\t", NULL};

static bool
is_between(char c, char low, char high)
{
	return c >= low && c <= high;
}

/*
 * The length of the string that an OSC, DCS, SOS, PM or APC begins, with its end; 0: it has none.
 */
static size_t
string_length(const char *s, size_t n)
{
	for (size_t i = 0; i < n && s[i] != '\n'; i++) {
		if (s[i] == '\a')
			return i + 1;
		if (s[i] == '\033')
			return i + 1 < n && s[i + 1] == '\\' ? i + 2 : 0;
	}
	return 0;
}

/* The length of what an escape character begins. */
static size_t
escape_length(const char *s, size_t n)
{
	size_t i = 1;

	if (n < 2)
		return 1;
	if (strchr("]PX^_", s[1]) != NULL && s[1] != '\0')
		return (i = string_length(s + 2, n - 2)) > 0 ? i + 2 : 2;
	if (s[1] == '[')
		for (i = 2; i < n && is_between(s[i], '0', '?');)
			i++;
	while (i < n && is_between(s[i], ' ', '/'))
		i++;
	if (i < n && is_between(s[i], s[1] == '[' ? '@' : '0', '~'))
		return i + 1;
	return 1;
}

/* What to write for the character c, of len bytes at s. */
static int
add_character(struct buf *out, uint32_t c, const char *s, size_t len, clean_escapes escapes)
{
	if (c == UTF8_BAD || c == 0xfffe || c == 0xffff)
		return buf_puts(out, REPLACEMENT);
	if (c >= 0x7f && c < 0xa0) /* the upper ones do on a terminal what ESC and a letter do */
		return 0;
	if (len > 1)
		return buf_add(out, s, len);
	if (c == '\r')
		c = '\n';
	if (c < ' ' && c != '\n' && c != '\t')
		return 0;
	for (; *escapes != NULL; escapes++)
		if ((uint32_t) * *escapes == c)
			return buf_puts(out, *escapes + 1);
	return buf_putc(out, (char)c);
}

int
clean_add(struct buf *out, const char *text, size_t n, clean_escapes escapes)
{
	const size_t before = out->len;
	size_t len;

	for (; n > 0; text += len, n -= len) {
		uint32_t c = '\033';

		if ((len = utf8_plain(text, n)) > 0) { /* most of it at once */
			if (buf_add(out, text, len) != 0)
				goto fail;
			continue;
		}
		if (*text == '\033') {
			len = escape_length(text, n);
			continue;
		}
		len = utf8_next(text, n, &c);
		if (c == '\r' && n > 1 && text[1] == '\n')
			continue;
		if (add_character(out, c, text, len, escapes) != 0)
			goto fail;
	}
	return 0;
fail:
	out->len = before;
	return ENOMEM;
}
