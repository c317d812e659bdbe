/*
 * For the fuzzers of input/source.h: what it makes of standard input is what is right by hand.
 */
#ifndef SPOOL_SPLITTING_FUZZ_H
#define SPOOL_SPLITTING_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "../unit/splitting.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Standard input becomes a file in memory that holds data. */
static inline void
feed(const uint8_t *data, size_t size)
{
	static bool made;

	if (!made) {
		int fd = memfd_create("input", MFD_CLOEXEC);

		if (fd < 0 || dup2(fd, STDIN_FILENO) < 0)
			abort();
		close(fd);
		made = true;
	}
	if (ftruncate(STDIN_FILENO, 0) != 0 || pwrite(STDIN_FILENO, data, size, 0) != (ssize_t)size)
		abort();
}

static inline void
compare(struct source_spec *spec, const uint8_t *data, size_t size)
{
	struct buf want = {0};
	struct buf got = {0};
	const char *wrong;

	spec->path = "-";
	feed(data, size);
	split_by_hand(&want, spec, (const char *)data, size);
	wrong = split_standard_input(&got, spec);
	if (!wrong && (got.len != want.len || memcmp(got.data, want.data, want.len) != 0))
		wrong = "it is not split as by hand";
	if (wrong) {
		fprintf(stderr, "%s\ngot:  %s\nwant: %s\n", wrong, got.data, want.data);
		abort();
	}
	buf_free(&want);
	buf_free(&got);
}

#endif
