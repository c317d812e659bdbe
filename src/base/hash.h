/*
 * A keyed hash of bytes, and a table that counts by it. Who does not know the key can't make two
 * texts that collide, and by chance none of a billion do: so texts need not be kept to be compared.
 */
#ifndef SPOOL_HASH_H
#define SPOOL_HASH_H

#include <stddef.h>
#include <stdint.h>

struct hash {
	uint64_t half[2];
};

/* SipHash-2-4 with a result of 128 bits. */
struct hash hash_bytes(const struct hash *key, const void *data, size_t len);

/* A key that nobody knows, as far as the system has one. */
struct hash hash_random_key(void);

struct tally_entry;

/* Zero-initialise, tally_free() at the end. One thread. */
struct tally {
	struct tally_entry *entries; /* owned; a power of two of them, or NULL */
	size_t size;
	size_t n;
};

/*
 * The count that belongs to h, 0 when it is new; valid until the next call. NULL: out of memory.
 * Of h 96 bits are kept: 16 bytes for each count.
 */
uint32_t *tally_at(struct tally *t, struct hash h);

/* The same, but NULL where there is none. */
uint32_t *tally_find(const struct tally *t, struct hash h);

void tally_free(struct tally *t);

#endif
