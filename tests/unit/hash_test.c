#include <stdlib.h>

#include "base/hash.h"
#include "tap.h"

#define MANY 100000

/* The authors' vectors: the key is 0, 1, 2 ... 15, and so are the bytes that are hashed. */
static void
test_vectors(void)
{
	const struct hash key = {{UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908)}};
	const unsigned char text[] = {0};
	struct hash h = hash_bytes(&key, text, 0);

	ok(h.half[0] == UINT64_C(0xe6a825ba047f81a3) && h.half[1] == UINT64_C(0x930255c71472f66d),
	    "no bytes hash to what the paper says");
	h = hash_bytes(&key, text, 1);
	ok(h.half[0] == UINT64_C(0x44af996bd8c187da) && h.half[1] == UINT64_C(0x45fc229b11597634),
	    "one byte does");
}

static void
test_keys(void)
{
	const struct hash a = hash_random_key(), b = hash_random_key();
	const struct hash x = hash_bytes(&a, "text", 4), y = hash_bytes(&b, "text", 4);

	ok(a.half[0] != b.half[0] || a.half[1] != b.half[1], "a random key is another each time");
	ok(x.half[0] != y.half[0], "with another key a text has another hash");
}

static void
test_tally(void)
{
	const struct hash key = {{1, 2}};
	struct tally t = {0};
	bool right = true;

	ok(tally_find(&t, key) == NULL, "an empty table has no count");
	for (uint32_t i = 0; i < MANY && right; i++) {
		uint32_t *count = tally_at(&t, hash_bytes(&key, &i, sizeof(i)));

		right = count != NULL && *count == 0;
		if (right)
			*count = i % 3;
	}
	ok(right, "a new count is 0");
	for (uint32_t i = 0; i < MANY && right; i++) {
		uint32_t *count = tally_find(&t, hash_bytes(&key, &i, sizeof(i)));

		right = count != NULL && *count == i % 3;
		if (right)
			*count = 0;
	}
	ok(right, "each is found again while others fall to 0");
	is_int(t.n, MANY, "there are as many as were made");
	for (uint32_t i = MANY; i < 2 * MANY && right; i++)
		right = tally_find(&t, hash_bytes(&key, &i, sizeof(i))) == NULL;
	ok(right, "what was not counted is not found");
	ok(tally_at(&t, (struct hash){{0, 0}}) != NULL &&
		tally_find(&t, (struct hash){{0, 0}}) != NULL,
	    "a hash of zeros is one like any");
	tally_free(&t);
}

int
main(void)
{
	test_vectors();
	test_keys();
	test_tally();
	return done_testing();
}
