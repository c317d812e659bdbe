/*
 * Numbers and texts that look random and are the same in each run: a failure can be repeated.
 */
#ifndef SPOOL_TEST_RANDOM_H
#define SPOOL_TEST_RANDOM_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* 0..n-1; n > 0. *state is any number to begin with, one for each thread. */
static inline uint32_t
random_below(uint64_t *state, uint32_t n)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*state >> 33) % n;
}

enum {
	TEXT_PERIOD = 65521,
};

/* An endless text that repeats itself after a prime number of bytes. */
static inline const char *
text_period(void)
{
	static char text[TEXT_PERIOD];
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static bool made;
	uint64_t state = 1;

	pthread_mutex_lock(&lock);
	for (int i = 0; i < TEXT_PERIOD && !made; i++)
		text[i] = (char)random_below(&state, 256);
	made = true;
	pthread_mutex_unlock(&lock);
	return text;
}

/* Fills data with n bytes of the text, from its byte number first on. */
static inline void
text_fill(char *data, uint64_t first, size_t n)
{
	const char *text = text_period();

	while (n > 0) {
		const size_t at = (size_t)(first % TEXT_PERIOD);
		const size_t some = n < TEXT_PERIOD - at ? n : TEXT_PERIOD - at;

		memcpy(data, text + at, some);
		data += some;
		first += some;
		n -= some;
	}
}

/* Whether data is n bytes of the text, from its byte number first on. */
static inline bool
text_is(const char *data, uint64_t first, size_t n)
{
	const char *text = text_period();
	bool same = true;

	while (n > 0 && same) {
		const size_t at = (size_t)(first % TEXT_PERIOD);
		const size_t some = n < TEXT_PERIOD - at ? n : TEXT_PERIOD - at;

		same = memcmp(data, text + at, some) == 0;
		data += some;
		first += some;
		n -= some;
	}
	return same;
}

#endif
