/*
 * --heartbeat: a line on stderr when nothing was printed for some time, so that who waits knows
 * that something runs.
 */
#ifndef SPOOL_HEARTBEAT_H
#define SPOOL_HEARTBEAT_H

struct session;

/* Say it when it is time. Signals thread; waits for nobody's reader. */
void heartbeat_tick(struct session *s);

#endif
