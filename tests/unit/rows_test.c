#include <stdlib.h>
#include <string.h>

#include "expanding.h"

static const char *const paths[] = {
    "",
    "a",
    "a.b",
    "/",
    "//",
    "a/",
    ".x",
    "a.",
    "a.b/c",
    "a.b.c.d",
    "d.e/a.b.c",
    "/a//b/",
    "a..b",
    "p q/\xc3\xa4.\xc3\xb6",
};

/* One string over all of the paths. */
static void
test_paths(void)
{
	static const struct {
		const char *text;
		const char *want[sizeof(paths) / sizeof(paths[0])];
	} cases[] = {
	    {"{}", {"", "a", "a.b", "/", "//", "a/", ".x", "a.", "a.b/c", "a.b.c.d", "d.e/a.b.c",
		       "/a//b/", "a..b", "p q/\xc3\xa4.\xc3\xb6"}},
	    {"{.}", {"", "a", "a", "/", "//", "a/", "", "a", "a.b/c", "a.b.c", "d.e/a.b", "/a//b/",
			"a.", "p q/\xc3\xa4"}},
	    {"{/}", {"", "a", "a.b", "", "", "", ".x", "a.", "c", "a.b.c.d", "a.b.c", "", "a..b",
			"\xc3\xa4.\xc3\xb6"}},
	    {"{//}", {".", ".", ".", "/", "/", ".", ".", ".", "a.b", ".", "d.e", "/a", ".", "p q"}},
	    {"{/.}",
		{"", "a", "a", "", "", "", "", "a", "c", "a.b.c", "a.b", "", "a.", "\xc3\xa4"}},
	    {"{..}", {"", "a", "a.b", "/", "//", "a/", ".x", "a.", "a.b/c", "a.b", "d.e/a",
			 "/a//b/", "a", "p q/\xc3\xa4.\xc3\xb6"}},
	    {"{...}", {"", "a", "a.b", "/", "//", "a/", ".x", "a.", "a.b/c", "a", "d.e/a.b.c",
			  "/a//b/", "a..b", "p q/\xc3\xa4.\xc3\xb6"}},
	    {"{/..}", {"", "a", "a.b", "", "", "", ".x", "a.", "c", "a.b", "a", "", "a",
			  "\xc3\xa4.\xc3\xb6"}},
	    {"{/...}", {"", "a", "a.b", "", "", "", ".x", "a.", "c", "a", "a.b.c", "", "a..b",
			   "\xc3\xa4.\xc3\xb6"}},
	    {"{+/}", {"", "", "", "", "/", "a", "", "", "a.b", "", "d.e", "/a//b", "", "p q"}},
	    {"{+.}", {"", "", "b", "", "", "", "x", "", "b/c", "d", "c", "", "b", "\xc3\xb6"}},
	    {"{+..}", {"", "", "", "", "", "", "", "", "", "c.d", "b.c", "", ".b", ""}},
	    {"{+...}", {"", "", "", "", "", "", "", "", "", "b.c.d", "", "", "", ""}},
	};
	size_t i;
	size_t k;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (k = 0; k < sizeof(paths) / sizeof(paths[0]); k++)
			is_str(expanded(&with_plus, cases[i].text, paths[k]), cases[i].want[k],
			    "%s of '%s'", cases[i].text, paths[k]);
	}
}

static void
test_pieces_of_a_value(void)
{
	static const char *const cases[][3] = {
	    {"<{:-x y}>", "", "<x y>"},
	    {"{:-x}", "0", "0"},
	    {"{:-x}", "a", "a"},
	    {"{:0}", "abc", "abc"},
	    {"{:1}", "abc", "bc"},
	    {"<{:3}{:4}{:99999999999999999999999}>", "abc", "<>"},
	    {"{:0:2}", "abc", "ab"},
	    {"{:1:1}", "abc", "b"},
	    {"{:1:9}", "abc", "bc"},
	    {"<{:1:0}{:3:1}{:9:9}>", "abc", "<>"},
	    {"{:1:99999999999999999999999}", "abc", "bc"},
	    {"{:}{:x}{:1x}{:1:}{:1:x}{:1:1:1}{:-}", "abc", "{:}{:x}{:1x}{:1:}{:1:x}{:1:1:1}{:-}"},
	    {"{:1}", "\xc3\xa4", "\xa4"},
	};

	CHECK(&with_plus, cases);
}

static void
test_prefixes(void)
{
	static const char *const cases[][3] = {
	    {"{#z.*z.}", "z.z.z.foo", "z.foo"},
	    {"{##z.*z.}", "z.z.z.foo", "foo"},
	    {"{#a*}", "aab", "aab"},
	    {"{##a*}", "aab", "b"},
	    {"{#a+}", "aab", "ab"},
	    {"{#ab|a}", "abc", "bc"},
	    {"{##a|ab}", "abc", "c"},
	    {"{#(aaa|a|aa)b?}", "aaab", "aab"},
	    {"{#.*/}", "a/b/c", "b/c"},
	    {"{##.*/}", "a/b/c", "c"},
	    {"{#b}", "abc", "abc"},
	    {"{##b}", "abc", "abc"},
	    {"<{#.*}{##.*}>", "abc", "<abc>"},
	    {"<{#a$}{##a$}>", "a", "<>"},
	    {"{#a$} {##a$}", "ab", "ab ab"},
	    {"<{#ab$|abc}>", "abcd", "<d>"},
	    {"<{#^a}>", "aa", "<a>"},
	    {"{#.}", "\xc3\xa4", "\xa4"},
	    {"{#a}", "", ""},
	    {"{###a}{#}", "#a", "{###a}7"},
	    {"{#[^/]*/}{#\\d+}", "12/3", "32/3"},
	};

	CHECK(&with_plus, cases);
}

static void
test_suffixes(void)
{
	static const char *const cases[][3] = {
	    {"{%.z.*z}", "foo.z.z.z", "foo.z"},
	    {"{%%.z.*z}", "foo.z.z.z", "foo"},
	    {"{%b*}", "abb", "abb"},
	    {"{%%b*}", "abb", "a"},
	    {"{%b+}", "abb", "ab"},
	    {"{%c|bc}", "abc", "ab"},
	    {"{%%c|bc}", "abc", "a"},
	    {"{%/.*}", "a/b/c", "a/b"},
	    {"{%%/.*}", "a/b/c", "a"},
	    {"{%\\.[^.]*}", "a.b.c", "a.b"},
	    {"{%b}", "abc", "abc"},
	    {"{%%b}", "abc", "abc"},
	    {"<{%%.*}{%.*}>", "abc", "<abc>"},
	    {"<{%^a}>", "a", "<>"},
	    {"<{%^a}>", "aa", "<aa>"},
	    {"{%%}", "a%%", "a%"},
	    {"{%%%}", "a%%", "a%"},
	    {"{%}", "a", "3"},
	    {"{%.gz}", "", ""},
	    {"{%.tar.gz}.zip", "a.tar.gz", "a.zip"},
	};

	CHECK(&with_plus, cases);
}

static void
test_edits(void)
{
	static const char *const cases[][3] = {
	    {"{/a/X}", "banana", "bXnana"},
	    {"{/a/}", "banana", "bnana"},
	    {"{//a/X}", "banana", "bXnXnX"},
	    {"{//a/}", "banana", "bnn"},
	    {"{//x*/-}", "abc", "-a-b-c-"},
	    {"{//x*/-}", "axxb", "-a--b-"},
	    {"{//x*/-}", "axx", "-a--"},
	    {"{//x*/-}", "", "-"},
	    {"{//^a/X}", "aaa", "Xaa"},
	    {"{//a$/X}", "aaa", "aaX"},
	    {"{/^/X}{/$/Y}", "a", "XaaY"},
	    {"{/\\d+/N}{//\\s+/_}", "a 12\t 3", "a N\t 3a_12_3"},
	    {"{//(a|b)(c)/\\1$1&}", "acbc", "\\1$1&\\1$1&"},
	    {"{////}", "a/b/", "ab"},
	    {"{/////}", "a/b", "a/b"},
	    {"{//a/b/c}", "a/", "b/c/"},
	    {"{//[/]/_}", "a/b", "{//[/]/_}"},
	    {"{/#a/X}{/%a/Y}", "aba", "XbaabY"},
	    {"{/a#/b}{/a%/b}{///}{/a}", "a", "{/a#/b}{/a%/b}{///}{/a}"},
	    {"{^a} {^^a} {^b} {^^[a-b]}", "aabb", "Aabb AAbb aabb AABB"},
	    {"{^.*} {^^.}", "a.b \xc3\xa4", "A.B \xc3\xa4 A.B \xc3\xa4"},
	    {"{,A} {,,A} {,B} {,,[A-B]}", "AABB", "aABB aaBB AABB aabb"},
	    {"{^^}{,,}{^}{,}", "^,a", "^,a^,a{^}{,}"},
	    {"{,,.}", "ABC", "abc"},
	};

	CHECK(&with_plus, cases);
}

/* A longer value than a search from each position could be done with. */
static void
test_long_values(void)
{
	const size_t len = 100000;
	char *value = malloc(len + 2);
	struct replace_set *set;
	const char *got;

	memset(value, 'a', len);
	strcpy(value + len, "z");
	replace_set_new(&set, &with_plus, &why);
	got = expanded_by(set, "{#.*z}", value);
	is_int(strlen(got), 0, "the shortest start of a long value is found");
	got = expanded_by(set, "{#a+}", value);
	is_int(strlen(got), len, "the same where it is short");
	value[0] = 'z';
	got = expanded_by(set, "{%z.*}", value);
	is_int(strlen(got), len, "and the shortest end");
	replace_set_free(set);
	free(value);
}

int
main(void)
{
	test_paths();
	test_pieces_of_a_value();
	test_prefixes();
	test_suffixes();
	test_edits();
	test_long_values();
	free_expanding();
	return done_testing();
}
