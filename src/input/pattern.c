/*
 * Regular expressions, translated to the part of POSIX on which all libcs agree, then compiled.
 * Where they do not (an interval that is none, a repetition of nothing), the translation decides.
 * Knows nothing of what is matched or why. No state, no lock.
 */
#include "input/pattern.h"

#include <ctype.h>
#include <errno.h>

#include "input/bracket.h"

/* RE_DUP_MAX of POSIX; glibc has more. */
#define MOST_REPEATS 255

/* What stood before, for what may follow. */
enum before {
	BEFORE_NOTHING, /* the start, ( or | */
	BEFORE_ANCHOR,
	BEFORE_ATOM,
	BEFORE_REPEAT,
};

struct translation {
	struct pattern_text text;
	size_t depth; /* of parentheses */
	enum before before;
	bool cut_off; /* PATTERN_CUT_OFF */
};

/* Digits; more than MOST_REPEATS stays just that. False: there are none. */
static bool
read_count(const char **at, const char *end, unsigned *count)
{
	const char *start = *at;

	for (*count = 0; *at < end && isdigit((unsigned char)**at); ++*at) {
		if (*count <= MOST_REPEATS)
			*count = *count * 10 + (unsigned)(**at - '0');
	}
	return *at > start;
}

/* {m}, {m,}, {,n} or {m,n}; the { is read. The length of the rest; 0: it is none of them. */
static size_t
read_interval(const struct translation *t, unsigned *least, unsigned *most, bool *open)
{
	const char *at = t->text.at;
	const bool low = read_count(&at, t->text.end, least);
	bool high = false;

	*most = *least;
	*open = false;
	if (at < t->text.end && *at == ',') {
		at++;
		high = read_count(&at, t->text.end, most);
		*open = !high;
	}
	if ((!low && !high) || at >= t->text.end || *at != '}')
		return 0;
	return (size_t)(at + 1 - t->text.at);
}

static int
check_repeat(struct translation *t)
{
	switch (t->before) {
	case BEFORE_NOTHING:
		return pattern_refuse(&t->text, "a repetition of nothing");
	case BEFORE_ANCHOR:
		return pattern_refuse(&t->text, "a repetition of an anchor");
	case BEFORE_REPEAT:
		return pattern_refuse(
		    &t->text, "a repetition of a repetition (there are no lazy ones)");
	case BEFORE_ATOM:
		break;
	}
	t->before = BEFORE_REPEAT;
	return 0;
}

/* The { is read. */
static int
translate_brace(struct translation *t)
{
	unsigned least;
	unsigned most;
	bool open;
	const size_t len = read_interval(t, &least, &most, &open);
	int err;

	if (len == 0) {
		t->before = BEFORE_ATOM;
		return pattern_put_plain(t->text.out, '{');
	}
	err = check_repeat(t);
	if (err != 0)
		return err;
	t->text.at += len;
	if (least > MOST_REPEATS || most > MOST_REPEATS)
		return buf_printf(t->text.why, "more than %d repetitions", MOST_REPEATS) == 0
		           ? EINVAL
		           : ENOMEM;
	if (open)
		return buf_printf(t->text.out, "{%u,}", least);
	if (most < least)
		return pattern_refuse(&t->text, "an interval whose ends are the wrong way round");
	return buf_printf(t->text.out, "{%u,%u}", least, most);
}

/* The parenthesis is read. */
static int
translate_open(struct translation *t)
{
	t->depth++;
	t->before = BEFORE_NOTHING;
	if (t->text.at < t->text.end && *t->text.at == '?') {
		if (t->text.end - t->text.at < 2 || t->text.at[1] != ':')
			return pattern_refuse(&t->text, "(? is not known");
		t->text.at += 2;
	}
	return buf_putc(t->text.out, '(');
}

static int
translate_close(struct translation *t)
{
	if (t->depth == 0)
		return pattern_refuse(&t->text, "parentheses not balanced");
	t->depth--;
	t->before = BEFORE_ATOM;
	return buf_putc(t->text.out, ')');
}

static int
translate_next(struct translation *t)
{
	const char c = *t->text.at++;
	int err;

	switch (c) {
	case '(':
		return translate_open(t);
	case ')':
		return translate_close(t);
	case '|':
		t->before = BEFORE_NOTHING;
		return buf_putc(t->text.out, c);
	case '^':
		t->before = BEFORE_ANCHOR;
		return buf_putc(t->text.out, c);
	case '$':
		t->before = BEFORE_ANCHOR;
		/* Nothing stands behind the end. */
		return buf_puts(t->text.out, t->cut_off ? "$x" : "$");
	case '*':
	case '+':
	case '?':
		err = check_repeat(t);
		return err != 0 ? err : buf_putc(t->text.out, c);
	case '{':
		return translate_brace(t);
	default:
		t->before = BEFORE_ATOM;
		break;
	}
	if (c == '[')
		return pattern_put_bracket(&t->text);
	if (c == '\\')
		return pattern_put_escape(&t->text);
	return c == '.' ? buf_putc(t->text.out, c)
	                : pattern_put_plain(t->text.out, (unsigned char)c);
}

static int
translate(struct translation *t, unsigned place)
{
	struct buf *out = t->text.out;
	int err = 0;

	if (place & PATTERN_AT_START)
		err = buf_putc(out, '^');
	if (err == 0 && place != 0)
		err = buf_putc(out, '(');
	while (err == 0 && t->text.at < t->text.end)
		err = translate_next(t);
	if (err == 0 && t->depth > 0)
		err = pattern_refuse(&t->text, "parentheses not balanced");
	if (err == 0 && place != 0)
		err = buf_putc(out, ')');
	if (err == 0 && place & PATTERN_AT_END)
		err = buf_putc(out, '$');
	return err;
}

static int
compile(struct pattern *p, const char *translated, struct buf *why)
{
	char reason[128];
	const int err = regcomp(&p->regex, translated, REG_EXTENDED);

	if (err == 0)
		return 0;
	if (err == REG_ESPACE)
		return ENOMEM;
	regerror(err, &p->regex, reason, sizeof(reason));
	return buf_puts(why, reason) == 0 ? EINVAL : ENOMEM;
}

int
pattern_compile_at(struct pattern *p, const char *text, size_t len, unsigned place, struct buf *why)
{
	struct buf translated = {0};
	struct translation t = {
	    .text = {.at = text, .end = text + len, .out = &translated, .why = why},
	    .cut_off = (place & PATTERN_CUT_OFF) != 0,
	};
	int err = translate(&t, place);

	if (err == 0)
		err = buf_string(&translated) ? compile(p, translated.data, why) : ENOMEM;
	buf_free(&translated);
	return err;
}

int
pattern_compile(struct pattern *p, const char *text, size_t len, struct buf *why)
{
	return pattern_compile_at(p, text, len, 0, why);
}

void
pattern_release(struct pattern *p)
{
	regfree(&p->regex);
}

bool
pattern_find(const struct pattern *p, const char *text, size_t len, size_t from, bool bol,
    size_t *start, size_t *end)
{
	regmatch_t match;

	if (from > len || regexec(&p->regex, text + from, 1, &match, bol ? 0 : REG_NOTBOL) != 0)
		return false;
	*start = from + (size_t)match.rm_so;
	*end = from + (size_t)match.rm_eo;
	return true;
}
