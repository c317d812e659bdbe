/*
 * One pass over a shell script that copies it and puts variables where replacement strings stand:
 * the cursor, the output and what was found. The grammar is above this floor. Internal to the
 * script scanner.
 */
#ifndef SPOOL_SCAN_H
#define SPOOL_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "input/replace.h"

/* The shell variables that hold the values: this and a number, 0 for the plain value. */
#define SCAN_VARIABLE "_spool_"

/* How a value may be shown where its replacement string stands. */
enum site_quoting {
	SITE_WORD,   /* a word of its own: quoted if it needs it */
	SITE_PART,   /* part of a word, or where a command may start: quoted always */
	SITE_DOUBLE, /* inside "...": close, quote, open again */
	SITE_SINGLE, /* inside '...' */
};

struct script_site {
	size_t at; /* where in the source */
	size_t len;
	struct replacement what;
	enum site_quoting quoting;
};

/* What a pass leaves behind. Zero-initialise. */
struct script {
	struct buf text;             /* the rewritten script */
	struct replacement *derived; /* _spool_1 ... hold these */
	size_t n_derived;
	/* in the order of the source; complete only while !not_in_place */
	struct script_site *sites;
	size_t n_sites;
	bool uses_value;      /* _spool_0 is wanted */
	bool has_replacement; /* somewhere, be it in a comment */
	bool positional;      /* $1 or its like */
	bool not_in_place;    /* a value shown in its place would not be exact somewhere */
	bool incomplete;      /* a quote or bracket is never closed */
	bool changes_shell;   /* a command may change the shell it runs in, or end it */
	bool has_comment;
	bool has_heredoc;
};

/* What surrounds a replacement string, so how its variable is written. */
enum scan_context {
	SCAN_BARE,   /* nothing: "${v}" */
	SCAN_DOUBLE, /* "..." or what is like it: ${v} */
	SCAN_SINGLE, /* '...': closed, "${v}", opened again */
	SCAN_ANSI,   /* $'...': likewise */
};

enum scan_end {
	SCAN_TO_END,      /* of the text */
	SCAN_TO_PAREN,    /* ) that is not part of the list */
	SCAN_TO_CASE_END, /* ;; or esac */
};

struct heredocs;

struct scan {
	const char *text;
	size_t len;
	size_t pos;
	struct buf *out;
	struct script *script;
	const struct replace_names *names; /* NULL: text without replacement strings */
	int error;                         /* sticky: ENOMEM, or EINVAL when nested too deeply */
	unsigned depth;
	unsigned shielded;         /* > 0: nothing in here can be shown in place */
	bool command_word;         /* the word being read may name a command */
	struct heredocs *heredocs; /* wait for the next newline of this list */
	/* behind the last token of the outermost list: in out, in text */
	size_t last_out;
	size_t last_pos;
	/* Reads commands up to end, with here-documents of their own. */
	void (*list)(struct scan *s, enum scan_end end);
};

/* The byte ahead of the cursor, -1 behind the end. */
int scan_peek(const struct scan *s, size_t ahead);
bool scan_at(const struct scan *s, const char *what);

/* Copy n bytes of the text and move on. */
void scan_copy(struct scan *s, size_t n);

/* Put text that the script did not have. */
void scan_put(struct scan *s, const char *text);

/* Replace len bytes of the output at at. */
void scan_splice(struct scan *s, size_t at, size_t len, const char *text, size_t text_len);

/* The length of the replacement string that starts ahead of the cursor, or 0. None starts in ${. */
size_t scan_match(const struct scan *s, size_t ahead, struct replacement *found);

/* If a replacement string starts here, put its variable and move behind it. */
bool scan_replace(struct scan *s, enum scan_context context);

/* "${_spool_3}" without the quotes, for what. */
void scan_put_variable(struct scan *s, struct replacement what);

/* Every nested construct goes one deeper; false: too deep, nothing is read. */
bool scan_enter(struct scan *s);
void scan_leave(struct scan *s);

#endif
