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
	static const char value[] = " \"${" SCAN_VARIABLE "0}\"";
	struct script_site *sites = malloc(sizeof(*sites));

	if (!sites)
		return ENOMEM;
	*sites = (struct script_site){s->last_pos, 0, replace_plain(), SITE_WORD};
	free(script->sites);
	script->sites = sites;
	script->n_sites = 1;
	script->uses_value = true;
	scan_splice(s, s->last_out, 0, value, sizeof(value) - 1);
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

int
script_compile(struct script *script, const struct script_spec *spec)
{
	struct scan s = {
	    .text = spec->text,
	    .len = spec->len,
	    .out = &script->text,
	    .script = script,
	    .names = spec->names,
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

/*
 * A quoted word, whatever it is; between quotes that are closed before and opened again behind it.
 */
static int
add_quoted(struct buf *out, const char *value, char quote)
{
	const char *p = value;
	size_t n;
	int err;

	err = quote ? buf_putc(out, quote) : 0;
	if (err == 0)
		err = buf_putc(out, '\'');
	for (; err == 0 && p[n = strcspn(p, "'")] != '\0'; p += n + 1) {
		err = buf_add(out, p, n);
		if (err == 0)
			err = buf_puts(out, "'\\''");
	}
	if (err == 0)
		err = buf_puts(out, p);
	if (err == 0)
		err = buf_putc(out, '\'');
	if (err == 0 && quote)
		err = buf_putc(out, quote);
	return err;
}

static int
add_site(struct buf *out, const struct script_site *site, const char *value)
{
	switch (site->quoting) {
	case SITE_DOUBLE:
		return add_quoted(out, value, '"');
	case SITE_SINGLE:
		return add_quoted(out, value, '\'');
	case SITE_PART:
		return add_quoted(out, value, '\0');
	case SITE_WORD:
		break;
	}
	if (site->len == 0 && buf_putc(out, ' ') != 0)
		return ENOMEM;
	return quote_word(out, value);
}

int
script_in_place(const struct script *script, const struct script_spec *spec,
    const struct record *record, uint64_t seq, unsigned slot, struct buf *out)
{
	struct buf value = {0};
	size_t at = 0;
	size_t i;
	int err = 0;

	for (i = 0; err == 0 && i < script->n_sites; i++) {
		const struct script_site *site = &script->sites[i];

		buf_reset(&value);
		err = replace_value(site->what, record, seq, slot, &value);
		if (err == 0)
			err = buf_add(out, spec->text + at, site->at - at);
		if (err == 0)
			err = buf_string(&value) ? add_site(out, site, value.data) : ENOMEM;
		at = site->at + site->len;
	}
	if (err == 0)
		err = buf_add(out, spec->text + at, spec->len - at);
	buf_free(&value);
	return err;
}

void
script_release(struct script *script)
{
	buf_free(&script->text);
	free(script->derived);
	free(script->sites);
	*script = (struct script){0};
}
