/*
 * Sets of exit codes.
 */
#include <errno.h>

#include "run/codes.h"
#include "tap.h"

/* The codes of a set as digits: 1 for each that is in it, of the first n. */
static const char *
picture(const struct codes *codes, int n)
{
	static char text[257];

	for (int i = 0; i < n; i++)
		text[i] = codes_has(codes, i) ? '1' : '0';
	text[n] = '\0';
	return text;
}

static void
test_lists(void)
{
	static const struct {
		const char *list, *wanted;
	} lists[] = {
	    {"1", "0100000000"},
	    {"0", "1000000000"},
	    {"1,3-5", "0101110000"},
	    {"3-3,9", "0001000001"},
	    {"5,4,5", "0000110000"},
	    {"007", "0000000100"},
	};
	static const char *const wrong[] = {"", ",", "1,", ",1", "1,,2", "256", "-1", "1-", "5-3",
	    "a", "1 2", "0x1", "1-2-3", "1-300", "99999999999999999999", " 1"};
	struct codes codes;

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		codes = (struct codes){0};
		is_int(codes_parse(lists[i].list, &codes), 0, "'%s' is a list", lists[i].list);
		is_str(picture(&codes, 10), lists[i].wanted, "of these codes");
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		is_int(codes_parse(wrong[i], &codes), EINVAL, "'%s' is none", wrong[i]);
}

static void
test_bounds(void)
{
	struct codes codes = {0};
	int n = 0;

	ok(!codes_has(&codes, 0), "nothing is in an empty set");
	codes_parse("63-64", &codes);
	codes_parse("127-128,255", &codes);
	for (int i = -1; i < 300; i++)
		n += codes_has(&codes, i);
	ok(n == 5 && codes_has(&codes, 63) && codes_has(&codes, 64) && codes_has(&codes, 127) &&
		codes_has(&codes, 128) && codes_has(&codes, 255),
	    "two lists add up, and every code has its place");
	codes_parse("0-255", &codes);
	for (n = 0; n < 256 && codes_has(&codes, n);)
		n++;
	ok(n == 256 && !codes_has(&codes, 256) && !codes_has(&codes, -1), "all of them, no more");
}

int
main(void)
{
	test_lists();
	test_bounds();
	return done_testing();
}
