/*
 * The tail against the end of a plain copy of all that came, for all small sizes of what is
 * kept, of what comes and of what is asked for.
 */
#include <stdlib.h>

#include "output/tail.h"
#include "tap.h"

#define MOST 4096

static char all[MOST];

/* Add pieces of that size until total bytes came; does the tail of want bytes agree? */
static bool
agrees(size_t keep, size_t piece, size_t total, size_t want)
{
	struct tail *t = NULL;
	const char *data;
	size_t n, held;
	bool same;

	for (size_t done = 0; done < total; done += n) {
		n = piece < total - done ? piece : total - done;
		tail_add(&t, keep, all + done, n);
		if (done % 7 == 3) /* looking in between changes nothing */
			(void)tail_get(t, want, &data);
	}
	held = total < keep ? total : keep;
	n = tail_get(t, want, &data);
	same = n == (want < held ? want : held) && memcmp(data, all + total - n, n) == 0;
	tail_cut(&t, want);
	n = tail_get(t, MOST, &data);
	same = same && n == (want < held ? want : held) && memcmp(data, all + total - n, n) == 0;
	free(t);
	return same;
}

int
main(void)
{
	static const size_t keeps[] = {1, 2, 3, 511, 512, 513, 700, 1024, 3000};
	static const size_t pieces[] = {1, 3, 500, 512, 1025, MOST};
	static const size_t wants[] = {0, 1, 2, 512, 699, MOST};

	for (size_t i = 0; i < MOST; i++)
		all[i] = (char)(i * 31 + i / 256);
	for (size_t k = 0; k < sizeof(keeps) / sizeof(keeps[0]); k++) {
		unsigned wrong = 0;

		for (size_t p = 0; p < sizeof(pieces) / sizeof(pieces[0]); p++)
			for (size_t w = 0; w < sizeof(wants) / sizeof(wants[0]); w++)
				for (size_t total = 0; total <= MOST; total += total < 20 ? 1 : 97)
					wrong += !agrees(keeps[k], pieces[p], total, wants[w]);
		is_int(wrong, 0, "the last bytes are there when %zu are kept", keeps[k]);
	}
	is_int(tail_get(NULL, 10, &(const char *){NULL}), 0, "where nothing came, there is none");
	return done_testing();
}
