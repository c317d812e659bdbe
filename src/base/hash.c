/*
 * SipHash, after the paper of Aumasson and Bernstein, and a table with open addressing over its
 * results. Knows nothing of what is hashed. No lock.
 */
#include "base/hash.h"

#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { FIRST_SIZE = 256 };

struct tally_entry {
	uint64_t high;
	uint32_t low;
	uint32_t count;
};

struct state {
	uint64_t v[4];
};

static uint64_t
rotate(uint64_t x, unsigned bits)
{
	return x << bits | x >> (64 - bits);
}

static void
mix(struct state *s, unsigned rounds)
{
	uint64_t *v = s->v;

	while (rounds-- > 0) {
		v[0] += v[1];
		v[2] += v[3];
		v[1] = rotate(v[1], 13) ^ v[0];
		v[3] = rotate(v[3], 16) ^ v[2];
		v[0] = rotate(v[0], 32);
		v[2] += v[1];
		v[0] += v[3];
		v[1] = rotate(v[1], 17) ^ v[2];
		v[3] = rotate(v[3], 21) ^ v[0];
		v[2] = rotate(v[2], 32);
	}
}

/* Little-endian, whatever the machine is; n at most 8. */
static uint64_t
load(const unsigned char *p, size_t n)
{
	uint64_t word = 0;

	while (n-- > 0)
		word = word << 8 | p[n];
	return word;
}

static void
absorb(struct state *s, uint64_t word)
{
	s->v[3] ^= word;
	mix(s, 2);
	s->v[0] ^= word;
}

static uint64_t
squeeze(struct state *s)
{
	mix(s, 4);
	return s->v[0] ^ s->v[1] ^ s->v[2] ^ s->v[3];
}

struct hash
hash_bytes(const struct hash *key, const void *data, size_t len)
{
	const unsigned char *p = data;
	struct state s = {{
	    key->half[0] ^ UINT64_C(0x736f6d6570736575),
	    key->half[1] ^ UINT64_C(0x646f72616e646f6d) ^ 0xee,
	    key->half[0] ^ UINT64_C(0x6c7967656e657261),
	    key->half[1] ^ UINT64_C(0x7465646279746573),
	}};
	struct hash h;
	size_t left = len;

	for (; left >= 8; left -= 8, p += 8)
		absorb(&s, load(p, 8));
	absorb(&s, (uint64_t)len << 56 | load(p, left));
	s.v[2] ^= 0xee;
	h.half[0] = squeeze(&s);
	s.v[1] ^= 0xdd;
	h.half[1] = squeeze(&s);
	return h;
}

struct hash
hash_random_key(void)
{
	struct timespec t = {0};
	struct hash key = {{0, 0}};
	int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, &key, sizeof(key));

	if (fd >= 0)
		close(fd);
	if (n == (ssize_t)sizeof(key))
		return key;
	clock_gettime(CLOCK_REALTIME, &t);
	return (struct hash){{(uint64_t)t.tv_sec << 32 ^ (uint64_t)t.tv_nsec, (uint64_t)getpid()}};
}

/* What is kept of h. Zero says that an entry is free. */
static struct tally_entry
entry_of(struct hash h)
{
	return (struct tally_entry){h.half[0] != 0 ? h.half[0] : 1, (uint32_t)h.half[1], 0};
}

/* The entry of what e is of, or the free one where it belongs. */
static struct tally_entry *
find(const struct tally *t, struct tally_entry e)
{
	size_t i = (size_t)e.high & (t->size - 1);

	while (
	    t->entries[i].high != 0 && (t->entries[i].high != e.high || t->entries[i].low != e.low))
		i = (i + 1) & (t->size - 1);
	return &t->entries[i];
}

static int
grow(struct tally *t)
{
	struct tally new = {.size = t->size > 0 ? 2 * t->size : FIRST_SIZE, .n = t->n};

	if ((new.entries = calloc(new.size, sizeof(*new.entries))) == NULL)
		return -1;
	for (size_t i = 0; i < t->size; i++)
		if (t->entries[i].high != 0)
			*find(&new, t->entries[i]) = t->entries[i];
	free(t->entries);
	*t = new;
	return 0;
}

uint32_t *
tally_at(struct tally *t, struct hash h)
{
	const struct tally_entry wanted = entry_of(h);
	struct tally_entry *e;

	if (t->n >= t->size / 4 * 3 && grow(t) != 0)
		return NULL;
	e = find(t, wanted);
	if (e->high == 0) {
		*e = wanted;
		t->n++;
	}
	return &e->count;
}

uint32_t *
tally_find(const struct tally *t, struct hash h)
{
	struct tally_entry *e = t->size > 0 ? find(t, entry_of(h)) : NULL;

	return e != NULL && e->high != 0 ? &e->count : NULL;
}

void
tally_free(struct tally *t)
{
	free(t->entries);
	*t = (struct tally){0};
}
