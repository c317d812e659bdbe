/*
 * A part of pattern.c: what stands for one byte of several.
 */
#ifndef SPOOL_BRACKET_H
#define SPOOL_BRACKET_H

#include "base/buf.h"

/* An expression on its way to another form. */
struct pattern_text {
	const char *at; /* what comes next */
	const char *end;
	struct buf *out;
	struct buf *why;
};

/* EINVAL with the reason in t->why, or ENOMEM. */
int pattern_refuse(struct pattern_text *t, const char *reason);

/* A byte that means itself. Returns 0 or ENOMEM. */
int pattern_put_plain(struct buf *out, unsigned char byte);

/* t->at is behind a [ or a backslash. Return 0, ENOMEM, or EINVAL with the reason in t->why. */
int pattern_put_bracket(struct pattern_text *t);
int pattern_put_escape(struct pattern_text *t);

#endif
