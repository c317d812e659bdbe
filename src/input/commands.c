/*
 * Lists of commands: as much grammar as it takes to know where a word starts, which parenthesis
 * closes which, what is a comment, and where a here-document begins. What is no valid script is
 * copied as it is; the shell will say so. Knows nothing of what is inside a word.
 */
#include "input/commands.h"

#include <string.h>

#include "input/direct.h"
#include "input/heredoc.h"
#include "input/quoted.h"

struct list {
	enum scan_end end;
	bool plain;   /* words only: a=(...), f() */
	bool command; /* the next word may name a command */
	bool target;  /* the next word belongs to a redirection */
};

/* Reserved words that are no command, and after which one may follow. */
static const char *const openers[] = {
    "!", "do", "elif", "else", "if", "then", "time", "until", "while", "{", "}"};

/* Builtins and reserved words that leave no trace in the shell that runs them. */
static const char *const harmless[] = {":", "[", "[[", "done", "echo", "esac", "false", "fi",
    "kill", "printf", "pwd", "sleep", "test", "true", "type"};

/* What may change "$@", for the rest of the script or inside a function. */
static const char *const movers[] = {
    ".", "alias", "builtin", "command", "eval", "function", "set", "shift", "source", "trap"};

static bool
is_one_of(const char *word, size_t len, const char *const *list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strlen(list[i]) == len && memcmp(word, list[i], len) == 0)
			return true;
	return false;
}

#define IS_ONE_OF(word, len, list) is_one_of(word, len, list, sizeof(list) / sizeof((list)[0]))

static bool
at_replacement(const struct scan *s)
{
	const struct replacement *what;

	return scan_match(s, 0, &what) > 0;
}

/* A reserved word, alone, at the cursor. */
static bool
at_keyword(const struct scan *s, const char *word)
{
	return scan_at(s, word) && scan_ends_word(scan_peek(s, strlen(word)));
}

static bool
at_case_end(const struct scan *s)
{
	return scan_at(s, ";;") || scan_at(s, ";&") || scan_at(s, ";|");
}

static void
read_word(struct scan *s)
{
	while (at_replacement(s) || !scan_ends_word(scan_peek(s, 0)))
		quoted_word_step(s);
}

/*
 * To the end of the line. A replacement string in it counts as one, though nobody reads its value.
 */
static void
read_comment(struct scan *s)
{
	s->script->has_comment = true;
	while (s->pos < s->len && s->text[s->pos] != '\n') {
		if (at_replacement(s)) {
			s->script->has_replacement = true;
			s->script->not_in_place = true;
		}
		scan_copy(s, 1);
	}
}

/* Blanks, joined lines, newlines with the here-documents that wait for them, comments. */
static bool
read_space(struct scan *s)
{
	if (at_replacement(s))
		return false;
	if (scan_at(s, " ") || scan_at(s, "\t")) {
		scan_copy(s, 1);
	} else if (scan_at(s, "\\\n")) {
		scan_copy(s, 2);
	} else if (scan_at(s, "#")) {
		read_comment(s);
	} else if (scan_at(s, "\n")) {
		scan_copy(s, 1);
		heredoc_bodies(s);
	} else {
		return false;
	}
	return true;
}

static void
read_all_space(struct scan *s)
{
	while (read_space(s))
		continue;
}

static void read_list(struct scan *s, struct list *l);

static void
read_nested(struct scan *s, struct list inner)
{
	if (!scan_enter(s))
		return;
	read_list(s, &inner);
	scan_leave(s);
}

/* The patterns of a case item up to the closing parenthesis; false: that is no item. */
static bool
read_patterns(struct scan *s)
{
	s->command_word = true; /* so that a value shown here is quoted: esac is no pattern */
	if (scan_at(s, "("))
		scan_copy(s, 1);
	while (s->pos < s->len) {
		if (scan_at(s, ")") && !at_replacement(s)) {
			scan_copy(s, 1);
			return true;
		}
		if (at_replacement(s) || !scan_ends_word(scan_peek(s, 0)))
			read_word(s);
		else if (scan_at(s, " ") || scan_at(s, "\t") || scan_at(s, "|"))
			scan_copy(s, 1);
		else
			return false;
	}
	return false;
}

/* Behind the word case: "WORD in [(]PATTERN) LIST ;; ... esac". */
static void
read_case(struct scan *s)
{
	s->command_word = false;
	read_all_space(s);
	read_word(s);
	read_all_space(s);
	if (!at_keyword(s, "in"))
		return;
	scan_copy(s, 2);
	for (;;) {
		read_all_space(s);
		if (at_keyword(s, "esac")) {
			scan_copy(s, 4);
			return;
		}
		if (!read_patterns(s))
			return;
		read_nested(s, (struct list){.end = SCAN_TO_CASE_END, .command = true});
		if (at_case_end(s))
			scan_copy(s, scan_at(s, ";;&") ? 3 : 2);
		else if (!at_keyword(s, "esac"))
			return;
	}
}

static bool
is_assignment(const char *word, size_t len)
{
	const char *equals = memchr(word, '=', len);

	return equals && equals != word;
}

/* A word was read where a command may stand: what does it make of what follows? */
static void
take_command_word(struct scan *s, struct list *l, size_t start)
{
	const char *word = s->text + start;
	const size_t len = s->pos - start;
	bool plain = true;
	size_t i;

	if (len == 4 && memcmp(word, "case", 4) == 0) {
		read_case(s);
		l->command = false;
		return;
	}
	if (IS_ONE_OF(word, len, openers))
		return;
	for (i = 0; i < len && plain; i++)
		plain = !strchr("$`\\\"'{}", word[i]);
	if (!plain || is_assignment(word, len) ||
	    (direct_is_builtin(word, len) && !IS_ONE_OF(word, len, harmless)))
		s->script->changes_shell = true;
	if ((!plain && !is_assignment(word, len)) || IS_ONE_OF(word, len, movers))
		s->script->moves_values = true;
	/* A=1 B=2 command */
	l->command = is_assignment(word, len) && !scan_at(s, "(");
}

static void
read_list_word(struct scan *s, struct list *l)
{
	const size_t start = s->pos;

	s->command_word = l->command && !l->target && !l->plain;
	s->splits = !l->target;
	s->word_start = start;
	read_word(s);
	s->splits = false;
	scan_close_word(s, start);
	if (s->command_word)
		take_command_word(s, l, start);
	s->command_word = false;
	l->target = false;
}

static void
close_paren(struct scan *s)
{
	if (scan_at(s, ")"))
		scan_copy(s, 1);
	else
		s->script->incomplete = true;
}

/* ((...)) of bash; no << in it is a here-document. */
static void
read_arithmetic(struct scan *s, size_t end)
{
	s->script->changes_shell = true;
	s->command_word = true;
	while (s->pos < end)
		quoted_word_step(s);
	scan_copy(s, 2);
	s->command_word = false;
}

static void
read_paren(struct scan *s, struct list *l)
{
	const size_t end = quoted_arithmetic_end(s, 0);
	const bool changes_shell = s->script->changes_shell;

	if (end > 0) {
		read_arithmetic(s, end);
		l->command = false;
		return;
	}
	scan_copy(s, 1);
	read_nested(
	    s, (struct list){.end = SCAN_TO_PAREN, .plain = !l->command, .command = l->command});
	close_paren(s);
	/* A subshell keeps to itself what it changes; f() and a=() do not. */
	s->script->changes_shell = changes_shell || !l->command;
	s->script->moves_values |= !l->command;
	/* Behind f() stands a command. */
	l->command = !l->command;
}

static void
read_redirection(struct scan *s, struct list *l)
{
	if (scan_at(s, "<<<")) {
		scan_copy(s, 3);
	} else if (scan_at(s, "<<")) {
		heredoc_open(s);
		return;
	} else if (scan_peek(s, 1) == '(') {
		/* <(...) of bash */
		scan_copy(s, 2);
		read_nested(s, (struct list){.end = SCAN_TO_PAREN, .command = true});
		close_paren(s);
		return;
	} else {
		scan_copy(s, 1);
		while (scan_at(s, ">") || scan_at(s, "&") || scan_at(s, "|"))
			scan_copy(s, 1);
	}
	l->target = true;
}

static bool
at_end(const struct scan *s, const struct list *l)
{
	if (s->pos >= s->len)
		return true;
	if (l->end == SCAN_TO_END || at_replacement(s))
		return false;
	return scan_at(s, ")") || (l->end == SCAN_TO_CASE_END &&
				      (at_case_end(s) || (l->command && at_keyword(s, "esac"))));
}

static void
read_token(struct scan *s, struct list *l)
{
	if (at_replacement(s) || !scan_ends_word(scan_peek(s, 0))) {
		read_list_word(s, l);
	} else if (scan_at(s, "(")) {
		read_paren(s, l);
	} else if (scan_at(s, "<") || scan_at(s, ">")) {
		read_redirection(s, l);
	} else {
		if (scan_at(s, ")") || at_case_end(s))
			s->script->incomplete = true; /* nothing was open */
		scan_copy(s, 1);
		l->command = true;
		l->target = false;
	}
}

static void
read_list(struct scan *s, struct list *l)
{
	while (!at_end(s, l)) {
		const bool newline = scan_at(s, "\n");

		if (read_space(s)) {
			l->command |= newline;
			continue;
		}
		read_token(s, l);
		if (s->depth == 0) {
			s->last_out = s->out->len;
			s->last_pos = s->pos;
		}
	}
}

void
commands_read(struct scan *s, enum scan_end end)
{
	struct heredocs *outer = s->heredocs;
	const bool command_word = s->command_word;
	const bool splits = s->splits;
	const size_t word_start = s->word_start;
	const bool changes_shell = s->script->changes_shell;

	s->heredocs = NULL;
	read_list(s, &(struct list){.end = end, .command = true});
	heredoc_drop(s);
	s->heredocs = outer;
	s->command_word = command_word;
	s->splits = splits;
	s->word_start = word_start;
	if (s->depth > 0)
		s->script->changes_shell = changes_shell; /* that was a subshell */
}
