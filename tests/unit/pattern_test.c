#include <errno.h>
#include <regex.h>
#include <string.h>

#include "input/pattern.h"
#include "random.h"
#include "tap.h"

static struct buf why;

static int
compiled(struct pattern *p, const char *text, unsigned place)
{
	buf_reset(&why);
	return pattern_compile_at(p, text, strlen(text), place, &why);
}

/* What the pattern matches in text, in < >. */
static const char *
marked(const char *pattern, unsigned place, const char *text)
{
	static struct buf b;
	struct pattern p;
	size_t start;
	size_t end;

	buf_reset(&b);
	if (compiled(&p, pattern, place) != 0)
		return "refused";
	if (!pattern_find(&p, text, strlen(text), 0, true, &start, &end)) {
		buf_puts(&b, "none");
	} else {
		buf_add(&b, text, start);
		buf_putc(&b, '<');
		buf_add(&b, text + start, end - start);
		buf_putc(&b, '>');
		buf_puts(&b, text + end);
	}
	pattern_release(&p);
	return buf_string(&b);
}

static const struct {
	const char *pattern;
	const char *text;
	const char *want;
} found[] = {
    {"b", "abc", "a<b>c"},
    {"", "abc", "<>abc"},
    {"a|ab", "abc", "<ab>c"},
    {"(a|ab)(c|bcd)", "abcd", "<abcd>"},
    {"a*", "aaab", "<aaa>b"},
    {"a+b?", "caab", "c<aab>"},
    {"a{2}", "aaa", "<aa>a"},
    {"a{2,}", "aaa", "<aaa>"},
    {"a{1,2}", "aaa", "<aa>a"},
    {"a{,2}", "aaa", "<aa>a"},
    {"a{0}b", "aab", "aa<b>"},
    {"a{255}", "a", "none"},
    {"{", "a{b", "a<{>b"},
    {"a{x}", "a{x}", "<a{x}>"},
    {"a{,}", "a{,}", "<a{,}>"},
    {"a{1", "a{1", "<a{1>"},
    {"}", "a}", "a<}>"},
    {"]", "a]", "a<]>"},
    {"^a", "aa", "<a>a"},
    {"a$", "aa", "a<a>"},
    {"^$", "", "<>"},
    {"a^b", "a^b", "none"},
    {"a$b", "a$b", "none"},
    {"(^|,)a", "b,a", "b<,a>"},
    {"a.c", "a\nc", "<a\nc>"},
    {"a||b", "cb", "<>cb"},
    {"()a", "ba", "b<a>"},
    {"(a|)b", "b", "<b>"},
    {"(?:a|b)+", "cab", "c<ab>"},
    {"((a)(b))", "ab", "<ab>"},
    {"\\.", "a.b", "a<.>b"},
    {"\\\\", "a\\b", "a<\\>b"},
    {"\\/\\-\\,\\<\\>\\'\\`\\\"", "/-,<>'`\"", "</-,<>'`\">"},
    {"\\(\\)\\[\\]\\{\\}\\*\\+\\?\\^\\$\\|", "()[]{}*+?^$|", "<()[]{}*+?^$|>"},
    {"\\t\\n\\r\\f\\v", "\t\n\r\f\v", "<\t\n\r\f\v>"},
    {"\\s+", "a \t\n\v\f\rb", "a< \t\n\v\f\r>b"},
    {"\\S+", " \tab\xe9 ", " \t<ab\xe9> "},
    {"\\d+", "a0129b", "a<0129>b"},
    {"\\D+", "1a-2", "1<a->2"},
    {"\\w+", "-aZ_09\xc3", "-<aZ_09>\xc3"},
    {"\\W+", "a-\xc3\xa4 b", "a<-\xc3\xa4 >b"},
    {"[\\s,]+", "a, \tb", "a<, \t>b"},
    {"[^\\s,]+", ", ab\xff,", ", <ab\xff>,"},
    {"[\\D]", "1a", "1<a>"},
    {"[\\S\\s]+", "a b", "<a b>"},
    {"[^\\W_]+", "_ab9_", "_<ab9>_"},
    {"[\\w.-]+", " a.b-c ", " <a.b-c> "},
    {"[\\w-.]+", " a.b-c ", " <a.b-c> "},
    {"[a-\\d]+", "b-a1", "b<-a1>"},
    {"[]a]+", "b]a", "b<]a>"},
    {"[^]a]+", "]b", "]<b>"},
    {"[a-c]+", "xabcd", "x<abc>d"},
    {"[--/]+", "+-./0", "+<-./>0"},
    {"[a-]+", "b-a", "b<-a>"},
    {"[-a]+", "b-a", "b<-a>"},
    {"[^-]", "-^", "-<^>"},
    {"[\\^-]+", "a-^", "a<-^>"},
    {"[[:digit:]x]+", "ax1", "a<x1>"},
    {"[^[:alpha:]]+", "ab12c", "ab<12>c"},
    {"[[=a=][.-.]]+", "ba-", "b<a->"},
    {"[[]", "a[", "a<[>"},
    {"[[.]", "a", "refused"},
    {"\xc3\xa4", "h\xc3\xa4", "h<\xc3\xa4>"},
    {"h.l", "h\xe4l", "<h\xe4l>"},
    {"[\xc3-\xc4]", "a\xc4", "a<\xc4>"},
    {"[^a]+", "a\x80\xff\x01", "a<\x80\xff\x01>"},
};

static void
test_matches(void)
{
	size_t i;

	for (i = 0; i < sizeof(found) / sizeof(found[0]); i++)
		is_str(marked(found[i].pattern, 0, found[i].text), found[i].want, "%s",
		    found[i].pattern);
}

static void
test_places(void)
{
	is_str(marked("a|b", PATTERN_AT_START, "ba"), "<b>a", "a pattern at the start");
	is_str(marked("b", PATTERN_AT_START, "ab"), "none", "not behind it");
	is_str(marked("a*", PATTERN_AT_START, "ba"), "<>ba", "it may match nothing there");
	is_str(marked("a|b", PATTERN_AT_END, "ab"), "a<b>", "a pattern at the end");
	is_str(marked("a", PATTERN_AT_END, "ab"), "none", "not before it");
	is_str(marked("b+", PATTERN_AT_END, "abb"), "a<bb>", "the longest at the end");
	is_str(marked("a|ab", PATTERN_AT_START | PATTERN_AT_END, "ab"), "<ab>", "the whole");
	is_str(
	    marked("a)(b", PATTERN_AT_START, "ab"), "refused", "a place balances no parentheses");
}

static const struct {
	const char *pattern;
	const char *reason;
} refused[] = {
    {"(", "parentheses not balanced"},
    {"(a", "parentheses not balanced"},
    {"a)", "parentheses not balanced"},
    {"[", "a bracket is not closed"},
    {"[a", "a bracket is not closed"},
    {"[]", "a bracket is not closed"},
    {"[^]", "a bracket is not closed"},
    {"[a\\]", "a bracket is not closed"},
    {"[[:alpha:", "a bracket is not closed"},
    {"[[:alpha]", "a bracket is not closed"},
    {"[a-", "a bracket is not closed"},
    {"[\\", "a backslash at the end"},
    {"[a-\\", "a backslash at the end"},
    {"a\\", "a backslash at the end"},
    {"[[:nope:]]", "a class of characters that is not known"},
    {"[[.space.]]", "a class of characters that is not known"},
    {"[b-a]", "a range whose ends are the wrong way round"},
    {"[^\\s\\S]", "a bracket that matches nothing"},
    {"*a", "a repetition of nothing"},
    {"a|+", "a repetition of nothing"},
    {"(?", "(? is not known"},
    {"(?i)a", "(? is not known"},
    {"(*)", "a repetition of nothing"},
    {"{2}", "a repetition of nothing"},
    {"^*", "a repetition of an anchor"},
    {"a$+", "a repetition of an anchor"},
    {"a+?", "a repetition of a repetition (there are no lazy ones)"},
    {".*?a", "a repetition of a repetition (there are no lazy ones)"},
    {"a**", "a repetition of a repetition (there are no lazy ones)"},
    {"a{2}{3}", "a repetition of a repetition (there are no lazy ones)"},
    {"a{256}", "more than 255 repetitions"},
    {"a{1,99999999999999999999}", "more than 255 repetitions"},
    {"a{3,2}", "an interval whose ends are the wrong way round"},
    {"(a)\\1", "back-references are not known"},
    {"\\b", "\\b is not known"},
    {"[\\x]", "\\x is not known"},
    {"\\0", "\\0 is not known"},
};

static void
test_refused(void)
{
	struct pattern p;
	size_t i;

	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		is_int(compiled(&p, refused[i].pattern, 0), EINVAL, "%s is refused",
		    refused[i].pattern);
		is_str(buf_string(&why), refused[i].reason, "with a reason");
	}
}

/* Whether a bracket matches just the bytes of members, or, negated, all others. */
static bool
is_exact(const char *bracket, const char *members, bool negated)
{
	struct pattern p;
	bool exact = true;
	unsigned byte;

	if (compiled(&p, bracket, PATTERN_AT_START | PATTERN_AT_END) != 0)
		return false;
	for (byte = 1; byte < 256; byte++) {
		const char text[] = {(char)byte, '\0'};
		const bool wanted = (strchr(members, (char)byte) != NULL) != negated;
		size_t start;
		size_t end;

		if (pattern_find(&p, text, 1, 0, true, &start, &end) != wanted)
			exact = false;
	}
	pattern_release(&p);
	return exact;
}

/* Every set of the bytes that are hard to write in a bracket. */
static void
test_brackets(void)
{
	static const char hard[] = "]^-[\\.:=a";
	unsigned set;
	unsigned wrong = 0;

	for (set = 1; set < 1U << (sizeof(hard) - 1); set++) {
		struct buf all = {0};
		struct buf others = {0};
		struct buf members = {0};
		size_t i;

		buf_puts(&all, "[");
		buf_puts(&others, "[^");
		for (i = 0; i < sizeof(hard) - 1; i++) {
			if (!(set & 1U << i))
				continue;
			buf_putc(&members, hard[i]);
			buf_printf(&all, hard[i] == 'a' ? "%c" : "\\%c", hard[i]);
			buf_printf(&others, hard[i] == 'a' ? "%c" : "\\%c", hard[i]);
		}
		buf_puts(&all, "]");
		buf_puts(&others, "]");
		wrong += !is_exact(buf_string(&all), buf_string(&members), false);
		wrong += !is_exact(buf_string(&others), members.data, true);
		buf_free(&all);
		buf_free(&others);
		buf_free(&members);
	}
	is_int(wrong, 0, "every bracket of ] ^ - [ \\ . : = matches its bytes and no other");
}

static void
test_shortest(void)
{
	struct pattern p;
	size_t end = 0;

	compiled(&p, "a+b?|x*", PATTERN_AT_START);
	ok(pattern_find_shortest(&p, "aab", 3, &end) && end == 0, "the shortest match is empty");
	pattern_release(&p);
	compiled(&p, "ab$|a.*b", PATTERN_AT_START);
	ok(pattern_find_shortest(&p, "acbb", 4, &end) && end == 3, "the shortest is found");
	ok(pattern_find_shortest(&p, "ab", 2, &end) && end == 2, "with an anchor at the end too");
	ok(!pattern_find_shortest(&p, "cab", 3, &end), "not behind the start");
	pattern_release(&p);
}

static void
test_positions(void)
{
	struct pattern p;
	size_t start = 0;
	size_t end = 0;

	compiled(&p, "^a", 0);
	ok(!pattern_find(&p, "aa", 2, 1, false, &start, &end), "^ does not match in the middle");
	ok(pattern_find(&p, "aa", 2, 1, true, &start, &end) && start == 1 && end == 2,
	    "it does where the caller says so");
	pattern_release(&p);
	compiled(&p, "b*", 0);
	ok(pattern_find(&p, "abb", 3, 1, false, &start, &end) && start == 1 && end == 3,
	    "positions count from the start of the text");
	ok(pattern_find(&p, "abb", 3, 3, false, &start, &end) && start == 3 && end == 3,
	    "nothing is found at the end");
	ok(!pattern_find(&p, "abb", 3, 4, false, &start, &end), "and not behind it");
	pattern_release(&p);
	buf_reset(&why);
	is_int(pattern_compile(&p, "a)", 1, &why), 0, "only len bytes of a pattern are read");
	pattern_release(&p);
}

#ifdef __GLIBC__ /* others have mistakes of their own */

static unsigned
drawn(unsigned n)
{
	static uint64_t state = 1;

	return random_below(&state, n);
}

/* A random expression that every libc reads alike. */
static void
draw(struct buf *out, unsigned depth)
{
	static const char *const atoms[] = {"a", "b", ".", "[ab]", "[^a]", "c"};
	static const char *const repeats[] = {"*", "+", "?", "{2}", "{1,2}", "{0,3}", "{2,}"};
	const unsigned n = 1 + drawn(3);

	for (unsigned i = 0; i < n; i++) {
		if (depth > 0 && drawn(3) == 0) {
			buf_putc(out, '(');
			draw(out, depth - 1);
			if (drawn(2) == 0) {
				buf_putc(out, '|');
				draw(out, depth - 1);
			}
			buf_putc(out, ')');
		} else {
			buf_puts(out, atoms[drawn(6)]);
		}
		if (drawn(3) == 0)
			buf_puts(out, repeats[drawn(7)]);
	}
}

/* Whether the libc finds the same. */
static bool
agrees(const char *pattern, const char *text)
{
	regmatch_t match = {0, 0};
	struct pattern p;
	regex_t regex;
	size_t start = 0, end = 0;
	bool want, have;

	if (regcomp(&regex, pattern, REG_EXTENDED) != 0 || compiled(&p, pattern, 0) != 0)
		return false;
	want = regexec(&regex, text, 1, &match, 0) == 0;
	have = pattern_find(&p, text, strlen(text), 0, true, &start, &end);
	pattern_release(&p);
	regfree(&regex);
	return have == want &&
	       (!have || (start == (size_t)match.rm_so && end == (size_t)match.rm_eo));
}

static void
test_random_expressions(void)
{
	struct buf pattern = {0};
	char text[16];
	unsigned differ = 0;

	for (unsigned i = 0; i < 4000; i++) {
		const unsigned len = drawn(15);

		buf_reset(&pattern);
		draw(&pattern, 2);
		for (unsigned k = 0; k < len; k++)
			text[k] = "abcd"[drawn(4)];
		text[len] = '\0';
		if (!agrees(buf_string(&pattern), text) && differ++ < 5)
			printf("# %s in %s\n", pattern.data, text);
	}
	is_int(differ, 0, "4000 random expressions match what they match for the libc");
	buf_free(&pattern);
}

#else

static void
test_random_expressions(void)
{
	ok(true, "random expressions are compared with what they match for glibc # skip");
}

#endif

int
main(void)
{
	test_matches();
	test_places();
	test_refused();
	test_brackets();
	test_shortest();
	test_positions();
	test_random_expressions();
	buf_free(&why);
	return done_testing();
}
