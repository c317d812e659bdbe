/*
 * Columns: separators as text and as expressions, CSV, trimming.
 */
#include "input/columns.h"

#include <errno.h>
#include <stdlib.h>

#include "random.h"
#include "tap.h"

static char shown[4096];

/* The columns of text, each in <>. */
static const char *
split(const struct columns_spec *spec, const char *text)
{
	struct columns *c;
	struct buf why = {0};
	const struct item item = {.text = text, .len = strlen(text)};
	struct row row;
	size_t used = 0;
	size_t i;

	if (columns_new(&c, spec, &why) != 0) {
		snprintf(shown, sizeof(shown), "%s", buf_string(&why));
		buf_free(&why);
		return shown;
	}
	shown[0] = '\0';
	if (columns_split(c, &item, &row) != 0)
		row.n = 0;
	for (i = 0; i < row.n; i++)
		used += (size_t)snprintf(shown + used, sizeof(shown) - used, "<%.*s>",
		    (int)row.items[i].len, row.items[i].text);
	columns_free(c);
	buf_free(&why);
	return shown;
}

/* With -C and nothing trimmed. */
static const char *
split_at(const char *separator, const char *text)
{
	return split(&(struct columns_spec){.separator = separator, .trim = TRIM_NONE}, text);
}

static const char *
split_csv(const char *separator, const char *text)
{
	return split(
	    &(struct columns_spec){.separator = separator, .csv = true, .trim = TRIM_NONE}, text);
}

static void
test_text(void)
{
	is_str(split_at(",", "a,b,c"), "<a><b><c>", "a separator stands between columns");
	is_str(split_at(",", ",a,,b,,"), "<><a><><b><><>", "empty columns count, at both ends too");
	is_str(split_at(",", ""), "<>", "an empty line is one empty column");
	is_str(split_at(",", "abc"), "<abc>", "no separator: one column");
	is_str(split_at("\\t", "a\tb"), "<a><b>", "\\t is a tab");
	is_str(split_at("\t", "a\tb"), "<a><b>", "a tab is a tab");
	is_str(split_at("\\.", "a.b"), "<a><b>", "an escaped dot is a dot");
	is_str(split_at("\\|", "a|b"), "<a><b>", "an escaped bar is a bar");
	is_str(split_at("::", "a::b:c:::d"), "<a><b:c><:d>", "a separator may have several bytes");
	is_str(split_at(" ", " a  b"), "<><a><><b>", "a blank is one blank");
}

static void
test_pattern(void)
{
	is_str(split_at("[,;]", "a,b;c"), "<a><b><c>", "a set of separators");
	is_str(split_at("%+", "a%%b%c"), "<a><b><c>", "repeated separators");
	is_str(split_at(",|;", ";a,b"), "<><a><b>", "alternatives");
	is_str(split_at("(,|;)", "a,b;c"), "<a><b><c>", "a group adds no column");
	is_str(split_at("\\s+", "a \t b"), "<a><b>", "\\s");
	is_str(split_at("\\d", "a1b22c"), "<a><b><><c>", "\\d");
	is_str(split_at("x*", "axb"), "<a><b><>", "a match of nothing splits between bytes");
	is_str(split_at("x*", "xa"), "<><a><>", "but a match of something leaves an empty column");
	is_str(split_at("", "abc"), "<a><b><c><>", "an empty expression splits everywhere");
	is_str(split_at("^a", "aaa"), "<><aa>", "^ matches at the start only");
	is_str(split_at("$", "ab"), "<ab><>", "$ matches at the end");
	is_str(split_at("x*", ""), "<>", "an empty line is one column for any expression");
}

static void
test_trim(void)
{
	struct columns_spec spec = {.separator = ","};

	is_str(split(&spec, " a\t,\r b \v\f,  "), "<a><b><>", "-C trims both ends");
	spec.trim = TRIM_LEFT;
	is_str(split(&spec, " a , b "), "<a ><b >", "--trim l");
	spec.trim = TRIM_RIGHT;
	is_str(split(&spec, " a , b "), "< a>< b>", "--trim r");
	spec.trim = TRIM_NONE;
	is_str(split(&spec, " a , b "), "< a >< b >", "--trim n");
	spec = (struct columns_spec){0};
	is_str(split(&spec, " a,b "), "< a,b >", "without -C nothing is trimmed");
	spec.trim = TRIM_BOTH;
	is_str(split(&spec, "\n a b \xa0"), "<a b \xa0>", "--trim lr without -C; ASCII space only");
	spec = (struct columns_spec){.csv = true};
	is_str(split(&spec, " a, b"), "< a>< b>", "--csv alone trims nothing");
	spec.separator = ";";
	is_str(split(&spec, " a; b"), "<a><b>", "--csv with -C trims both ends");
}

static void
test_csv(void)
{
	is_str(split_csv(NULL, "a,b,c"), "<a><b><c>", "fields");
	is_str(split_csv(NULL, ",a,,"), "<><a><><>", "empty fields");
	is_str(split_csv(NULL, ""), "<>", "an empty record is one empty field");
	is_str(split_csv(NULL, "\"a,b\",c"), "<a,b><c>", "a separator in quotes");
	is_str(split_csv(NULL, "\"a\nb\",c"), "<a\nb><c>", "a newline in quotes");
	is_str(split_csv(NULL, "\"\",x,\"\""), "<><x><>", "empty quotes");
	is_str(split_csv(NULL, "\"a\"\"b\",c"), "<a\"b><c>", "doubled quotes are quotes");
	is_str(
	    split_csv(NULL, "\"\"\"\",\"\"\"a\"\"\""), "<\"><\"a\">", "doubled quotes at the ends");
	is_str(split_csv(NULL, "a\"b,c\"\"d"), "<a\"b><c\"\"d>", "quotes inside a plain field");
	is_str(split_csv(NULL, "\"a\"b,c"), "<ab><c>", "text behind a closing quote");
	is_str(split_csv(NULL, "\"a\"b\"c,d"), "<ab\"c><d>", "quotes behind a closing quote");
	is_str(split_csv(NULL, "x,\"a,b"), "<x><a,b>", "a quote that is never closed");
	is_str(split_csv(NULL, "x,\""), "<x><>", "a lone quote at the end");
	is_str(split_csv(NULL, "\"a\"\""), "<a\">", "doubled quotes at the end");
	is_str(split_csv(";", "a,b;\"c;d\""), "<a,b><c;d>", "another separator");
	is_str(split_csv("\\t", "a\t\"b\tc\""), "<a><b\tc>", "\\t as separator");
	is_str(split_csv("|", "a|b"), "<a><b>", "a byte that means something elsewhere");
}

static void
test_refused(void)
{
	struct columns *c;
	struct buf why = {0};
	struct columns_spec spec = {.separator = "("};

	is_int(columns_new(&c, &spec, &why), EINVAL, "an expression that is none");
	ok(c == NULL, "gives no columns");
	ok(strncmp(buf_string(&why), "-C (: ", 6) == 0 && why.len > 6, "and says why: %s",
	    buf_string(&why));
	buf_free(&why);
	is_str(split_csv("ab", ""), "-C ab: with --csv it is one byte", "two bytes with --csv");
	is_str(split_csv("", ""), "-C : with --csv it is one byte", "no byte with --csv");
	is_str(split_csv("\"", ""), "-C \": quotes are for the values", "quotes with --csv");
	columns_free(NULL);
}

static void
test_marks(void)
{
	const struct columns_spec spec = {.separator = ","};
	struct item item = {.text = "a,b", .len = 3, .ends_line = true};
	struct columns *c;
	struct buf why = {0};
	struct row row;

	columns_new(&c, &spec, &why);
	is_int(columns_split(c, &item, &row), 0, "an item that ends a line");
	ok(row.n == 2 && !row.items[0].ends_line && row.items[1].ends_line,
	    "ends it with its last column");
	item.ends_line = false;
	columns_split(c, &item, &row);
	ok(row.n == 2 && !row.items[1].ends_line, "one that does not, does not");
	item = (struct item){.text = "", .too_long = 1 << 20, .ends_line = true};
	columns_split(c, &item, &row);
	ok(row.n == 1 && row.items[0].too_long == 1 << 20 && row.items[0].len == 0 &&
		row.items[0].ends_line,
	    "one that is too long is one value that is too long");
	columns_free(c);
	buf_free(&why);
}

/* Fields of random bytes, written in quotes, come back as they were. */
static void
test_csv_round_trip(void)
{
	const struct columns_spec spec = {.csv = true};
	struct columns *c;
	struct buf why = {0};
	uint64_t state = 7;
	int wrong = 0;

	columns_new(&c, &spec, &why);
	for (int run = 0; run < 3000; run++) {
		const size_t n = 1 + random_below(&state, 5);
		struct buf fields[5] = {{0}};
		struct buf line = {0};
		struct row row;

		for (size_t i = 0; i < n; i++) {
			buf_puts(&line, i > 0 ? ",\"" : "\"");
			for (uint32_t len = random_below(&state, 6); len > 0; len--) {
				const char byte = ",\"\na\r "[random_below(&state, 6)];

				buf_putc(&fields[i], byte);
				buf_putc(&line, byte);
				if (byte == '"')
					buf_putc(&line, byte);
			}
			buf_putc(&line, '"');
		}
		if (columns_split(c, &(struct item){.text = line.data, .len = line.len}, &row) != 0)
			row.n = 0;
		wrong += row.n != n;
		for (size_t i = 0; i < n; i++) {
			wrong += row.n == n &&
			         (row.items[i].len != fields[i].len ||
				     (fields[i].len > 0 && memcmp(row.items[i].text, fields[i].data,
							       fields[i].len) != 0));
			buf_free(&fields[i]);
		}
		buf_free(&line);
	}
	is_int(wrong, 0, "3000 records of quoted fields are read as they were written");
	columns_free(c);
	buf_free(&why);
}

/* Many columns, and items one after the other through the same columns. */
static void
test_many(void)
{
	const struct columns_spec spec = {.separator = "[,]"};
	struct columns *c;
	struct buf why = {0};
	struct buf line = {0};
	struct row row;
	int wrong = 0;

	columns_new(&c, &spec, &why);
	for (size_t n = 1; n <= 300; n++) {
		buf_reset(&line);
		for (size_t i = 0; i < n; i++)
			buf_printf(&line, i > 0 ? ",%zu" : "%zu", i);
		columns_split(c, &(struct item){.text = line.data, .len = line.len}, &row);
		wrong += row.n != n;
		for (size_t i = 0; i < row.n; i++)
			wrong += strtoul(row.items[i].text, NULL, 10) != i;
	}
	is_int(wrong, 0, "lines of 1 to 300 columns");
	columns_free(c);
	buf_free(&line);
	buf_free(&why);
}

int
main(void)
{
	test_text();
	test_pattern();
	test_trim();
	test_csv();
	test_refused();
	test_marks();
	test_csv_round_trip();
	test_many();
	return done_testing();
}
