/*
 * Any bytes, split into the words of xargs or the lines of its -I, are split as by hand.
 */
#include "splitting_fuzz.h"

/* The first byte chooses what it is split to and the end mark, the second the block; then data. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct source_spec spec = {.delimiter = "\n", .delimiter_len = 1};

	if (size < 2)
		return 0;
	spec.split = data[0] & 1 ? SPLIT_QUOTED_LINES : SPLIT_WORDS;
	spec.end = data[0] & 2 ? "E" : data[0] & 4 ? "" : NULL;
	spec.block_bytes = data[1];
	compare(&spec, data + 2, size - 2);
	return 0;
}
