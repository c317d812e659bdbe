/*
 * Scripts with the values quoted where their replacement strings stand: to be shown, and to be run
 * where several values make several words and "$@" can't. Knows what the scan found, nothing of the
 * grammar. Pure.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "input/quote.h"
#include "input/script.h"

struct placing {
	const struct script *script;
	const struct script_spec *spec;
	const struct replace_input *in;
	struct buf *out;
	struct buf value; /* the one that is being quoted */
};

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
add_value(struct placing *p, const struct script_site *site)
{
	const char *value = buf_string(&p->value);

	if (!value)
		return ENOMEM;
	switch (site->quoting) {
	case SITE_DOUBLE:
		return add_quoted(p->out, value, '"');
	case SITE_SINGLE:
		return add_quoted(p->out, value, '\'');
	case SITE_PART:
		return add_quoted(p->out, value, '\0');
	case SITE_WORD:
		break;
	}
	return quote_word(p->out, value);
}

/* As one word, or with walk for the value at its cursor alone. */
static int
add_one(struct placing *p, const struct script_site *site, struct walk *walk)
{
	int err;

	buf_reset(&p->value);
	err = walk && site->each ? replace_value_of(site->what, walk->at, &p->value)
	                         : replace_values(site->what, p->in, &p->value);
	return err == 0 ? add_value(p, site) : err;
}

static int
add_site(struct placing *p, const struct script_site *site)
{
	struct walk walk;
	int err = 0;

	/* What was appended has no blank before it. */
	if (site->len == 0 && buf_putc(p->out, ' ') != 0)
		return ENOMEM;
	if (!site->splits)
		return add_one(p, site, NULL);
	walk_start(&walk, p->in->record);
	while (err == 0 && walk.left > 0) {
		err = add_one(p, site, &walk);
		walk_next(&walk);
		if (err == 0 && walk.left > 0)
			err = buf_putc(p->out, ' ');
	}
	return err;
}

/* What stands around n sites, once for each value. */
static int
repeat_sites(struct placing *p, const struct script_site *sites, size_t n)
{
	struct walk walk;
	int err = 0;

	walk_start(&walk, p->in->record);
	while (err == 0 && walk.left > 0) {
		size_t at = sites->from;
		size_t i;

		for (i = 0; err == 0 && i < n; at = sites[i].at + sites[i].len, i++) {
			err = buf_add(p->out, p->spec->text + at, sites[i].at - at);
			if (err == 0)
				err = add_one(p, &sites[i], &walk);
		}
		if (err == 0)
			err = buf_add(p->out, p->spec->text + at, sites->to - at);
		walk_next(&walk);
		if (err == 0 && walk.left > 0)
			err = buf_putc(p->out, ' ');
	}
	return err;
}

/* How many sites from here on are repeated together; 0: this one is not repeated. */
static size_t
repeated_together(const struct placing *p, size_t first)
{
	const struct script_site *sites = p->script->sites + first;
	bool each = false;
	size_t n = 0;

	if (!p->spec->repeat || p->in->record->n < 2 || !sites->closed || sites->len == 0)
		return 0;
	for (; first + n < p->script->n_sites && sites[n].closed && sites[n].from == sites->from;
	     n++)
		each |= sites[n].each;
	return each ? n : 0;
}

static int
add_sites(struct placing *p)
{
	const struct script_site *sites = p->script->sites;
	size_t at = 0;
	size_t i = 0;
	int err = 0;

	while (err == 0 && i < p->script->n_sites) {
		const size_t n = repeated_together(p, i);
		const size_t from = n > 0 ? sites[i].from : sites[i].at;

		err = buf_add(p->out, p->spec->text + at, from - at);
		if (err == 0)
			err = n > 0 ? repeat_sites(p, &sites[i], n) : add_site(p, &sites[i]);
		at = n > 0 ? sites[i].to : from + sites[i].len;
		i += n > 0 ? n : 1;
	}
	return err == 0 ? buf_add(p->out, p->spec->text + at, p->spec->len - at) : err;
}

int
script_in_place(const struct script *script, const struct script_spec *spec,
    const struct replace_input *in, struct buf *out)
{
	struct placing p = {.script = script, .spec = spec, .in = in, .out = out};
	const int err = add_sites(&p);

	buf_free(&p.value);
	return err;
}
