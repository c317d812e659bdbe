/*
 * From a script with replacement strings to one that reads variables, and the prologue that sets
 * these from the positional parameters. The variables are not exported, and neither functions nor
 * "shift" nor "set --" touch them. Knows nothing of jobs and of which shell it is.
 */
#include "input/script.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "input/commands.h"
#include "input/quote.h"

static int
append_value(struct script *script, struct scan *s)
{
	static const char joined[] = " \"${" SCAN_VARIABLE "0}\"";
	static const char each[] = " \"$@\"";
	struct script_site *sites = malloc(sizeof(*sites));

	if (!sites)
		return ENOMEM;
	*sites = (struct script_site){
	    .at = s->last_pos,
	    .what = replace_plain(s->names),
	    .quoting = SITE_WORD,
	    .each = true,
	    .splits = true,
	    .closed = true,
	    .from = s->last_pos,
	    .to = s->last_pos,
	};
	free(script->sites);
	script->sites = sites;
	script->n_sites = 1;
	script->each_splits = true;
	if (s->use_at) {
		scan_splice(s, s->last_out, 0, each, sizeof(each) - 1);
	} else {
		script->uses_value = true;
		scan_splice(s, s->last_out, 0, joined, sizeof(joined) - 1);
	}
	return s->error;
}

/*
 * _spool_1="${1}" _spool_2="${2}"; shift 2; _spool_0="$*"; so that $1 ... are the values of the
 * record.
 */
static int
add_assignments(struct buf *out, const struct script *script)
{
	size_t i;
	int err = 0;

	for (i = 1; err == 0 && i <= script->n_derived; i++)
		err = buf_printf(out, SCAN_VARIABLE "%zu=\"${%zu}\"; ", i, i);
	if (err == 0 && script->n_derived > 0)
		err = buf_printf(out, "shift %zu; ", script->n_derived);
	if (err == 0 && script->uses_value)
		err = buf_puts(out, SCAN_VARIABLE "0=\"$*\"; ");
	return err;
}

/* On the script's first line, so that the shell's messages count lines as the user does. */
static int
add_prologue(struct script *script, bool allexport)
{
	struct buf text = {0};
	int err = 0;

	if (!script->uses_value && script->n_derived == 0)
		return 0;
	if (allexport)
		err = buf_puts(&text, "case $- in *a*) set +a; ");
	if (err == 0)
		err = add_assignments(&text, script);
	if (err == 0 && allexport) {
		err = buf_puts(&text, "set -a;; *) ");
		if (err == 0)
			err = add_assignments(&text, script);
		if (err == 0)
			err = buf_puts(&text, ":;; esac; ");
	}
	if (err == 0)
		err = buf_add(&text, script->text.data, script->text.len);
	if (err != 0) {
		buf_free(&text);
		return err;
	}
	buf_free(&script->text);
	script->text = text;
	return 0;
}

/* One pass; use_at: for any number of values. */
static int
rewrite(struct script *script, const struct script_spec *spec, bool use_at)
{
	struct scan s = {
	    .text = spec->text,
	    .len = spec->len,
	    .out = &script->text,
	    .script = script,
	    .names = spec->names,
	    .use_at = use_at,
	    .list = commands_read,
	};
	int err;

	s.list(&s, SCAN_TO_END);
	err = s.error;
	if (err == 0 && spec->append && !script->has_replacement && !script->positional &&
	    s.last_pos > 0)
		err = append_value(script, &s);
	return err == 0 ? add_prologue(script, spec->allexport) : err;
}

/* Parts that are repeated must not lie across one another. */
static bool
can_repeat(const struct script *script)
{
	size_t i;

	for (i = 0; i < script->n_sites; i++) {
		const struct script_site *site = &script->sites[i];
		const struct script_site *last = i > 0 ? site - 1 : NULL;

		if (last && last->closed && site->at < last->to &&
		    (!site->closed || site->from != last->from || site->to != last->to))
			return false;
		if (last && site->closed && site->from < last->at + last->len &&
		    (!last->closed || site->from != last->from))
			return false;
	}
	return !script->no_repeat;
}

/*
 * "$@" takes any number of values, but the words around it are not repeated, and only the plain
 * values are there. A text takes what one string can hold.
 */
static enum script_several
choose_several(const struct script *script, bool repeat)
{
	const bool splits = script->each_splits || (repeat && script->each_in_context);
	const bool at = script->each_splits && !script->derived_splits && !script->moves_values;

	if (!splits)
		return SCRIPT_JOINED;
	if (at && !(repeat && script->each_in_context))
		return SCRIPT_AT;
	if (!script->not_in_place && (!repeat || can_repeat(script)))
		return SCRIPT_IN_PLACE;
	return at ? SCRIPT_AT : SCRIPT_JOINED;
}

int
script_compile(struct script *script, const struct script_spec *spec)
{
	struct script other = {0};
	int err = rewrite(script, spec, false);

	if (err != 0 || !spec->names)
		return err;
	script->several = choose_several(script, spec->repeat);
	if (script->several != SCRIPT_AT)
		return 0;
	err = rewrite(&other, spec, true);
	script->at_text = other.text;
	other.text = (struct buf){0};
	script_release(&other);
	return err;
}

void
script_release(struct script *script)
{
	buf_free(&script->text);
	buf_free(&script->at_text);
	free(script->derived);
	free(script->sites);
	*script = (struct script){0};
}
