/*
 * Shell scripts with replacement strings: rewritten once, so that every value arrives as data.
 * Pure.
 */
#ifndef SPOOL_SCRIPT_H
#define SPOOL_SCRIPT_H

#include "input/pieces.h"
#include "input/scan.h"

struct script_spec {
	const char *text; /* not copied, must outlive the script */
	size_t len;
	struct replace_set *names; /* NULL: text without replacement strings */
	/* make the value the last argument if there is no replacement string, no $1 */
	bool append;
	bool repeat;    /* what is around a string is repeated for each value */
	bool allexport; /* "set -a" may be on at the start: still export no variable of ours */
};

/*
 * Rewrite. The result is run as SHELL -c TEXT NAME DERIVED... VALUES..., and sees the values as $1
 * ... Returns 0, ENOMEM, or EINVAL: nested too deeply.
 */
int script_compile(struct script *script, const struct script_spec *spec);

/*
 * The source with the values quoted where they stand, appended to out; only if !not_in_place, and
 * several values only if several says so or they are to be joined. Returns 0 or ENOMEM.
 */
int script_in_place(const struct script *script, const struct script_spec *spec,
    const struct replace_input *in, struct buf *out);

void script_release(struct script *script);

#endif
