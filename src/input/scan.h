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
	const struct replacement *what;
	enum site_quoting quoting;
	bool each;   /* replace_is_each() */
	bool splits; /* several values are several words here */
	/* where what is repeated with it starts and ends; closed: both are known */
	bool closed;
	size_t from;
	size_t to;
};

/* What is run when there is not exactly one value. */
enum script_several {
	SCRIPT_JOINED,   /* the same; the variables hold all values, joined with blanks */
	SCRIPT_AT,       /* a text with "$@" */
	SCRIPT_IN_PLACE, /* the source with the values quoted where they stand */
};

/* What a pass leaves behind. Zero-initialise. */
struct script {
	struct buf text;                    /* the rewritten script */
	const struct replacement **derived; /* _spool_1 ... hold these */
	size_t n_derived;
	enum script_several several;
	struct buf at_text; /* SCRIPT_AT */
	/* in the order of the source; complete only while !not_in_place */
	struct script_site *sites;
	size_t n_sites;
	bool uses_value;      /* _spool_0 is wanted */
	bool has_replacement; /* somewhere, be it in a comment */
	bool positional;      /* $1 or its like */
	bool not_in_place;    /* a value shown in its place would not be exact somewhere */
	bool incomplete;      /* a quote or bracket is never closed */
	bool changes_shell;   /* a command may change the shell it runs in, or end it */
	bool moves_values;    /* "$@" may be something else somewhere */
	/* each-value strings: one splits; one that is not plain splits; one is not a word alone */
	bool each_splits;
	bool derived_splits;
	bool each_in_context;
	bool no_repeat; /* some surroundings can't be repeated as text */
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
	struct replace_set *names; /* NULL: text without replacement strings */
	bool use_at;               /* write "$@" where several values split */
	int error;                 /* sticky: ENOMEM, or EINVAL when nested too deeply */
	unsigned depth;
	unsigned shielded;         /* > 0: nothing in here can be shown in place */
	bool command_word;         /* the word being read may name a command */
	bool splits;               /* the word being read becomes several words */
	size_t word_start;         /* where it starts */
	struct heredocs *heredocs; /* wait for the next newline of this list */
	/* behind the last token of the outermost list: in out, in text */
	size_t last_out;
	size_t last_pos;
	/* Reads commands up to end, with here-documents of their own. */
	void (*list)(struct scan *s, enum scan_end end);
};

/* The byte ahead of the cursor, -1 behind the end. */
int scan_peek(const struct scan *s, size_t ahead);

/* Does a word of the shell end before this byte (or at -1)? */
bool scan_ends_word(int c);
bool scan_at(const struct scan *s, const char *what);

/* Copy n bytes of the text and move on. */
void scan_copy(struct scan *s, size_t n);

/* Put text that the script did not have. */
void scan_put(struct scan *s, const char *text);

/* Replace len bytes of the output at at. */
void scan_splice(struct scan *s, size_t at, size_t len, const char *text, size_t text_len);

/* The length of the replacement string that starts ahead of the cursor, or 0. None starts in ${. */
size_t scan_match(const struct scan *s, size_t ahead, const struct replacement **found);

/* If a replacement string starts here, put its variable and move behind it. */
bool scan_replace(struct scan *s, enum scan_context context);

/* "${_spool_3}" without the quotes, for what. */
void scan_put_variable(struct scan *s, const struct replacement *what);

/* Behind a word of a command that started at start: its blank-delimited parts are known. */
void scan_close_word(struct scan *s, size_t start);

/* Every nested construct goes one deeper; false: too deep, nothing is read. */
bool scan_enter(struct scan *s);
void scan_leave(struct scan *s);

#endif
