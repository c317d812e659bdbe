/*
 * What MAKEFLAGS says to a program that a recipe of make runs, and what is said to one that a job
 * runs. Pure: nothing is opened.
 */
#ifndef SPOOL_MAKEFLAGS_H
#define SPOOL_MAKEFLAGS_H

#include <stdbool.h>

#include "base/buf.h"

/* How a pool of tokens can be reached. */
enum makeflags_pool {
	MAKEFLAGS_NONE,
	MAKEFLAGS_DENIED, /* there is one, but not for this recipe: negative descriptors */
	MAKEFLAGS_PIPE,
	MAKEFLAGS_FIFO,
};

struct makeflags {
	enum makeflags_pool pool; /* what the last word about it says */
	int read_fd, write_fd;    /* MAKEFLAGS_PIPE */
	char path[4096];          /* MAKEFLAGS_FIFO */
	const char *auth;         /* its value as it stands in the text; NULL: none */
	int auth_len;
	unsigned jobs; /* -jN; 0: not said */
	bool dry;      /* -n, -q or -t: nothing is to be run */
};

/* Read text, which stays in use. */
void makeflags_parse(const char *text, struct makeflags *m);

/* A pool to be offered. */
struct makeflags_offer {
	unsigned jobs;
	int read_fd, write_fd; /* < 0: not by descriptors */
	const char *path;      /* NULL: not by path */
};

/*
 * Add text with its words about jobs replaced by the offer, for jobs to have as MAKEFLAGS. Every
 * program takes another of the words if both ways are offered: make the last one, abbreviations
 * included; gcc before 13 the first one with a name in full, others the last one of these. Returns
 * 0 or ENOMEM.
 */
int makeflags_add(struct buf *out, const char *text, const struct makeflags_offer *offer);

#endif
