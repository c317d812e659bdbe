/*
 * A command template: compiled once, expanded for each job. Pure: no I/O, no globals; an expansion
 * may run in any thread, with an argument vector of its own. What decides between argv and shell is
 * here and nowhere else.
 */
#ifndef SPOOL_TEMPLATE_H
#define SPOOL_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "input/record.h"

enum shell_mode {
	SHELL_AUTO,  /* several words: argv; one word with blanks or shell syntax: a script */
	SHELL_JOIN,  /* --shell: the words joined with blanks are a script */
	SHELL_NEVER, /* -q: never; one word is a command name, a whole line is split at blanks */
};

/* Set by the options, then read-only. Strings are not copied and must outlive the template. */
struct template_spec {
	char *const *words; /* the command; n_words 0: every record is a whole command line */
	size_t n_words;
	enum shell_mode mode;
	/* --shell-path or $SPOOL_SHELL; NULL: /bin/sh, which allows direct exec */
	const char *shell;
	const char *replacement; /* -I STR; NULL: "{}" */
	bool append;             /* add "{}" when no replacement string is there */
	char *const *envp;       /* searched for exported bash functions (BASH_FUNC_name%%) */
};

/* What a job is: with it an expansion is a pure function. */
struct template_input {
	const struct record *record;
	uint64_t seq;  /* from 1 */
	unsigned slot; /* from 1 */
};

/* An argument vector; zero-initialise, reuse from job to job, argv_free() at the end. */
struct argv {
	char **v; /* NULL-terminated; points into bytes; valid until the next expansion */
	size_t n;
	size_t v_cap;
	struct buf bytes;
	/* v[0] is the same for every job of the template, and exec can tell whether it exists */
	bool shared_word;
};

struct template;

/*
 * Compile. Returns 0, ENOMEM, or EINVAL with a sentence in *why (no "spool: ", no newline), e.g.
 * for {= =}.
 * *notice gets a sentence for the user when a word is exactly | > < && || or ; in an argv template.
 * Both may stay empty.
 */
int template_compile(
    struct template **t, const struct template_spec *spec, struct buf *why, struct buf *notice);

/* Expand into out (reset first). Returns 0 or ENOMEM. The record must not be too_long. */
int template_expand(const struct template *t, const struct template_input *in, struct argv *out);

/*
 * The same as one line that can be pasted into a POSIX shell and does what the job does: an argv
 * quoted; a script with the values quoted in place where that is exact, else the argument vector
 * with sh -c. Appended to out.
 */
int template_display(const struct template *t, const struct template_input *in, struct buf *out);

void template_free(struct template *t);
void argv_free(struct argv *a);

/*
 * A text with replacement strings (--tagstring): compiled by the same rules, never a shell. The
 * strings are not copied.
 */
struct text_template;
int text_template_compile(
    struct text_template **t, const char *text, const char *replacement, struct buf *why);
int text_template_expand(
    const struct text_template *t, const struct template_input *in, struct buf *out);
void text_template_free(struct text_template *t);

#endif
