/*
 * What a compiled template is made of. Internal to compile.c, expand.c, show.c and size.c,
 * which implement template.h.
 */
#ifndef SPOOL_COMPILED_H
#define SPOOL_COMPILED_H

#include <string.h>

#include "input/exported.h"
#include "input/paste.h"
#include "input/pieces.h"
#include "input/replace.h"
#include "input/script.h"
#include "input/template.h"

enum template_kind {
	TEMPLATE_LINES,    /* every record is a command line */
	TEMPLATE_WORDS,    /* exec the words */
	TEMPLATE_FUNCTION, /* the words call an exported function of bash */
	TEMPLATE_SCRIPT,
	TEMPLATE_PASTE, /* a text with the values in it, as GNU parallel makes it */
};

/* What size.c knows before there is a value. */
struct size_plan {
	bool plain_word;     /* the words are fixed but for one, which is the plain value */
	size_t vanishing;    /* words that are there only with a value */
	size_t more_words;   /* words that one more value makes */
	size_t longest;      /* literal text of one word */
	size_t most;         /* replacement strings in one word */
	uint64_t unmeasured; /* bytes that {#} and its like may take in one round of the command */
	struct size_scratch *scratch; /* owned */
};

/* Read-only after template_compile(). */
struct template
{
	enum template_kind kind;
	enum shell_mode mode;
	bool repeat;               /* SPREAD_REPEAT */
	struct replace_set *names; /* owned */
	bool no_names;             /* words are taken as they are */
	bool bare;                 /* xargs shows the words and nothing else */
	struct exported functions;
	const char *shell;    /* runs scripts and lines */
	const char *bash;     /* runs exported functions */
	bool default_shell;   /* shell was not chosen by the user */
	struct pieces *words; /* WORDS, FUNCTION */
	size_t n_words;
	struct buf call;         /* FUNCTION: 'name "$@"' */
	const char *interpreter; /* SCRIPT: shell or bash */
	struct script script;
	struct script_spec source;
	struct buf joined; /* --shell: what source.text points to */
	/* PASTE, LINES: what is run; SCRIPT: only what -s counts */
	struct paste paste;
	struct size_plan plan;
};

/* Fill t->plan. Returns 0 or ENOMEM. */
int compiled_plan_size(struct template *t);
void compiled_plan_release(struct template *t);

/* What a shell at this path is called: its $0. */
static inline const char *
compiled_shell_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

#endif
