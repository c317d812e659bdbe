/*
 * All parts together have every job once, whatever the jobs are; and what a job's part depends on.
 */
#include <stdlib.h>

#include "random.h"
#include "run/partition.h"
#include "tap.h"

#define MOST 200

static void
value_of(char *text, size_t size, uint64_t number)
{
	snprintf(text, size, "value %llu", (unsigned long long)number);
}

static void
test_alone(enum partition_by by, const char *name)
{
	unsigned wrong = 0, uneven = 0;

	for (uint64_t parts = 1; parts <= 12; parts++) {
		unsigned in_part[13] = {0};

		for (uint64_t seq = 1; seq <= MOST; seq++) {
			unsigned takers = 0;
			char text[40];

			value_of(text, sizeof(text), seq);
			for (uint64_t part = 1; part <= parts; part++) {
				const struct partition_policy p = {part, parts, by, true, NULL};

				if (!partition_takes(&p, seq, text, strlen(text)))
					continue;
				takers++;
				in_part[part]++;
			}
			wrong += takers != 1;
		}
		for (uint64_t part = 1; part <= parts; part++)
			uneven += in_part[part] < MOST / parts / 2;
	}
	is_int(wrong, 0, "by %s: each job is of one part", name);
	is_int(uneven, 0, "by %s: no part has less than half of its share", name);
}

/* The times of the jobs of each part, and whether each job is there once. */
static bool
pack(const uint64_t *times, size_t n, uint64_t parts, uint64_t *sums)
{
	unsigned takers[MOST] = {0};

	for (uint64_t part = 1; part <= parts; part++) {
		const struct partition_policy p = {part, parts, PARTITION_TIME, true, NULL};
		bool mine[MOST];

		sums[part - 1] = 0;
		if (partition_pack(&p, times, n, mine) != 0)
			return false;
		for (size_t i = 0; i < n; i++) {
			takers[i] += mine[i];
			sums[part - 1] += mine[i] ? times[i] : 0;
		}
	}
	for (size_t i = 0; i < n; i++)
		if (takers[i] != 1)
			return false;
	return true;
}

static void
test_times(void)
{
	unsigned wrong = 0, uneven = 0;
	uint64_t state = 1;

	for (size_t n = 0; n <= MOST; n += n < 10 ? 1 : 19) {
		for (uint64_t parts = 1; parts <= 12; parts++) {
			uint64_t times[MOST], sums[12], longest = 0, least = UINT64_MAX, most = 0;

			for (size_t i = 0; i < n; i++) {
				times[i] = random_below(&state, 1000);
				longest = times[i] > longest ? times[i] : longest;
			}
			wrong += !pack(times, n, parts, sums);
			for (size_t i = 0; i < parts; i++) {
				least = sums[i] < least ? sums[i] : least;
				most = sums[i] > most ? sums[i] : most;
			}
			uneven += most - least > longest + n;
		}
	}
	is_int(wrong, 0, "by time: each job is of one part");
	is_int(uneven, 0, "by time: no part takes longer than another by more than a job");
}

static void
test_known(void)
{
	const uint64_t times[] = {5, 9, 5, 1, 0, 0, 0, 0};
	uint64_t sums[2];
	const struct partition_policy first = {1, 2, PARTITION_TIME, true, NULL};
	bool mine[8];
	char text[9] = {0}, value[16];

	ok(pack(times, 8, 2, sums) && sums[0] == 10 && sums[1] == 10,
	    "the longest job comes first");
	if (partition_pack(&first, times, 8, mine) == 0)
		for (int i = 0; i < 8; i++)
			text[i] = mine[i] ? 'x' : '.';
	is_str(text, ".x.xx.x.", "of equals the first one goes to the first part");
	for (int i = 0; i < 8; i++) {
		const struct partition_policy p = {1, 2, PARTITION_HASH, true, NULL};

		snprintf(value, sizeof(value), "%d", i);
		text[i] = partition_takes(&p, 1, value, strlen(value)) ? 'x' : '.';
	}
	is_str(text, "xxx.xx..", "the part of a value is the same in every version");
}

int
main(void)
{
	test_alone(PARTITION_SEQ, "seq");
	test_alone(PARTITION_HASH, "hash");
	test_times();
	test_known();
	return done_testing();
}
