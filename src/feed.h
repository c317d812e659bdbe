/*
 * From the input to the pool.
 */
#ifndef SPOOL_FEED_H
#define SPOOL_FEED_H

struct session;

/* Submit every job there is, until the input is at its end or the run is stopped. Main thread. */
void feed(struct session *s);

#endif
