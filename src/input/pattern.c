/*
 * Regular expressions, read and made into a program in one go. Where libcs do not agree (an
 * interval that is none, a repetition of nothing), what stands here decides. Knows nothing of what
 * is matched or why. No state, no lock.
 */
#include "input/pattern.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "input/bracket.h"

/* RE_DUP_MAX of POSIX. */
#define MOST_REPEATS 255

#define NONE UINT_MAX

/* What stood before, for what may follow. */
enum before {
	BEFORE_NOTHING, /* the start, ( or | */
	BEFORE_ANCHOR,
	BEFORE_ATOM,
	BEFORE_REPEAT,
};

/* Parentheses that are open, or the whole. */
struct group {
	struct group *outer;
	unsigned start;  /* of its code */
	unsigned branch; /* start of the branch that is read */
	unsigned
	    jump; /* from the end of the branch before; its to says how far back the next one is */
};

struct reading {
	struct pattern_text text;
	struct automaton *a;
	struct group *group;
	unsigned atom; /* start of the last one's code */
	enum before before;
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
read_interval(const struct reading *t, unsigned *least, unsigned *most, bool *open)
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
check_repeat(struct reading *t)
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

static int
put(struct reading *t, enum op op, unsigned char byte)
{
	t->atom = t->a->n;
	t->before = BEFORE_ATOM;
	return automaton_insert(t->a, t->a->n, op, byte, 0);
}

/* The last atom, from least to most times; open: or more often. */
static int
repeat(struct reading *t, unsigned least, unsigned most, bool open)
{
	struct automaton *a = t->a;
	const unsigned atom = t->atom, len = a->n - atom;
	unsigned last = atom;
	int err = 0;

	if (most == 0 && !open) {
		a->n = atom;
		return 0;
	}
	for (unsigned i = 1; i < least && err == 0; i++) {
		last = a->n;
		err = automaton_copy(a, atom, len);
	}
	if (err == 0 && least == 0) /* the first one need not be there */
		err = automaton_insert(a, atom, OP_SPLIT, 0, (int)(len + 1U + open));
	if (err == 0 && open && least == 0)
		return automaton_insert(a, a->n, OP_JUMP, 0, -(int)(len + 1));
	if (err == 0 && open)
		return automaton_insert(a, a->n, OP_SPLIT, 0, (int)last - (int)a->n);
	for (unsigned i = least > 0 ? least : 1; i < most && err == 0; i++) {
		err = automaton_insert(a, a->n, OP_SPLIT, 0, (int)len + 1);
		if (err == 0)
			err = automaton_copy(a, atom + (least == 0), len);
	}
	return err;
}

/* The { is read. */
static int
read_brace(struct reading *t)
{
	unsigned least;
	unsigned most;
	bool open;
	const size_t len = read_interval(t, &least, &most, &open);
	int err;

	if (len == 0)
		return put(t, OP_BYTE, '{');
	err = check_repeat(t);
	if (err != 0)
		return err;
	t->text.at += len;
	if (least > MOST_REPEATS || most > MOST_REPEATS)
		return buf_printf(t->text.why, "more than %d repetitions", MOST_REPEATS) == 0
		           ? EINVAL
		           : ENOMEM;
	if (!open && most < least)
		return pattern_refuse(&t->text, "an interval whose ends are the wrong way round");
	return repeat(t, least, most, open);
}

/* A branch ends: it jumps to the end of the group, which is not known yet. */
static int
read_bar(struct reading *t)
{
	struct group *g = t->group;
	struct automaton *a = t->a;
	int err = automaton_insert(a, g->branch, OP_SPLIT, 0, (int)(a->n - g->branch) + 2);

	if (err == 0)
		err = automaton_insert(
		    a, a->n, OP_JUMP, 0, g->jump == NONE ? 0 : (int)(a->n - g->jump));
	if (err != 0)
		return err;
	g->jump = a->n - 1;
	g->branch = a->n;
	t->before = BEFORE_NOTHING;
	return 0;
}

/* The end of the group, which is freed, is here. */
static void
close_group(struct reading *t)
{
	struct group *g = t->group;
	unsigned jump = g->jump;
	unsigned back;

	while (jump != NONE) {
		back = (unsigned)t->a->code[jump].to;
		t->a->code[jump].to = (int16_t)(t->a->n - jump);
		jump = back == 0 ? NONE : jump - back;
	}
	t->atom = g->start;
	t->before = BEFORE_ATOM;
	t->group = g->outer;
	free(g);
}

static int
open_group(struct reading *t)
{
	struct group *g = malloc(sizeof(*g));

	if (g == NULL)
		return ENOMEM;
	*g = (struct group){t->group, t->a->n, t->a->n, NONE};
	t->group = g;
	t->before = BEFORE_NOTHING;
	return 0;
}

/* The parenthesis is read. */
static int
read_open(struct reading *t)
{
	if (t->text.at < t->text.end && *t->text.at == '?') {
		if (t->text.end - t->text.at < 2 || t->text.at[1] != ':')
			return pattern_refuse(&t->text, "(? is not known");
		t->text.at += 2;
	}
	return open_group(t);
}

static int
read_close(struct reading *t)
{
	if (t->group->outer == NULL)
		return pattern_refuse(&t->text, "parentheses not balanced");
	close_group(t);
	return 0;
}

static int
read_set(struct reading *t, bool bracket)
{
	struct byte_set set = {{0}};
	unsigned char byte = 0;
	int err = bracket ? pattern_read_bracket(&t->text, &set)
	                  : pattern_read_escape(&t->text, &set, &byte);

	if (err != 0)
		return err;
	if (byte != 0)
		return put(t, OP_BYTE, byte);
	t->atom = t->a->n;
	t->before = BEFORE_ATOM;
	return automaton_add_set(t->a, &set);
}

static int
read_any(struct reading *t)
{
	struct byte_set set;

	memset(set.bits, 0xff, sizeof(set.bits));
	set.bits[0] = 0xfe;
	t->atom = t->a->n;
	t->before = BEFORE_ATOM;
	return automaton_add_set(t->a, &set);
}

static int
read_anchor(struct reading *t, enum op op)
{
	const int err = put(t, op, 0);

	t->before = BEFORE_ANCHOR;
	return err;
}

static int
read_next(struct reading *t)
{
	const char c = *t->text.at++;
	int err;

	switch (c) {
	case '(':
		return read_open(t);
	case ')':
		return read_close(t);
	case '|':
		return read_bar(t);
	case '^':
		return read_anchor(t, OP_START);
	case '$':
		return read_anchor(t, OP_END);
	case '*':
	case '+':
	case '?':
		err = check_repeat(t);
		return err != 0 ? err : repeat(t, c == '+', 1, c != '?');
	case '{':
		return read_brace(t);
	case '[':
	case '\\':
		return read_set(t, c == '[');
	case '.':
		return read_any(t);
	default:
		return put(t, OP_BYTE, (unsigned char)c);
	}
}

static int
read_all(struct reading *t, unsigned place)
{
	int err = open_group(t);

	while (err == 0 && t->text.at < t->text.end)
		err = read_next(t);
	if (err == 0 && t->group->outer != NULL)
		err = pattern_refuse(&t->text, "parentheses not balanced");
	if (err == 0)
		close_group(t);
	if (err == 0 && place & PATTERN_AT_END)
		err = automaton_insert(t->a, t->a->n, OP_END, 0, 0);
	if (err == 0 && place & PATTERN_AT_START)
		err = automaton_insert(t->a, 0, OP_START, 0, 0);
	return err == 0 ? automaton_finish(t->a) : err;
}

int
pattern_compile_at(struct pattern *p, const char *text, size_t len, unsigned place, struct buf *why)
{
	struct reading t = {
	    .text = {.at = text, .end = text + len, .why = why},
	    .a = &p->automaton,
	};
	struct group *g;
	int err;

	p->automaton = (struct automaton){.anchored = (place & PATTERN_AT_START) != 0};
	err = read_all(&t, place);
	if (err == E2BIG)
		err = pattern_refuse(&t.text, "too large when its repetitions are written out");
	while ((g = t.group) != NULL) {
		t.group = g->outer;
		free(g);
	}
	if (err != 0)
		pattern_release(p);
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
	automaton_release(&p->automaton);
}

bool
pattern_find(const struct pattern *p, const char *text, size_t len, size_t from, bool bol,
    size_t *start, size_t *end)
{
	return automaton_find(&p->automaton, text, len, from, bol, false, start, end);
}

bool
pattern_find_shortest(const struct pattern *p, const char *text, size_t len, size_t *end)
{
	size_t start;

	return automaton_find(&p->automaton, text, len, 0, true, true, &start, end);
}
