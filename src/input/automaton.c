/*
 * Threads are kept in the order of where their matches begin, each place of the program at most
 * once: the first one to come there began leftmost, and of those that began there the last one to
 * match is the longest. Nothing is allocated while a text is searched. No lock.
 */
#include "input/automaton.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The threads that wait for the same byte of the text. */
struct threads {
	unsigned n;
	uint16_t at[AUTOMATON_MAX];
	uint32_t start[AUTOMATON_MAX]; /* of the match, from the start of the search */
	uint16_t where[AUTOMATON_MAX]; /* in at, of a place of the program that is there */
};

struct search {
	const struct automaton *automaton;
	const char *text; /* from the start of the search */
	size_t len;
	bool bol;
	bool found;
	size_t start;
	size_t end;
	uint16_t stack[AUTOMATON_MAX];
};

static int
make_room(struct automaton *a, unsigned n)
{
	unsigned cap = a->cap ? a->cap : 16;
	struct instruction *code;

	if (a->n + n > AUTOMATON_MAX)
		return E2BIG;
	while (cap < a->n + n)
		cap *= 2;
	if (cap == a->cap)
		return 0;
	if ((code = realloc(a->code, cap * sizeof(*code))) == NULL)
		return ENOMEM;
	a->code = code;
	a->cap = cap;
	return 0;
}

int
automaton_insert(struct automaton *a, unsigned at, enum op op, unsigned char byte, int to)
{
	const int err = make_room(a, 1);

	if (err != 0)
		return err;
	memmove(a->code + at + 1, a->code + at, (a->n - at) * sizeof(*a->code));
	a->code[at] = (struct instruction){(uint8_t)op, byte, (int16_t)to};
	a->n++;
	return 0;
}

int
automaton_copy(struct automaton *a, unsigned from, unsigned n)
{
	const int err = make_room(a, n);

	if (err != 0)
		return err;
	memcpy(a->code + a->n, a->code + from, n * sizeof(*a->code));
	a->n += n;
	return 0;
}

int
automaton_add_set(struct automaton *a, const struct byte_set *set)
{
	struct byte_set *sets = realloc(a->sets, (a->n_sets + 1) * sizeof(*sets));

	if (sets == NULL)
		return ENOMEM;
	a->sets = sets;
	a->sets[a->n_sets] = *set;
	return automaton_insert(a, a->n, OP_SET, 0, (int)a->n_sets++);
}

/* A thread comes to a place, at that byte of the text; it waits wherever a byte is wanted. */
static void
enter(struct search *s, struct threads *t, unsigned place, size_t at, size_t start)
{
	const struct instruction *code = s->automaton->code;
	unsigned depth = 0;

	s->stack[depth++] = (uint16_t)place;
	while (depth > 0) {
		const unsigned pc = s->stack[--depth];
		const struct instruction *i = code + pc;

		if (t->where[pc] < t->n && t->at[t->where[pc]] == pc)
			continue;
		t->where[pc] = (uint16_t)t->n;
		t->at[t->n] = (uint16_t)pc;
		t->start[t->n++] = (uint32_t)start;
		if (i->op == OP_MATCH && (!s->found || start <= s->start)) {
			s->found = true;
			s->start = start;
			s->end = at;
		}
		if (i->op == OP_SPLIT || i->op == OP_JUMP)
			s->stack[depth++] = (uint16_t)((int)pc + i->to);
		if (i->op == OP_SPLIT || (i->op == OP_START && s->bol && at == 0) ||
		    (i->op == OP_END && at == s->len))
			s->stack[depth++] = (uint16_t)(pc + 1);
	}
}

/* One byte on. */
static void
step(struct search *s, const struct threads *now, struct threads *next, size_t at)
{
	const unsigned char byte = (unsigned char)s->text[at];

	next->n = 0;
	for (unsigned k = 0; k < now->n && (!s->found || now->start[k] <= s->start); k++) {
		const struct instruction *i = s->automaton->code + now->at[k];

		if ((i->op == OP_BYTE && i->byte == byte) ||
		    (i->op == OP_SET && byte_set_has(s->automaton->sets + i->to, byte)))
			enter(s, next, now->at[k] + 1U, at + 1, now->start[k]);
	}
}

static void
prepare(const struct automaton *a, struct threads *t)
{
	t->n = 0;
	memset(t->where, 0, a->n * sizeof(*t->where));
}

bool
automaton_find(const struct automaton *a, const char *text, size_t len, size_t from, bool bol,
    bool shortest, size_t *start, size_t *end)
{
	struct threads lists[2], *now = &lists[0], *next = &lists[1], *other;
	struct search s;

	if (from > len || len - from >= UINT32_MAX)
		return false;
	s.automaton = a;
	s.text = text + from;
	s.len = len - from;
	s.bol = bol;
	s.found = false;
	s.start = s.end = 0;
	prepare(a, now);
	prepare(a, next);
	for (size_t at = 0;; at++) {
		const bool seek = !s.found && (at == 0 || !a->anchored);

		while (seek && now->n == 0 && !a->anchored && !a->may_be_empty && at < s.len &&
		       !byte_set_has(&a->first, (unsigned char)s.text[at]))
			at++;
		if (seek)
			enter(&s, now, 0, at, at);
		else if (now->n == 0)
			break;
		if (at == s.len || (shortest && s.found))
			break;
		step(&s, now, next, at);
		other = now;
		now = next;
		next = other;
	}
	*start = from + s.start;
	*end = from + s.end;
	return s.found;
}

/* What can be reached without a byte says with which bytes a match can begin. */
int
automaton_finish(struct automaton *a)
{
	uint16_t stack[AUTOMATON_MAX];
	bool seen[AUTOMATON_MAX] = {false};
	unsigned depth = 0;
	const int err = automaton_insert(a, a->n, OP_MATCH, 0, 0);

	if (err != 0)
		return err;
	stack[depth++] = 0;
	while (depth > 0) {
		const unsigned pc = stack[--depth];
		const struct instruction *i = a->code + pc;

		if (seen[pc])
			continue;
		seen[pc] = true;
		if (i->op == OP_MATCH)
			a->may_be_empty = true;
		else if (i->op == OP_BYTE)
			byte_set_add(&a->first, i->byte);
		else if (i->op == OP_SET)
			for (unsigned k = 0; k < sizeof(a->first.bits); k++)
				a->first.bits[k] |= a->sets[i->to].bits[k];
		if (i->op == OP_SPLIT || i->op == OP_JUMP)
			stack[depth++] = (uint16_t)((int)pc + i->to);
		if (i->op == OP_SPLIT || i->op == OP_START || i->op == OP_END)
			stack[depth++] = (uint16_t)(pc + 1);
	}
	return 0;
}

void
automaton_release(struct automaton *a)
{
	free(a->code);
	free(a->sets);
}
