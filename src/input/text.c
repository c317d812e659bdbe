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
	bool repeat;
	struct pieces *words; /* between blanks */
	size_t n;
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

static int
add_words(struct text_template *t, struct replace_set *names, const char *text)
{
	size_t n = 1;
	int err = 0;

	for (const char *p = text; *p; p++)
		n += *p == ' ';
	t->words = calloc(n, sizeof(*t->words));
	if (!t->words)
		return ENOMEM;
	for (; err == 0 && t->n < n; t->n++) {
		const size_t len = strcspn(text, " ");

		err = pieces_add(&t->words[t->n], names, text, len);
		text += len + (text[len] == ' ');
	}
	return err;
}

int
text_template_compile(struct text_template **out, const char *text,
    const struct replace_spec *names, bool repeat, struct buf *why)
{
	struct text_template *t = calloc(1, sizeof(*t));
	int err;

	*out = NULL;
	if (!t)
		return ENOMEM;
	t->repeat = repeat;
	err = text_check(text, names, why);
	if (err == 0)
		err = replace_set_new(&t->names, names, why);
	if (err == 0)
		err = add_words(t, names->value ? t->names : NULL, text);
	if (err == 0)
		err = text_check_names(t->names, why);
	if (err != 0) {
		text_template_free(t);
		return err;
	}
	*out = t;
	return 0;
}

/* One word, which several values make several, with blanks between them. */
static int
expand_word(
    const struct text_template *t, size_t i, const struct replace_input *in, struct buf *out)
{
	const size_t start = out->len;
	size_t n = 0;
	int err = pieces_words(&t->words[i], in, t->repeat, out, &n);

	if (err != 0 || out->len == start)
		return err;
	out->len--; /* the last NUL */
	for (size_t at = start; at < out->len; at++)
		if (out->data[at] == '\0')
			out->data[at] = ' ';
	return 0;
}

int
text_template_expand(const struct text_template *t, const struct replace_input *in, struct buf *out)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < t->n; i++) {
		if (i > 0)
			err = buf_putc(out, ' ');
		if (err == 0)
			err = expand_word(t, i, in, out);
	}
	return err;
}

unsigned
text_template_needs(const struct text_template *t)
{
	return replace_needs(t->names);
}

bool
text_template_is_fixed(const struct text_template *t)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->words[i].replacements > 0)
			return false;
	return true;
}

void
text_template_free(struct text_template *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->n; i++)
		pieces_release(&t->words[i]);
	free(t->words);
	replace_set_free(t->names);
	free(t);
}
