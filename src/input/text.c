/*
 * Plain texts with replacement strings, such as tags, and what is refused in them and in commands.
 * Knows nothing of shells. Read-only once it was compiled, so it needs no lock.
 */
#include "input/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "input/pieces.h"
#include "input/template.h"

struct text_template {
	struct replace_set *names;
	struct pieces pieces;
};

/* Not ${=: that belongs to the shell. */
static bool
holds_perl(const char *text)
{
	const char *open = strstr(text, "{=");

	while (open && open > text && open[-1] == '$')
		open = strstr(open + 2, "{=");
	return open && strstr(open + 2, "=}");
}

static int
say(struct buf *why, const char *sentence)
{
	return buf_puts(why, sentence) != 0 ? ENOMEM : EINVAL;
}

static int
refuse_perl(const char *text, struct buf *why)
{
	if (!holds_perl(text))
		return 0;
	return say(why, "{= perl expression =} is not supported; use a script with shell "
			"expansions, such as '... ${1%.*}', or a program");
}

static int
check_name(const struct replace_spec *names, struct buf *why)
{
	return names->value && !*names->value ? say(why, "-I: an empty replacement string") : 0;
}

/* xargs knows no perl. */
static bool
knows_perl(const struct replace_spec *names)
{
	return names->value && !names->only_value;
}

int
text_check(const char *text, const struct replace_spec *names, struct buf *why)
{
	const int err = check_name(names, why);

	return err == 0 && knows_perl(names) ? refuse_perl(text, why) : err;
}

/* What looks like a replacement string but has a regular expression that is none. */
int
text_check_names(const struct replace_set *names, struct buf *why)
{
	const char *fault = replace_fault(names);

	return fault ? say(why, fault) : 0;
}

int
text_template_compile(
    struct text_template **out, const char *text, const struct replace_spec *names, struct buf *why)
{
	struct text_template *t = calloc(1, sizeof(*t));
	int err;

	*out = NULL;
	if (!t)
		return ENOMEM;
	err = text_check(text, names, why);
	if (err == 0)
		err = replace_set_new(&t->names, names, why);
	if (err == 0)
		err = pieces_add(&t->pieces, names->value ? t->names : NULL, text, strlen(text));
	if (err == 0)
		err = text_check_names(t->names, why);
	if (err != 0) {
		text_template_free(t);
		return err;
	}
	*out = t;
	return 0;
}

int
text_template_expand(const struct text_template *t, const struct replace_input *in, struct buf *out)
{
	return pieces_expand(&t->pieces, in, out);
}

bool
text_template_needs_total(const struct text_template *t)
{
	return replace_needs_total(t->names);
}

bool
text_template_is_fixed(const struct text_template *t)
{
	return t->pieces.replacements == 0;
}

void
text_template_free(struct text_template *t)
{
	if (!t)
		return;
	pieces_release(&t->pieces);
	replace_set_free(t->names);
	free(t);
}
