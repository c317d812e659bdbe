/*
 * One row of the table is all that is known of a system. In the marks %T is the title as it is, %D
 * escaped as data, %H its head as the value of a property; %M the message as data, %I the id, %S
 * and %E start and end.
 */
#include "output/ci.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "base/utf8.h"

#define SECTION(edge, time, option) "\033[0Ksection_" edge ":%" time ":%I" option "\r\033[0K"

static const struct system {
	const char *fold, *fold_end; /* before and behind a job's output */
	const char *open;            /* before that of one that is not folded */
	const char *error;           /* behind that of one that has failed; NULL: no such thing */
	/* a byte and what stands for it, ended by a NUL, for each; the first n_data ones in data */
	const char *escapes;
	/* what is a command once its last byte has come, likewise; a newline: a line begins */
	const char *commands;
	unsigned char n_escapes, n_data, n_commands;
	char filler;
	bool only_ascii; /* other characters as |0xNNNN, in UTF-16 */
	bool sections;   /* what is not folded has an end, too */
} systems[] = {
    [CI_GITHUB] =
	{
	    .fold = "::group::%D\n",
	    .fold_end = "::endgroup::\n",
	    .open = "%T\n",
	    .error = "::error title=%H::%M\n",
	    .escapes = "%%25\0\r%0D\0\n%0A\0:%3A\0,%2C",
	    .n_escapes = 5,
	    .n_data = 3,
	    .commands = "##[",
	    .n_commands = 1,
	    .filler = ' ',
	},
    [CI_GITLAB] =
	{
	    .fold = SECTION("start", "S", "[collapsed=true]") "%T\n",
	    .fold_end = SECTION("end", "E", "") "\n",
	    .open = SECTION("start", "S", "") "%T\n",
	    .sections = true,
	    .commands = "section_start:\0section_end:",
	    .n_commands = 2,
	    .filler = ' ',
	},
    [CI_AZURE] =
	{
	    .fold = "##[group]%T\n",
	    .fold_end = "##[endgroup]\n",
	    .open = "%T\n",
	    .error = "##vso[task.logissue type=error]%H%0A%M\n",
	    .escapes = "%%AZP25\0\r%0D\0\n%0A",
	    .n_escapes = 3,
	    .n_data = 3,
	    .commands = "##[\0##vso[",
	    .n_commands = 2,
	    .filler = ' ',
	},
    [CI_BUILDKITE] =
	{
	    .fold = "--- %T\n",
	    .open = "+++ %T\n",
	    .commands = "\n--- \0\n+++ \0\n~~~ \0\n^^^ ",
	    .n_commands = 4,
	    .filler = '-',
	},
    [CI_TEAMCITY] =
	{
	    .fold = "##teamcity[blockOpened name='%D']\n",
	    .fold_end = "##teamcity[blockClosed name='%D']\n",
	    .open = "%T\n",
	    .error = "##teamcity[message text='%D' errorDetails='%M' status='ERROR' flowId='%I']\n",
	    .escapes = "'|'\0\n|n\0\r|r\0|||\0[|[\0]|]",
	    .n_escapes = 6,
	    .n_data = 6,
	    .commands = "##teamcity[",
	    .n_commands = 1,
	    .filler = ' ',
	    .only_ascii = true,
	},
    [CI_PLAIN] = {.fold = "==> %T\n", .open = "==> %T\n"},
};

/* In the order of enum ci_system. */
static const char names[] = "none\0github\0gitlab\0azure\0buildkite\0teamcity\0plain\0auto";

/*
 * What each system sets, behind a byte that says which it is; those that have no marks of their own
 * behind, and last what many set.
 */
static const char variables[] = "1GITHUB_ACTIONS\0"
				"1GITEA_ACTIONS\0"
				"2GITLAB_CI\0"
				"3TF_BUILD\0"
				"4BUILDKITE\0"
				"5TEAMCITY_VERSION\0"
				"6CIRCLECI\0"
				"6JENKINS_URL\0"
				"6BITBUCKET_COMMIT\0"
				"6CODEBUILD_BUILD_ARN\0"
				"6CI\0"
				"6CONTINUOUS_INTEGRATION\0"
				"6BUILD_NUMBER\0"
				"6RUN_ID\0";

/* Set, and not to say no. */
static bool
is_set(char *const *envp, const char *name)
{
	const size_t len = strlen(name);

	for (; *envp != NULL; envp++)
		if (strncmp(*envp, name, len) == 0 && (*envp)[len] == '=')
			return (*envp)[len + 1] != '\0' && strcmp(*envp + len + 1, "false") != 0;
	return false;
}

enum ci_system
ci_detect(char *const *envp)
{
	for (const char *v = variables; *v != '\0'; v += strlen(v) + 1)
		if (is_set(envp, v + 1))
			return (enum ci_system)(*v - '0');
	return CI_NONE;
}

enum ci_system
ci_named(const char *name)
{
	const char *n = names;
	unsigned system = CI_NONE;

	while (system < CI_AUTO && strcmp(n, name) != 0) {
		n += strlen(n) + 1;
		system++;
	}
	return (enum ci_system)system;
}

/* One UTF-16 unit, or two. */
static int
put_units(struct buf *out, uint32_t c)
{
	if (c < 0x10000)
		return buf_printf(out, "|0x%04X", (unsigned)c);
	c -= 0x10000;
	return buf_printf(
	    out, "|0x%04X|0x%04X", 0xd800 + (unsigned)(c >> 10), 0xdc00 + (unsigned)(c & 0x3ff));
}

static int
escape(struct buf *out, const struct system *s, const char *text, size_t n_escapes)
{
	size_t left = strlen(text);
	int err = 0;

	while (left > 0 && err == 0) {
		const char *e = s->escapes;
		uint32_t c = ' ';
		size_t i = 0, len = utf8_plain(text, left);

		if (len == 0)
			len = utf8_next(text, left, &c);
		while (i < n_escapes && *e != *text) {
			e += strlen(e) + 1;
			i++;
		}
		if (i < n_escapes)
			err = buf_puts(out, e + 1);
		else if (s->only_ascii && c >= 0x80)
			err = put_units(out, c == UTF8_BAD ? 0xfffd : c);
		else
			err = buf_add(out, text, len);
		text += len;
		left -= len;
	}
	return err;
}

/* 0 or ENOMEM; -1: there is no such letter. */
static int
put_field(struct buf *out, const struct system *s, char field, const struct ci_mark *mark)
{
	switch (field) {
	case 'T':
		return buf_puts(out, mark->title);
	case 'D':
		return escape(out, s, mark->title, s->n_data);
	case 'H':
		return escape(out, s, mark->head, s->n_escapes);
	case 'M':
		return escape(out, s, mark->message, s->n_data);
	case 'I':
		return buf_puts(out, mark->id);
	case 'S':
		return buf_printf(out, "%lld", mark->start);
	case 'E':
		return buf_printf(out, "%lld", mark->end);
	default:
		return -1;
	}
}

static int
put(struct buf *out, const struct system *s, const char *format, const struct ci_mark *mark)
{
	int err = 0;

	for (; format != NULL && *format != '\0' && err == 0; format++) {
		if (*format == '%' && (err = put_field(out, s, format[1], mark)) >= 0)
			format++;
		else
			err = buf_putc(out, *format);
	}
	return err;
}

bool
ci_annotates(enum ci_system system)
{
	return systems[system].error != NULL;
}

int
ci_begin(enum ci_system system, const struct ci_mark *mark, struct buf *out)
{
	const struct system *s = &systems[system];

	return mark->bare ? 0 : put(out, s, mark->open ? s->open : s->fold, mark);
}

int
ci_end(enum ci_system system, const struct ci_mark *mark, struct buf *out)
{
	const struct system *s = &systems[system];
	int err = 0;

	if (!mark->bare && (!mark->open || s->sections))
		err = put(out, s, s->fold_end, mark);
	return err == 0 && mark->failed ? put(out, s, s->error, mark) : err;
}

const char *
ci_last_words(enum ci_system system)
{
	return system == CI_BUILDKITE ? "+++ End of the run\n" : "";
}

char
ci_filler(enum ci_system system)
{
	return systems[system].filler;
}

/* Whether the bytes of command but for its last one are what comes before data[at]. */
static bool
completes(const struct ci_guard *g, const char *command, const char *data, size_t at)
{
	const size_t len = strlen(command) - 1;
	const size_t before = len > at ? len - at : 0; /* of them stand in what was seen earlier */

	return data[at] == command[len] &&
	       memcmp(g->last + sizeof(g->last) - before, command, before) == 0 &&
	       memcmp(data + at - (len - before), command + before, len - before) == 0;
}

/* The last bytes that were seen, data behind them. */
static void
remember(struct ci_guard *g, const char *data, size_t n)
{
	const size_t size = sizeof(g->last);

	if (n >= size) {
		memcpy(g->last, data + n - size, size);
		return;
	}
	memmove(g->last, g->last + n, size - n);
	memcpy(g->last + size - n, data, n);
}

size_t
ci_guard_next(struct ci_guard *g, enum ci_system system, const char *data, size_t n, bool *hit)
{
	size_t at = 0;

	*hit = false;
	while (at < n && !*hit) {
		const char *command = systems[system].commands;

		const bool plain = data[at] != ' ' && utf8_plain(data + at, 1) > 0;

		/* None ends in a letter. */
		for (int i = plain ? 0 : systems[system].n_commands; i > 0; i--) {
			*hit = *hit || completes(g, command, data, at);
			command += strlen(command) + 1;
		}
		at++;
	}
	remember(g, data, at);
	return at;
}

int
ci_defuse(enum ci_system system, struct buf *b, size_t from)
{
	struct ci_guard g = CI_GUARD_INIT;
	struct buf out = {0};
	size_t n;
	bool hit;
	int err = 0;

	for (size_t at = from; at < b->len && err == 0; at += n) {
		n = ci_guard_next(&g, system, b->data + at, b->len - at, &hit);
		err = buf_add(&out, b->data + at, n - hit);
		if (err == 0 && hit)
			err = buf_putc(&out, systems[system].filler);
		if (err == 0 && hit)
			err = buf_putc(&out, b->data[at + n - 1]);
	}
	if (err == 0 && out.len > b->len - from) { /* something was found */
		b->len = from;
		err = buf_add(b, out.data, out.len);
	}
	buf_free(&out);
	return err;
}
