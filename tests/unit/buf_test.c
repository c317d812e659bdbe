#include <stdlib.h>

#include "base/buf.h"
#include "tap.h"

static void
test_growing(void)
{
	struct buf b = {0};
	size_t i;
	bool same = true;

	for (i = 0; i < 10000; i++)
		same = same && buf_putc(&b, (char)(i % 251)) == 0;
	is_int(b.len, 10000, "bytes added one by one are counted");
	for (i = 0; i < b.len; i++)
		same = same && b.data[i] == (char)(i % 251);
	ok(same, "and are all there after growing");
	buf_reset(&b);
	is_int(b.len, 0, "reset forgets the content");
	ok(b.cap >= 10000, "reset keeps the memory");
	buf_free(&b);
	ok(b.data == NULL && b.len == 0 && b.cap == 0, "free leaves an empty buffer");
}

static void
test_adding(void)
{
	struct buf b = {0};

	is_int(buf_add(&b, NULL, 0), 0, "adding nothing to nothing works");
	is_str(buf_string(&b), "", "an empty buffer is an empty string");
	buf_puts(&b, "one");
	buf_add(&b, " two", 4);
	buf_putc(&b, ' ');
	buf_printf(&b, "%d%s", 3, "!");
	is_str(buf_string(&b), "one two 3!", "the adders append");
	is_int(b.len, 10, "the NUL of a string is not counted");
	buf_puts(&b, "?");
	is_str(buf_string(&b), "one two 3!?", "the next addition overwrites that NUL");
	buf_free(&b);
}

static void
test_printf_at_every_length(void)
{
	int len;
	bool same = true;

	for (len = 0; len < 300; len++) {
		struct buf b = {0};
		char want[301];

		memset(want, 'x', (size_t)len);
		want[len] = '\0';
		same = same && buf_printf(&b, "%s", want) == 0 && b.len == (size_t)len;
		same = same && strcmp(buf_string(&b), want) == 0;
		buf_free(&b);
	}
	ok(same, "a formatted text of any length arrives whole");
}

static void
test_no_memory(void)
{
	struct buf b = {0};

	buf_puts(&b, "kept");
	ok(buf_reserve(&b, SIZE_MAX) != 0, "more than there can be is refused");
	ok(buf_reserve(&b, SIZE_MAX / 2) != 0, "so is half of it");
	is_str(buf_string(&b), "kept", "and the buffer is as it was");
	buf_free(&b);
}

int
main(void)
{
	test_growing();
	test_adding();
	test_printf_at_every_length();
	test_no_memory();
	return done_testing();
}
