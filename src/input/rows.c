/*
 * The table of replacement strings, as GNU parallel has them. A new one is a row and, if need be, a
 * function that appends its value. Knows nothing of how a row is found. No state, no lock.
 */
#include "input/rows.h"

#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "input/paths.h"

static int
add_seq(const struct replace_input *in, struct buf *out)
{
	char digits[21];

	format_uint(digits, in->seq);
	return buf_puts(out, digits);
}

static int
add_slot(const struct replace_input *in, struct buf *out)
{
	return buf_printf(out, "%u", in->slot);
}

static int
add_total(const struct replace_input *in, struct buf *out)
{
	char digits[21];

	format_uint(digits, in->total);
	return buf_puts(out, digits);
}

/* As wide as the largest, with zeros. */
static int
add_padded(uint64_t number, uint64_t largest, struct buf *out)
{
	char digits[21];
	size_t width;
	size_t n;

	format_uint(digits, largest);
	width = strlen(digits);
	format_uint(digits, number);
	for (n = strlen(digits); n < width; n++) {
		if (buf_putc(out, '0') != 0)
			return ENOMEM;
	}
	return buf_puts(out, digits);
}

static int
add_padded_seq(const struct replace_input *in, struct buf *out)
{
	return add_padded(in->seq, in->total, out);
}

static int
add_padded_slot(const struct replace_input *in, struct buf *out)
{
	return add_padded(in->slot, in->slots, out);
}

static int
add_value(const char *value, struct buf *out)
{
	return buf_puts(out, value);
}

#define AT_START PATTERN_AT_START
#define AT_END PATTERN_AT_END

/* {%%a} is {%a} too, so its row is above. */
const struct replace_row replace_rows[] = {
    {"{}", .cut = add_value},
    {"{.}", .cut = path_cut_1},
    {"{/}", .cut = path_base},
    {"{//}", .cut = path_directory},
    {"{/.}", .cut = path_base_cut_1},
    {"{#}", .count = add_seq},
    {"{%}", .count = add_slot},

    {"{..}", .cut = path_cut_2},
    {"{...}", .cut = path_cut_3},
    {"{/..}", .cut = path_base_cut_2},
    {"{/...}", .cut = path_base_cut_3},
    {"{+/}", .cut = path_folder},
    {"{+.}", .cut = path_extension_1},
    {"{+..}", .cut = path_extension_2},
    {"{+...}", .cut = path_extension_3},
    {"{##}", .count = add_total, .needs = NEEDS_TOTAL},
    {"{0#}", .count = add_padded_seq, .needs = NEEDS_TOTAL},
    {"{0%}", .count = add_padded_slot, .needs = NEEDS_SLOTS},
    {"{slot}", .count = add_slot},
    {"{uniq}", .cut = add_value, .keep = KEEP_UNIQUE},
    {"{choose_k}", .cut = add_value, .keep = KEEP_RISING},
    {"{:-", .edit = edit_default, .argument = EDIT_TEXT},
    {"{:", .edit = edit_from, .argument = EDIT_NUMBER},
    {"{:", .edit = edit_slice, .argument = EDIT_NUMBERS},
    {"{##", .edit = edit_replace, .argument = EDIT_REGEX_NO_HASH, .place = AT_START},
    {"{#", .edit = edit_short_start, .argument = EDIT_REGEX_NO_HASH, .place = AT_START},
    {"{%%", .edit = edit_replace, .argument = EDIT_REGEX, .place = AT_END},
    {"{%", .edit = edit_short_end, .argument = EDIT_REGEX, .place = AT_END},
    {"{/#", .edit = edit_replace, .argument = EDIT_REGEX_TEXT, .place = AT_START},
    {"{/%", .edit = edit_replace, .argument = EDIT_REGEX_TEXT, .place = AT_END},
    {"{//", .edit = edit_replace_all, .argument = EDIT_REGEX_TEXT},
    {"{/", .edit = edit_replace, .argument = EDIT_WORD_TEXT},
    {"{^^", .edit = edit_upper_all, .argument = EDIT_REGEX},
    {"{^", .edit = edit_upper, .argument = EDIT_REGEX, .place = AT_START},
    {"{,,", .edit = edit_lower_all, .argument = EDIT_REGEX},
    {"{,", .edit = edit_lower, .argument = EDIT_REGEX, .place = AT_START},
};
