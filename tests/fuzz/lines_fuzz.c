/*
 * Any bytes, split at delimiters or as CSV, are split as by hand.
 */
#include "splitting_fuzz.h"

/* The first byte chooses the delimiter, the second the options, the third the block; then data. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct {
		const char *text;
		size_t len;
		bool csv;
	} delimiters[] = {
	    {"\n", 1, false},
	    {"", 1, false},
	    {",", 1, false},
	    {"ab", 2, false},
	    {"aab", 3, false},
	    {"\0\n", 2, false},
	    {"\n", 1, true},
	    {"", 1, true},
	};
	struct source_spec spec = {0};

	if (size < 3)
		return 0;
	spec.delimiter = delimiters[data[0] % 8].text;
	spec.delimiter_len = delimiters[data[0] % 8].len;
	spec.split = delimiters[data[0] % 8].csv ? SPLIT_CSV : SPLIT_DELIMITER;
	spec.skip_empty = data[1] & 1;
	spec.skip_blank = data[1] & 2;
	spec.skip_first = data[1] & 4;
	spec.continued = data[1] & 8;
	spec.end = data[1] & 16 ? "E" : data[1] & 32 ? "" : NULL;
	spec.block_bytes = data[2];
	compare(&spec, data + 3, size - 3);
	return 0;
}
