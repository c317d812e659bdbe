/*
 * A random order. Pure.
 */
#ifndef SPOOL_SHUFFLE_H
#define SPOOL_SHUFFLE_H

#include <stddef.h>
#include <stdint.h>

/* A seed that is another each time. */
uint64_t shuffle_seed(void);

/*
 * Put n numbers into random order, each order as likely as any other; the same seed and the same n
 * give the same order, on every machine.
 */
void shuffle(uint64_t *numbers, size_t n, uint64_t seed);

#endif
