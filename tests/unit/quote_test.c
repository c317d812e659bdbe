#include <stdio.h>
#include <stdlib.h>

#include "input/quote.h"
#include "tap.h"

static const char *
quoted(const char *word)
{
	static struct buf b;

	buf_reset(&b);
	quote_word(&b, word);
	return buf_string(&b);
}

static const char *
quoted_argv(const char *const *argv)
{
	static struct buf b;

	buf_reset(&b);
	quote_argv(&b, (char *const *)argv);
	return buf_string(&b);
}

static void
test_words(void)
{
	is_str(quoted("file.txt"), "file.txt", "a safe word is bare");
	is_str(quoted("/usr/bin/c++"), "/usr/bin/c++", "so is a path");
	is_str(quoted("--jobs=3"), "--jobs=3", "and an option with its value");
	is_str(quoted("a@b:c,d%"), "a@b:c,d%", "and what looks like an address");
	is_str(quoted(""), "''", "an empty word does not vanish");
	is_str(quoted("a b"), "'a b'", "a blank is quoted");
	is_str(quoted("~"), "'~'", "a tilde is quoted");
	is_str(quoted("=ls"), "'=ls'", "a leading = is quoted");
	is_str(quoted("it's"), "'it'\\''s'", "a single quote leaves the quotes");
	is_str(quoted("'"), "''\\'''", "also alone");
	is_str(quoted("a\nb"), "'a\nb'", "a newline stays in single quotes");
	is_str(quoted("*"), "'*'", "a pattern is quoted");
	is_str(quoted("\xc3\xa4"), "'\xc3\xa4'", "bytes beyond ASCII are quoted");
}

static void
check_pasted(const char *text, const char *want)
{
	struct buf b = {0};

	buf_puts(&b, "x ");
	buf_puts(&b, text);
	quote_pasted(&b, 2);
	is_str(buf_string(&b) + 2, want, "pasted: %s", want);
	is_int(quote_pasted_len(text, strlen(text)), b.len - 2, "and so long");
	buf_free(&b);
}

/* What GNU parallel 20221122 makes of them. */
static void
test_pasted(void)
{
	check_pasted("a-b_c.d+e/F9", "a-b_c.d+e/F9");
	check_pasted("", "''");
	check_pasted("a b", "'a b'");
	check_pasted("a=b", "'a=b'");
	check_pasted("a\nb", "'a\nb'");
	check_pasted("d'e", "'d'\"'\"'e'");
	check_pasted("'", "\"'\"");
	check_pasted("''", "\"'\"''\"'\"");
	check_pasted("'a", "\"'\"'a'");
	check_pasted("a'", "'a'\"'\"");
	check_pasted("\xc3\xa9", "'\xc3\xa9'");
}

static void
test_vectors(void)
{
	static const char *const plain[] = {"echo", "a b", "c=d", NULL};
	static const char *const assignment[] = {"a=b", "a=b", NULL};
	static const char *const job[] = {"%1", "%1", NULL};
	static const char *const reserved[] = {"if", "if", NULL};
	static const char *const nothing[] = {NULL};

	is_str(quoted_argv(plain), "echo 'a b' c=d", "words are separated by one blank");
	is_str(quoted_argv(assignment), "'a=b' a=b", "a first word is no assignment");
	is_str(quoted_argv(job), "'%1' %1", "nor a job");
	is_str(quoted_argv(reserved), "'if' if", "nor a reserved word");
	is_str(quoted_argv(nothing), "", "an empty vector is empty");
}

/* What /bin/sh makes of printf '%s\n.\n' followed by the quoted words. */
static bool
survives(char *const *words, size_t n)
{
	struct buf command = {0};
	struct buf want = {0};
	struct buf got = {0};
	size_t i;
	bool same;
	FILE *f;
	int c;

	buf_puts(&command, "printf '%s\\n.\\n' ");
	quote_argv(&command, words);
	for (i = 0; i < n; i++)
		buf_printf(&want, "%s\n.\n", words[i]);
	f = popen(buf_string(&command), "r");
	while ((c = getc(f)) != EOF)
		buf_putc(&got, (char)c);
	same = pclose(f) == 0 && got.len == want.len && memcmp(got.data, want.data, got.len) == 0;
	buf_free(&command);
	buf_free(&want);
	buf_free(&got);
	return same;
}

static void
test_every_byte_survives(void)
{
	static char storage[255][3][4];
	char *words[255 * 3 + 1];
	size_t n = 0;
	int c;

	/* Alone, at the start and in the middle. */
	for (c = 1; c < 256; c++) {
		const char byte = (char)c;

		memcpy(storage[c - 1][0], (char[]){byte, 0}, 2);
		memcpy(storage[c - 1][1], (char[]){byte, 'a', 0}, 3);
		memcpy(storage[c - 1][2], (char[]){'a', byte, 'a', 0}, 4);
		words[n++] = storage[c - 1][0];
		words[n++] = storage[c - 1][1];
		words[n++] = storage[c - 1][2];
	}
	words[n] = NULL;
	ok(survives(words, n), "every byte comes back from the shell");
}

static void
test_pairs_survive(void)
{
	static const char special[] = "'\"\\$`!&|;<>()[]{}*?#~=%^ \t\n-a";
	static char storage[sizeof(special) * sizeof(special)][3];
	char *words[sizeof(special) * sizeof(special) + 1];
	size_t n = 0;
	size_t i;
	size_t k;

	for (i = 0; special[i]; i++) {
		for (k = 0; special[k]; k++) {
			storage[n][0] = special[i];
			storage[n][1] = special[k];
			words[n] = storage[n];
			n++;
		}
	}
	words[n] = NULL;
	ok(survives(words, n), "so does every pair of special characters");
}

int
main(void)
{
	test_words();
	test_pasted();
	test_vectors();
	test_every_byte_survives();
	test_pairs_survive();
	return done_testing();
}
