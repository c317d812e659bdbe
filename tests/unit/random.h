/*
 * Numbers that look random and are the same in each run: a failure can be repeated.
 */
#ifndef SPOOL_TEST_RANDOM_H
#define SPOOL_TEST_RANDOM_H

#include <stdint.h>

/* 0..n-1; n > 0. *state is any number to begin with, one for each thread. */
static inline uint32_t
random_below(uint64_t *state, uint32_t n)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*state >> 33) % n;
}

/* Byte number i of an endless text without a short period. */
static inline char
byte_at(uint64_t i)
{
	return (char)((i * 2654435761u) >> 24 ^ i);
}

#endif
