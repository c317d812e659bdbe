/*
 * Fisher and Yates' shuffle with a small generator of its own, so that a seed means the same order
 * everywhere. Good for order, not for secrets. No lock.
 */
#include "input/shuffle.h"

#include <time.h>
#include <unistd.h>

/* The next number of the sequence: a counter whose steps are hashed ("splitmix64"). */
static uint64_t
next(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* 0..n-1; n > 0. */
static uint64_t
below(uint64_t *state, uint64_t n)
{
	/* A plain remainder would favour the small ones: the first 2^64 mod n are not taken. */
	const uint64_t first = (0 - n) % n;
	uint64_t number;

	do
		number = next(state);
	while (number < first);
	return number % n;
}

uint64_t
shuffle_seed(void)
{
	struct timespec t = {0};
	uint64_t seed;

	if (clock_gettime(CLOCK_REALTIME, &t) != 0)
		t.tv_nsec = 0; /* the process number is left */
	seed = (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
	return next(&seed) ^ (uint64_t)getpid();
}

void
shuffle(uint64_t *numbers, size_t n, uint64_t seed)
{
	for (; n > 1; n--) {
		const size_t i = (size_t)below(&seed, n);
		const uint64_t taken = numbers[i];

		numbers[i] = numbers[n - 1];
		numbers[n - 1] = taken;
	}
}
