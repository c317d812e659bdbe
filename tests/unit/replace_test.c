#include <stdlib.h>
#include <string.h>

#include "expanding.h"

static const struct replace_spec usual = {.value = "{}"};

static void
test_plain(void)
{
	static const char *const cases[][3] = {
	    {"{#}", "a", "7"},
	    {"{%}", "a", "3"},
	    {"{#}{%}", "a|b", "73"},
	    {"{}", "a|b.c", "a b.c"},
	    {"{.}", "a.b|c.d", "a c"},
	    {"<{}>", "", "<>"},
	    {"{}{}", "a", "aa"},
	    {"{{}}", "a", "{a}"},
	    {"{", "a", "{"},
	    {"{.", "a", "{."},
	    {"{foo}{ }{.x}{+1}{1x}{#1}", "a", "{foo}{ }{.x}{+1}{1x}{#1}"},
	    {"{}", "{}", "{}"},
	    {"{..}{##}{0#}{slot}{uniq}{choose_k}{:1}{%a}", "a.b",
		"{..}{##}{0#}{slot}{uniq}{choose_k}{:1}{%a}"},
	};

	CHECK(&usual, cases);
}

static void
test_positions(void)
{
	static const char *const cases[][3] = {
	    {"{1}{2}{3}", "a|b|c", "abc"},
	    {"{-1}{-2}{-3}", "a|b|c", "cba"},
	    {"<{4}{-4}{4.}{4//}{999999999999999999999}{-999999999999999999999}>", "a|b|c", "<>"},
	    {"{2.} {2/} {2//} {2/.}", "a|b/c.d", "b/c c.d b c"},
	    {"{-1.} {-1/} {-1//} {-1/.}", "a|b/c.d", "b/c c.d b c"},
	    {"{01}{002.}", "a|b.c", "ab"},
	    {"{2 } {2 /.} {-1\t//}", "a|b/c.d", "b/c.d c b"},
	    {"{0} {0.}", "a.b|c.d", "a.b c.d a c"},
	    {"{ 1}{1 x}{-}{--1}{1-}{1", "a", "{ 1}{1 x}{-}{--1}{1-}{1"},
	    {"{1#}{2%}", "a|b", "{1#}{2%}"},
	};
	static const char *const plus[][3] = {
	    {"{2..} {2...} {2/..} {2/...}", "a|d/b.c.d", "d/b d/b.c.d b b.c.d"},
	    {"{2+/} {2+.} {-1+..} {2+...}", "a|d/b.c.d.e", "d e d.e c.d.e"},
	    {"{2%.c} {2%%b.*} {2#a} {2##.*b}", "x|abc", "a a bc c"},
	    {"{2/b/x} {2//./x} {2:1} {2:1:1}", "x|abc", "axc xxx bc b"},
	    {"{1:-x} {2:-x} <{3:-x}>", "|abc", "x abc <>"},
	    {"{2^a} {2^^b} {2,A} {2,,B}", "x|aBbA", "ABbA aBBA aBbA abbA"},
	    {"{-1 %c}", "x|abc", "ab"},
	    {"{0#a}{0%c}", "abc", "bcab"},
	    {"{1uniq}{2choose_k}{1slot}{1##}", "a|b", "ab{1slot}{1##}"},
	};

	CHECK(&usual, cases);
	CHECK(&with_plus, plus);
}

static void
test_counts(void)
{
	static const char *const cases[][3] = {
	    {"{##}", "a|b", "150"},
	    {"{0#}", "a", "007"},
	    {"{0%}", "a", "03"},
	    {"{slot}", "a|b", "3"},
	    {"{#}{%}", "a|b", "73"},
	    {"{uniq}{choose_k}", "a", "aa"},
	    {"{uniq}", "a|b", "a b"},
	};

	CHECK(&with_plus, cases);
}

static void
test_renamed(void)
{
	static const struct replace_spec bare = {.value = ",,", .no_extension = ",,.", .seq = "#"};
	static const struct replace_spec braced = {.value = "{v}", .base = "{b}", .slot = "{s}"};
	static const struct replace_spec all = {
	    .value = "V",
	    .no_extension = "NE",
	    .base = "B",
	    .directory = "D",
	    .base_no_extension = "BNE",
	    .seq = "Q",
	    .slot = "S",
	};
	static const struct replace_spec swapped = {.value = "{}", .no_extension = "{}"};
	static const struct replace_spec taken = {.value = "{.}"};
	static const struct replace_spec only = {.value = "{}", .only_value = true, .plus = true};
	static const struct replace_spec none = {.value = NULL};
	static const struct replace_spec nothing = {.value = NULL, .only_value = true};
	static const struct replace_spec empty = {.value = "", .only_value = true};

	is_str(expanded(&bare, ",, ,,. {} {.} {1} {1.} # {#} {/}", "a.b"),
	    "a.b a {} {.} {1} {1.} 7 {7} a.b",
	    "a renamed string loses its old name and its positions");
	is_str(expanded(&bare, ",,,", "a"), "a,", "the first comes first");
	is_str(expanded(&braced, "{v} {b} {s} {2v} {-1b} {} {/} {%} {2} {2/} {2.} {2s}", "x|a/b.c"),
	    "x a/b.c x b.c 3 a/b.c b.c {} {/} {%} {2} {2/} a/b {2s}",
	    "one that begins with { has positions");
	is_str(expanded(&all, "V NE B D BNE Q S {}{.}{/}{//}{/.}{#}{%}", "a/b.c"),
	    "a/b.c a/b b.c a b 7 3 {}{.}{/}{//}{/.}{#}{%}", "all can be renamed");
	is_str(expanded(&swapped, "{} {.}", "a.b"), "a {.}", "a new name wins over an old one");
	is_str(expanded(&taken, "{.} {}", "a.b"), "a.b {}", "also that of the value");
	is_str(expanded(&only, "{} {.} {1} {#} {uniq} {:1}", "a.b"), "a.b {.} {1} {#} {uniq} {:1}",
	    "the value can be the only one");
	is_str(expanded(&none, "{} {1} {.} {1.} {#}", "a.b"), "{} {1} a a 7",
	    "the value can have no name");
	is_str(expanded(&nothing, "{} {.}", "a"), "{} {.}", "there can be none");
	is_str(expanded(&empty, "{} {.}", "a"), "{} {.}", "an empty name is none");
}

static void
test_columns(void)
{
	static const char *const names[] = {"x", "long name", "", "x.", "2", "y.*", "slot", "x"};
	const struct replace_spec named = {
	    .value = "{}",
	    .plus = true,
	    .columns = names,
	    .n_columns = sizeof(names) / sizeof(names[0]),
	};
	const struct replace_spec renamed = {
	    .value = ",,",
	    .base = "B",
	    .columns = names,
	    .n_columns = 2,
	};
	static const char *const cases[][3] = {
	    {"{x} {x.} {x/} {x//} {x/.}", "d/a.b|2|3|4|5|6|7|8", "d/a.b d/a a.b d a"},
	    {"{long name}{long name.}", "1|2.b|3|4|5|6|7|8", "2.b2"},
	    {"{2} {y.*} {yy} {slot} {3}", "1|2|3|4|5|6|7|8", "2 6 {yy} 7 3"},
	    {"{}{x/..}{x%a}{x1}{xx}{longname}", "1|2", "1 2{x/..}{x%a}{x1}{xx}{longname}"},
	    {"<{slot}>", "1|2", "<>"},
	};

	CHECK(&named, cases);
	is_str(expanded(&renamed, "{x}{x/}{long name}{}{1}", "d/a|b"), "d/aab{}{1}",
	    "names of columns do not depend on the other names");
}

static void
test_sameness(void)
{
	static const char *const texts[] = {
	    "{2.}", "{2 .}", "{02.}", "{%a}", "{%a}", "{%b}", "{-1}", "{1}", "{}", "{0}"};
	const struct replacement *found[sizeof(texts) / sizeof(texts[0])];
	struct replace_set *set;
	size_t i;

	replace_set_new(&set, &with_plus, &why);
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		replace_match(set, texts[i], strlen(texts[i]), &found[i]);
	ok(found[0] == found[1] && found[0] == found[2], "two that mean the same are the same");
	ok(found[3] == found[4] && found[3] != found[5], "arguments count");
	ok(found[6] != found[7] && found[7] != found[8], "positions count");
	ok(found[8] == replace_plain(set) && found[9] == found[8], "the plain value is known");
	is_int(replace_position(found[0]), 2, "a position is known");
	is_int(replace_position(found[6]), -1, "one from the end is negative");
	is_int(replace_position(found[8]), 0, "none is 0");
	ok(replace_is_each(found[3]) && !replace_is_each(found[0]),
	    "what has no position is made of each value");
	replace_set_free(set);
}

static void
test_values(void)
{
	struct record *r = record_of("a.x|b.y|c.z");
	const struct replace_input in = {.record = r, .seq = 1, .slot = 1, .slots = 1, .total = 0};
	const struct replacement *what;
	struct replace_set *set;
	struct buf out = {0};

	replace_set_new(&set, &with_plus, &why);
	replace_match(set, "{.}", 3, &what);
	is_int(replace_count(what, r), 3, "a string has as many values as its record");
	replace_value(what, &in, 1, &out);
	replace_value(what, &in, 2, &out);
	is_str(buf_string(&out), "bc", "each can be had alone");
	buf_reset(&out);
	replace_value_of(what, "q.r", &out);
	is_str(buf_string(&out), "q", "or made of any value");
	replace_match(set, "{2.}", 4, &what);
	is_int(replace_count(what, r), 1, "one with a position has one");
	buf_reset(&out);
	replace_value(what, &in, 0, &out);
	is_str(buf_string(&out), "b", "which is that of its position");
	replace_match(set, "{#}", 3, &what);
	ok(!replace_is_each(what) && replace_count(what, r) == 1, "a job has one number");
	is_int(replace_match(set, "{#}", 2, &what), 0, "text ends where its length says");
	is_int(replace_match(set, "{:12}", 4, &what), 0, "within an argument too");
	is_int(replace_match(set, "x{}", 3, &what), 0, "nothing is found further on");
	is_int(replace_match(set, "", 0, &what), 0, "nor in nothing");
	buf_free(&out);
	replace_set_free(set);
	free(r);
}

static void
test_faults(void)
{
	const struct replacement *what;
	struct replace_set *set;

	replace_set_new(&set, &with_plus, &why);
	ok(!replace_fault(set), "there is no fault at first");
	is_str(expanded_by(set, "a{%(}b", "c"), "a{%(}b", "what is no expression stays literal");
	is_str(replace_fault(set), "{%(}: parentheses not balanced", "and is a fault");
	is_int(replace_match(set, "{//[/x}", 7, &what), 0, "another one is none either");
	is_str(replace_fault(set), "{%(}: parentheses not balanced", "the first is remembered");
	is_str(expanded_by(set, "{%b}", "ab"), "a", "others still work");
	replace_set_free(set);
}

static bool
is_wanted(const char *text, const char *values)
{
	struct record *r = record_of(values);
	struct replace_set *set;
	bool wanted;

	replace_set_new(&set, &with_plus, &why);
	expanded_by(set, text, "a");
	wanted = replace_wants(set, r);
	replace_set_free(set);
	free(r);
	return wanted;
}

static void
test_wants(void)
{
	struct replace_set *set;

	ok(is_wanted("{}", "a|a"), "all jobs are wanted");
	ok(is_wanted("{uniq}", "a|b|c"), "uniq wants values that differ");
	ok(!is_wanted("{uniq}", "a|b|a"), "and no others");
	ok(is_wanted("{uniq}", "a|"), "an empty one differs too");
	ok(is_wanted("{2uniq}", "a|b") && !is_wanted("{2uniq}", "a|a"), "with a position as well");
	ok(is_wanted("{choose_k}", "a|b|c"), "choose_k wants rising values");
	ok(!is_wanted("{choose_k}", "a|c|b") && !is_wanted("{choose_k}", "a|a"), "and no others");
	ok(is_wanted("{choose_k}", "10|9"), "they rise by bytes");
	ok(!is_wanted("{uniq}{choose_k}", "b|a"), "both can be asked for");

	replace_set_new(&set, &with_plus, &why);
	expanded_by(set, "{#}{}", "a");
	is_int(replace_needs(set), 0, "a number needs no total");
	expanded_by(set, "{##}", "a");
	is_int(replace_needs(set), NEEDS_TOTAL, "the total does");
	replace_set_free(set);
}

int
main(void)
{
	test_plain();
	test_positions();
	test_counts();
	test_renamed();
	test_columns();
	test_sameness();
	test_values();
	test_faults();
	test_wants();
	free_expanding();
	return done_testing();
}
