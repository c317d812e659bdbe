/*
 * MAKEFLAGS, whatever it says: nothing is read beyond its end, what is found lies in it, and what
 * is made of it says what was offered.
 */
#include "run/makeflags.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void
check(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct makeflags_offer pipe = {8, 5, 6, NULL}, fifo = {3, -1, -1, "/x/y"};
	static struct makeflags m;
	struct buf out = {0};
	char *text = malloc(size + 1);

	check(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	makeflags_parse(text, &m);
	if (m.auth != NULL)
		check(m.auth >= text && m.auth + m.auth_len <= text + strlen(text));
	if (m.pool == MAKEFLAGS_PIPE)
		check(m.read_fd >= 0 && m.write_fd >= 0);
	if (m.pool == MAKEFLAGS_FIFO)
		check(m.path[0] != '\0' && strlen(m.path) <= size);
	check(makeflags_add(&out, text, &pipe) == 0 && buf_string(&out) != NULL);
	makeflags_parse(out.data, &m);
	check(m.pool == MAKEFLAGS_PIPE && m.read_fd == 5 && m.write_fd == 6 && m.jobs == 8);
	buf_reset(&out);
	check(makeflags_add(&out, text, &fifo) == 0 && buf_string(&out) != NULL);
	makeflags_parse(out.data, &m);
	check(m.pool == MAKEFLAGS_FIFO && strcmp(m.path, "/x/y") == 0 && m.jobs == 3);
	buf_free(&out);
	free(text);
	return 0;
}
