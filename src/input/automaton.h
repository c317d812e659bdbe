/*
 * The machine behind a regular expression: a program whose threads all run at once over the text,
 * so that the time is bounded by the length of the text times that of the program, whatever either
 * is. Built by pattern.c; knows nothing of how an expression is written. Pure once it is built.
 */
#ifndef SPOOL_AUTOMATON_H
#define SPOOL_AUTOMATON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AUTOMATON_MAX 4096 /* instructions */

/* Of bytes. NUL is never in one. */
struct byte_set {
	uint8_t bits[32];
};

static inline bool
byte_set_has(const struct byte_set *set, unsigned char byte)
{
	return set->bits[byte / 8] >> byte % 8 & 1;
}

static inline void
byte_set_add(struct byte_set *set, unsigned char byte)
{
	set->bits[byte / 8] |= (uint8_t)(1U << byte % 8);
}

enum op {
	OP_BYTE,  /* takes the byte */
	OP_SET,   /* takes a byte of the set at to */
	OP_START, /* goes on where the text begins */
	OP_END,   /* goes on where it ends */
	OP_SPLIT, /* goes on behind it, and at to */
	OP_JUMP,  /* goes on at to */
	OP_MATCH,
};

/* Where to go is relative, so that a part of a program can be moved and copied. */
struct instruction {
	uint8_t op;
	unsigned char byte;
	int16_t to;
};

/* Zero-initialise; automaton_release() at the end. */
struct automaton {
	struct instruction *code;
	struct byte_set *sets;
	unsigned n;
	unsigned cap;
	unsigned n_sets;
	bool anchored; /* set by who builds it: it matches at the start of a search or not at all */
	bool may_be_empty;
	struct byte_set first; /* with which a match that is not empty begins */
};

/* Each returns 0, ENOMEM, or E2BIG: there would be too many instructions. */
int automaton_insert(struct automaton *a, unsigned at, enum op op, unsigned char byte, int to);
int automaton_copy(struct automaton *a, unsigned from, unsigned n);
int automaton_add_set(struct automaton *a, const struct byte_set *set);

/* The last thing to be done before it is run. Returns the same. */
int automaton_finish(struct automaton *a);

/* As pattern_find(); shortest: of the leftmost matches, the shortest. */
bool automaton_find(const struct automaton *a, const char *text, size_t len, size_t from, bool bol,
    bool shortest, size_t *start, size_t *end);

void automaton_release(struct automaton *a);

#endif
