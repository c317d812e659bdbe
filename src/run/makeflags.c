/*
 * The words of MAKEFLAGS: letters of flags in the first one, long options, and behind "--"
 * variables that may look like options. A backslash takes a blank's meaning away.
 */
#include "run/makeflags.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

struct word {
	const char *start;
	size_t len;
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The next word behind w, which begins as one without length. False: there is none. */
static bool
next_word(struct word *w)
{
	const char *p = w->start + w->len;

	while (is_blank(*p))
		p++;
	w->start = p;
	for (; *p != '\0' && !is_blank(*p); p++)
		if (*p == '\\' && *++p == '\0') /* the last of all: no part of a word */
			return (w->len = (size_t)(p - 1 - w->start)) > 0;
	w->len = (size_t)(p - w->start);
	return w->len > 0;
}

/* What stands in w behind prefix; NULL: it does not begin so. */
static const char *
behind(const struct word *w, const char *prefix)
{
	size_t len = strlen(prefix);

	return w->len >= len && memcmp(w->start, prefix, len) == 0 ? w->start + len : NULL;
}

static bool
is_end(const struct word *w)
{
	return w->len == 2 && behind(w, "--") != NULL;
}

/* The first word is flag letters, unless it is an option or sets a variable. */
static bool
is_letters(const struct word *w)
{
	return *w->start != '-' && memchr(w->start, '=', w->len) == NULL;
}

/* A number at *p, moved past it; -1: there is none. */
static int
take_number(const char **p)
{
	int n = -1;

	for (; **p >= '0' && **p <= '9' && n < INT_MAX / 10 - 1; ++*p)
		n = (n < 0 ? 0 : n) * 10 + (**p - '0');
	return n;
}

static int
take_descriptor(const char **p, bool *negative)
{
	if (**p == '-') {
		*negative = true;
		++*p;
	}
	return take_number(p);
}

/* A path with its backslashes undone. False: it is too long. */
static bool
copy_path(char *path, size_t room, const char *from, const char *end)
{
	for (; from < end && room > 1; room--) {
		if (*from == '\\' && from + 1 < end)
			from++;
		*path++ = *from++;
	}
	*path = '\0';
	return from == end;
}

/* What a word about the pool says; a way to it that is not known is none. */
static void
read_auth(struct makeflags *m, const char *value, const char *end)
{
	const char *p = value;
	bool negative = false;

	m->pool = MAKEFLAGS_NONE;
	m->auth = value;
	m->auth_len = (int)(end - value);
	if (end - value > 5 && memcmp(value, "fifo:", 5) == 0) {
		if (copy_path(m->path, sizeof(m->path), value + 5, end))
			m->pool = MAKEFLAGS_FIFO;
		return;
	}
	m->read_fd = take_descriptor(&p, &negative);
	if (m->read_fd < 0 || *p++ != ',')
		return;
	m->write_fd = take_descriptor(&p, &negative);
	if (m->write_fd >= 0 && p == end)
		m->pool = negative ? MAKEFLAGS_DENIED : MAKEFLAGS_PIPE;
}

static bool
has_letter(const struct word *w, const char *letters)
{
	size_t n = strcspn(w->start, letters);

	return n < w->len;
}

void
makeflags_parse(const char *text, struct makeflags *m)
{
	struct word w = {text, 0};
	const char *value;

	memset(m, 0, sizeof(*m));
	for (bool first = true; next_word(&w) && !is_end(&w); first = false) {
		if (first && is_letters(&w))
			m->dry = has_letter(&w, "nqt");
		else if ((value = behind(&w, "--jobserver-auth=")) != NULL ||
			 (value = behind(&w, "--jobserver-fds=")) != NULL)
			read_auth(m, value, w.start + w.len);
		else if ((value = behind(&w, "-j")) != NULL) {
			int n = take_number(&value);

			m->jobs = n > 0 && value == w.start + w.len ? (unsigned)n : 0;
		}
	}
}

static int
add_words(struct buf *out, const struct makeflags_offer *offer)
{
	const int r = offer->read_fd, w = offer->write_fd;
	int err = buf_printf(out, " -j%u", offer->jobs);

	if (err == 0 && r >= 0)
		err = buf_printf(out, " --jobserver-auth=%d,%d", r, w);
	if (err == 0 && offer->path != NULL)
		err = buf_printf(out, " --jobserver-auth=fifo:%s", offer->path);
	/* make before 4.4 ends with an error where a FIFO has the last word. */
	if (err == 0 && offer->path != NULL && r >= 0)
		err = buf_printf(out, " --jobserver-au=%d,%d", r, w);
	return err;
}

int
makeflags_add(struct buf *out, const char *text, const struct makeflags_offer *offer)
{
	struct word w = {text, 0};
	bool first = true;
	int err = 0;

	for (; err == 0 && next_word(&w) && !is_end(&w); first = false) {
		if (behind(&w, "-j") != NULL || behind(&w, "--jobs") != NULL ||
		    behind(&w, "--jobserver") != NULL)
			continue;
		if (!first || !is_letters(&w))
			err = buf_putc(out, ' ');
		if (err == 0)
			err = buf_add(out, w.start, w.len);
	}
	if (err == 0)
		err = add_words(out, offer);
	if (err == 0 && w.len > 0)
		err = buf_printf(out, " %s", w.start);
	return err;
}
