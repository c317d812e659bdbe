/*
 * Shell scripts with replacement strings: rewritten once, so that every value arrives as data.
 * Pure.
 */
#ifndef SPOOL_SCRIPT_H
#define SPOOL_SCRIPT_H

#include "input/scan.h"

struct script_spec {
	const char *text; /* not copied, must outlive the script */
	size_t len;
	const struct replace_names *names; /* NULL: text without replacement strings */
	/* make the value the last argument if there is no replacement string, no $1 */
	bool append;
	bool allexport; /* "set -a" may be on at the start: still export no variable of ours */
};

/*
 * Rewrite. The result is run as SHELL -c TEXT NAME DERIVED... VALUES..., and sees the values as $1
 * ... Returns 0, ENOMEM, or EINVAL: nested too deeply.
 */
int script_compile(struct script *script, const struct script_spec *spec);

/*
 * The source with the values quoted where they stand, appended to out; only if !not_in_place.
 * Returns 0 or ENOMEM.
 */
int script_in_place(const struct script *script, const struct script_spec *spec,
    const struct record *record, uint64_t seq, unsigned slot, struct buf *out);

void script_release(struct script *script);

#endif
