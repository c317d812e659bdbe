/*
 * Asking on the terminal before a job runs (-p).
 */
#ifndef SPOOL_PROMPT_H
#define SPOOL_PROMPT_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

struct prompt {
	int tty;              /* read-only */
	int stop_fd;          /* read-only: readable when the run is over; -1: none */
	pthread_mutex_t lock; /* one question at a time */
};

/* Open the terminal. Returns 0 or errno. */
int prompt_open(struct prompt *p, int stop_fd);

/*
 * Show question (with "?...") on stderr and wait for the answer. True: it begins with y or Y. Any
 * thread.
 */
bool prompt_ask(struct prompt *p, const char *question, size_t len);

void prompt_close(struct prompt *p);

#endif
