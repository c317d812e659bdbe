#include <stdlib.h>

#include "input/record.h"
#include "tap.h"

static void
test_one_value(void)
{
	struct record *r = record_new("abc", 2);

	ok(r->n == 1 && r->bytes == 3 && r->too_long == 0, "a record of one value");
	is_str(record_value(r, 0), "ab", "which ends where it was said to");
	is_int(r->input_end, -1, "nothing is known of where the input stood");
	free(r);
	r = record_new("", 0);
	ok(r->n == 1 && r->bytes == 1 && *record_value(r, 0) == '\0', "an empty value is a value");
	free(r);
	r = record_new_too_long(1u << 20);
	ok(r->n == 0 && r->bytes == 0 && r->too_long == 1u << 20 && r->input_end == -1,
	    "a record of what was too long has no value");
	free(r);
}

static void
test_building(void)
{
	struct record_builder b = {0};
	struct record *first;
	struct record *second;

	record_builder_free(&b);
	ok(record_builder_add(&b, "one|", 3) == 0 && record_builder_add(&b, "", 0) == 0 &&
		record_builder_add(&b, "three", 5) == 0,
	    "values are added one by one");
	first = record_builder_take(&b);
	ok(first->n == 3 && first->bytes == 11 && memcmp(first->data, "one\0\0three", 11) == 0,
	    "and stand one after the other");
	is_str(record_value(first, 2), "three", "each is found");
	record_builder_add(&b, "other", 5);
	second = record_builder_take(&b);
	ok(second->n == 1 && strcmp(record_value(second, 0), "other") == 0,
	    "what was taken is not in the next record");
	is_str(record_value(first, 0), "one", "nor changed by it");
	free(first);
	free(second);
	first = record_builder_take(&b);
	ok(first->n == 0 && first->bytes == 0 && first->too_long == 0 && first->input_end == -1,
	    "a record may have no values");
	free(first);
	record_builder_add(&b, "left", 4);
	record_builder_free(&b);
	ok(b.record == NULL && b.cap == 0, "what was not taken can be freed");
}

/* Many values: each is copied a few times at most, and the next such record is made in one go. */
static void
test_growing(void)
{
	enum {
		VALUES = 100000,
	};
	struct record_builder b = {0};
	struct record *r;
	unsigned moves[2] = {0};
	unsigned wrong = 0;
	const char *p;
	int round;
	int i;

	for (round = 0; round < 2; round++) {
		for (i = 0; i < VALUES; i++) {
			const size_t cap = b.record ? b.cap : 0;
			char value[16];
			int len = snprintf(value, sizeof(value), "%d", i);

			wrong += record_builder_add(&b, value, (size_t)len) != 0;
			moves[round] += b.cap != cap;
		}
		r = record_builder_take(&b);
		for (i = 0, p = r->data; i < VALUES && wrong == 0; i++, p += strlen(p) + 1)
			wrong += atoi(p) != i;
		ok(wrong == 0 && r->n == VALUES && p == r->data + r->bytes,
		    "a record may have many values, round %d", round);
		free(r);
	}
	ok(moves[0] <= 24, "it grows by factors");
	is_int(moves[1], 1, "one of the same size does not grow at all");
	record_builder_free(&b);
}

int
main(void)
{
	test_one_value();
	test_building();
	test_growing();
	return done_testing();
}
