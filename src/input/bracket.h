/*
 * A part of pattern.c: what stands for one byte of several.
 */
#ifndef SPOOL_BRACKET_H
#define SPOOL_BRACKET_H

#include "base/buf.h"
#include "input/automaton.h"

/* An expression that is read. */
struct pattern_text {
	const char *at; /* what comes next */
	const char *end;
	struct buf *why;
};

/* EINVAL with the reason in t->why, or ENOMEM. */
int pattern_refuse(struct pattern_text *t, const char *reason);

/*
 * t->at is behind a [ or a backslash. An escape is one byte, or several, which are added to the set
 * (*byte 0). Return 0, ENOMEM, or EINVAL with the reason in t->why.
 */
int pattern_read_bracket(struct pattern_text *t, struct byte_set *set);
int pattern_read_escape(struct pattern_text *t, struct byte_set *set, unsigned char *byte);

#endif
