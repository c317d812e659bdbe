/*
 * A set of exit codes.
 */
#ifndef SPOOL_CODES_H
#define SPOOL_CODES_H

#include <stdbool.h>
#include <stdint.h>

struct codes {
	uint64_t bits[4]; /* code n is bit n % 64 of n / 64; all zero: none */
};

/* Add those of a list such as "1,3-5". Returns 0 or EINVAL. */
int codes_parse(const char *list, struct codes *codes);

bool codes_has(const struct codes *codes, int code);

#endif
