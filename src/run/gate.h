/*
 * When a job may start: paces the starts of a run. One worker at a time has the turn: it takes a
 * job and waits here until that may start, so jobs start in their order. Knows nothing of jobs, nor
 * of the machine or of who else runs jobs: it asks.
 */
#ifndef SPOOL_GATE_H
#define SPOOL_GATE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Tokens: every job that runs beside another one needs one. All is called by one thread at a time
 * and never waits.
 */
struct gate_tokens {
	/* Give back what is held beyond n, or take up to n. Returns how many are held. */
	unsigned (*hold)(unsigned n);
	/* Nothing runs, and no token is held; may be NULL. */
	void (*idle)(void);
	/* Readable when there may be a token; -1: there will be none, or see gate_poke(). */
	int (*fd)(void);
};

struct gate_spec {
	int64_t delay_ns; /* from one start to the next */
	bool adapt;       /* 30 % more after a failed job, 10 % less after another */
	/* May one more start while others run? By who has the turn; NULL: always. */
	bool (*look)(void *ctx, void *who);
	void *ctx;
	const struct gate_tokens *tokens; /* kept; NULL: none are needed */
};

struct gate;

/* Returns NULL with errno set. */
struct gate *gate_new(const struct gate_spec *spec);
void gate_free(struct gate *g);

/* Wait for the turn, and pass it on. Workers. */
void gate_take_turn(struct gate *g);
void gate_give_turn(struct gate *g);

/* Whether somebody has the turn or waits for it: there is a worker for the next job. Any thread. */
bool gate_is_awaited(struct gate *g);

/*
 * Wait until a job may start, or the run is stopped: looks again when one has ended, and once a
 * second. With the turn. who is passed on to look(). From then on the job counts as running.
 */
void gate_await(struct gate *g, void *who);

/* That job starts, with the turn; it has ended, or was not started. */
void gate_start(struct gate *g);
void gate_end(struct gate *g);

/* Hold no token, until gate_resume(). Any thread. */
void gate_pause(struct gate *g);

/*
 * Take back what the jobs that run need, as far as it can be had now. Returns how many of them may
 * run; UINT_MAX: all. Any thread.
 */
unsigned gate_resume(struct gate *g);

/* There may be a token. Any thread. */
void gate_poke(struct gate *g);

/* What became of a job, where the delay adapts to that. Any thread. */
void gate_learn(struct gate *g, bool failed);

/* Nobody waits any more. Any thread. */
void gate_stop(struct gate *g);

/* The delay after a job that failed, or did not: what adapt does. */
int64_t gate_adapted(int64_t delay_ns, bool failed);

#endif
