/*
 * What a compiled template is made of. Internal to compile.c, expand.c and show.c, which implement
 * template.h.
 */
#ifndef SPOOL_COMPILED_H
#define SPOOL_COMPILED_H

#include <string.h>

#include "input/exported.h"
#include "input/pieces.h"
#include "input/replace.h"
#include "input/script.h"
#include "input/template.h"

enum template_kind {
	TEMPLATE_LINES,    /* every record is a command line */
	TEMPLATE_WORDS,    /* exec the words */
	TEMPLATE_FUNCTION, /* the words call an exported function of bash */
	TEMPLATE_SCRIPT,
};

/* Read-only after template_compile(). */
struct template
{
	enum template_kind kind;
	enum shell_mode mode;
	struct replace_names names;
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
};

/* The text of a whole command line. */
static inline const char *
compiled_line(const struct template_input *in)
{
	return in->record->n > 0 ? record_value(in->record, 0) : "";
}

/* What a shell at this path is called: its $0. */
static inline const char *
compiled_shell_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

#endif
