/*
 * When a job may start: paces the starts of a run. One worker at a time has the turn: it takes a
 * job and waits here until that may start, so jobs start in their order. Knows nothing of jobs, nor
 * of the machine: it asks.
 */
#ifndef SPOOL_GATE_H
#define SPOOL_GATE_H

#include <stdbool.h>
#include <stdint.h>

struct gate_spec {
	int64_t delay_ns; /* from one start to the next */
	bool adapt;       /* 30 % more after a failed job, 10 % less after another */
	/* May one more start while others run? By who has the turn; NULL: always. */
	bool (*look)(void *ctx, void *who);
	void *ctx;
};

struct gate;

/* Returns NULL with errno set. */
struct gate *gate_new(const struct gate_spec *spec);
void gate_free(struct gate *g);

/* Wait for the turn, and pass it on. Workers. */
void gate_take_turn(struct gate *g);
void gate_give_turn(struct gate *g);

/*
 * Wait until a job may start, or the run is stopped: looks again when one has ended, and once a
 * second. With the turn. who is passed on to look().
 */
void gate_await(struct gate *g, void *who);

/* A job starts, with the turn; it has ended, or was not started. */
void gate_start(struct gate *g);
void gate_end(struct gate *g);

/* What became of a job, where the delay adapts to that. Any thread. */
void gate_learn(struct gate *g, bool failed);

/* Nobody waits any more. Any thread. */
void gate_stop(struct gate *g);

/* The delay after a job that failed, or did not: what adapt does. */
int64_t gate_adapted(int64_t delay_ns, bool failed);

#endif
