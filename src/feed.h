/*
 * From the input to the pool.
 */
#ifndef SPOOL_FEED_H
#define SPOOL_FEED_H

struct session;

/* What the replacement strings anywhere need: enum need, added up. When all is compiled. */
unsigned feed_needs(const struct session *s);

/* Submit every job there is, until the input is at its end or the run is stopped. Main thread. */
void feed(struct session *s);

#endif
