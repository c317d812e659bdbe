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
#include "input/item.h"
#include "input/replace.h"

enum shell_mode {
	SHELL_AUTO,  /* several words: argv; one word with blanks or shell syntax: a script */
	SHELL_JOIN,  /* --shell: the words joined with blanks are a script */
	SHELL_NEVER, /* -q: never; one word is a command name, a whole line is split at blanks */
	/*
	 * As GNU parallel: the words joined with blanks, the values quoted as GNU parallel quotes
	 * them and put into the text, which the shell runs. The only mode whose text is not fixed.
	 */
	SHELL_PASTE,
	SHELL_PASTE_QUOTED, /* the same with each word of the command quoted: GNU parallel's -q */
};

/* What becomes of a replacement string when there are several values. */
enum spread_mode {
	SPREAD_SPLIT,  /* a{}b over 1 2 3 is a1 2 3b: words, split between values */
	SPREAD_REPEAT, /* -X: a1b a2b a3b: the word is repeated for each value */
};

/* Set by the options, then read-only. Strings are not copied and must outlive the template. */
struct template_spec {
	char *const *words; /* the command; n_words 0: every record is a whole command line */
	size_t n_words;
	enum shell_mode mode;
	/* --shell-path or $SPOOL_SHELL; NULL: /bin/sh, which allows direct exec */
	const char *shell;
	struct replace_spec names;
	/* add the values when no replacement string is there (even if {} has no name) */
	bool append;
	enum spread_mode spread;
	char *const *envp; /* searched for exported bash functions (BASH_FUNC_name%%) */
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
 * for {= =}. *notice gets a sentence for the user when a word is exactly | > < && || or ; in an
 * argv template. Both may stay empty.
 */
int template_compile(
    struct template **t, const struct template_spec *spec, struct buf *why, struct buf *notice);

/* Expand into out (reset first). Returns 0 or ENOMEM. The record must not be too_long. */
int template_expand(const struct template *t, const struct replace_input *in, struct argv *out);

/*
 * The same as one line that can be pasted into a POSIX shell and does what the job does: an argv
 * quoted; a script with the values quoted in place where that is exact, else the argument vector
 * with sh -c. Appended to out.
 */
int template_display(const struct template *t, const struct replace_input *in, struct buf *out);

/* What a command takes, for batches. */
struct command_size {
	uint64_t chars;   /* as -s counts: see template_size_start() */
	uint64_t bytes;   /* of all strings, their NULs included */
	uint64_t strings; /* of argv */
	uint64_t longest; /* of one string, its NUL included */
	size_t values;    /* so far */
	/* for template_size_add() only */
	uint64_t further; /* what one more value costs besides itself */
	uint64_t placed;  /* bytes that came into one string */
};

/*
 * The size without values; then with one more row each time. chars is what -s limits: in the paste
 * modes the length of the line as GNU parallel counts it, else that of the words with a byte
 * behind each, as xargs counts. Exact for what template_expand() would make (for -s); bytes and
 * longest may be a little too high, never too low. Cheap: called for each row of millions. A
 * command whose chars are max_chars fits: GNU parallel's length plus one, because it wants less
 * than -s says. One thread at a time for each template.
 */
void template_size_start(const struct template *t, struct command_size *size);
void template_size_add(const struct template *t, const struct row *row, struct command_size *size);

/*
 * Whether each value of a row is an argument as it is, and nothing else of the command depends on
 * it; then the size with a block of rows of one value each.
 */
bool template_takes_arguments(const struct template *t);
void template_size_add_block(const struct block *block, struct command_size *size);

/* Whether bytes and longest may be too high: where a shell is run. */
bool template_size_is_estimate(const struct template *t);

/*
 * What they really are for that record, put into *size, to which more rows may be added then. Costs
 * an expansion. Returns 0 or ENOMEM.
 */
int template_size_exactly(
    const struct template *t, const struct record *record, struct command_size *size);

/* See replace.h. */
unsigned template_needs(const struct template *t);
bool template_counts(const struct template *t);
bool template_wants(const struct template *t, const struct record *record);

/* Whether every record is a whole command line. */
bool template_is_lines(const struct template *t);

void template_free(struct template *t);
void argv_free(struct argv *a);

/*
 * A text with replacement strings (--tagstring, --wd): several values are joined with blanks.
 * repeat: as SPREAD_REPEAT, words between blanks are repeated for each. Compiled by the same
 * rules, never a shell. The strings are not copied.
 */
struct text_template;
int text_template_compile(struct text_template **t, const char *text,
    const struct replace_spec *names, bool repeat, struct buf *why);
int text_template_expand(
    const struct text_template *t, const struct replace_input *in, struct buf *out);
unsigned text_template_needs(const struct text_template *t);
bool text_template_is_fixed(const struct text_template *t); /* the same for every job */
void text_template_free(struct text_template *t);

#endif
