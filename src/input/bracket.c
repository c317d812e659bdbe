/*
 * Brackets and escapes of regular expressions, which stand for sets of bytes: read as in perl (a
 * backslash escapes in a bracket too). Classes are those of the C locale. Knows nothing of the rest
 * of an expression. No state, no lock.
 */
#include "input/bracket.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

static int
is_word(int byte)
{
	return isalnum(byte) || byte == '_';
}

static void
add_kind(struct byte_set *set, int (*is_kind)(int byte), bool wanted)
{
	int byte;

	for (byte = 1; byte < 256; byte++) {
		if ((is_kind(byte) != 0) == wanted)
			byte_set_add(set, (unsigned char)byte);
	}
}

int
pattern_read_escape(struct pattern_text *t, struct byte_set *set, unsigned char *byte)
{
	static const char letters[] = "tnrfv";
	const unsigned char escaped = t->at < t->end ? (unsigned char)*t->at : 0;
	const char *letter = escaped ? strchr(letters, escaped) : NULL;

	if (!escaped)
		return pattern_refuse(t, "a backslash at the end");
	t->at++;
	*byte = 0;
	if (letter)
		*byte = (unsigned char)"\t\n\r\f\v"[letter - letters];
	else if (!isalnum(escaped))
		*byte = escaped;
	else if (escaped == 's' || escaped == 'S')
		add_kind(set, isspace, escaped == 's');
	else if (escaped == 'd' || escaped == 'D')
		add_kind(set, isdigit, escaped == 'd');
	else if (escaped == 'w' || escaped == 'W')
		add_kind(set, is_word, escaped == 'w');
	else if (isdigit(escaped) && escaped != '0')
		return pattern_refuse(t, "back-references are not known");
	else
		return buf_printf(t->why, "\\%c is not known", escaped) == 0 ? EINVAL : ENOMEM;
	return 0;
}

/* [:alpha:], [=a=] or [.a.] inside a bracket; t->at is behind the [. */
static int
read_named(struct pattern_text *t, struct byte_set *set, unsigned char *byte)
{
	static const struct {
		const char *name;
		int (*is_kind)(int byte);
	} kinds[] = {{"alnum", isalnum}, {"alpha", isalpha}, {"blank", isblank}, {"cntrl", iscntrl},
	    {"digit", isdigit}, {"graph", isgraph}, {"lower", islower}, {"print", isprint},
	    {"punct", ispunct}, {"space", isspace}, {"upper", isupper}, {"xdigit", isxdigit}};
	const char mark = *t->at++;
	const char *name = t->at;
	size_t len;
	size_t i;

	while (t->at + 1 < t->end && (t->at[0] != mark || t->at[1] != ']'))
		t->at++;
	if (t->at + 1 >= t->end)
		return pattern_refuse(t, "a bracket is not closed");
	len = (size_t)(t->at - name);
	t->at += 2;
	*byte = 0;
	if (mark != ':' && len == 1) {
		*byte = (unsigned char)*name;
		return 0;
	}
	for (i = 0; mark == ':' && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strlen(kinds[i].name) == len && memcmp(kinds[i].name, name, len) == 0) {
			add_kind(set, kinds[i].is_kind, true);
			return 0;
		}
	}
	return pattern_refuse(t, "a class of characters that is not known");
}

/* One member of a bracket: a byte, or several, which are added (*byte 0). */
static int
read_member(struct pattern_text *t, struct byte_set *set, unsigned char *byte)
{
	*byte = (unsigned char)*t->at++;
	if (*byte == '\\')
		return pattern_read_escape(t, set, byte);
	if (*byte == '[' && t->at < t->end && (*t->at == ':' || *t->at == '=' || *t->at == '.'))
		return read_named(t, set, byte);
	return 0;
}

/* A member or a range of them. */
static int
read_range(struct pattern_text *t, struct byte_set *set)
{
	unsigned char first;
	unsigned char last;
	unsigned byte;
	int err = read_member(t, set, &first);

	if (err != 0 || !first)
		return err;
	byte_set_add(set, first);
	if (t->end - t->at < 2 || t->at[0] != '-' || t->at[1] == ']')
		return 0;
	t->at++;
	err = read_member(t, set, &last);
	if (err != 0)
		return err;
	if (!last) {
		/* [a-\d]: no range. */
		byte_set_add(set, '-');
		return 0;
	}
	if (last < first)
		return pattern_refuse(t, "a range whose ends are the wrong way round");
	for (byte = first; byte <= last; byte++)
		byte_set_add(set, (unsigned char)byte);
	return 0;
}

int
pattern_read_bracket(struct pattern_text *t, struct byte_set *set)
{
	bool negated = false, empty = true;
	const char *first;

	if (t->at < t->end && *t->at == '^') {
		negated = true;
		t->at++;
	}
	for (first = t->at; t->at < t->end && (*t->at != ']' || t->at == first);) {
		const int err = read_range(t, set);

		if (err != 0)
			return err;
	}
	if (t->at >= t->end)
		return pattern_refuse(t, "a bracket is not closed");
	t->at++;
	for (unsigned i = 0; i < sizeof(set->bits); i++) {
		if (negated)
			set->bits[i] ^= i == 0 ? 0xfe : 0xff;
		empty = empty && set->bits[i] == 0;
	}
	return empty ? pattern_refuse(t, "a bracket that matches nothing") : 0;
}

int
pattern_refuse(struct pattern_text *t, const char *reason)
{
	return buf_puts(t->why, reason) == 0 ? EINVAL : ENOMEM;
}
