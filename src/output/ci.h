/*
 * What CI systems read in a log: marks that fold, annotations, and what must not be taken for one.
 * A table; pure.
 */
#ifndef SPOOL_CI_H
#define SPOOL_CI_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum ci_system {
	CI_NONE,
	CI_GITHUB, /* GitHub Actions, and those that speak as it does */
	CI_GITLAB,
	CI_AZURE,
	CI_BUILDKITE,
	CI_TEAMCITY,
	CI_PLAIN, /* another one: titles alone */
	CI_AUTO,  /* ask the environment */
};

struct ci_policy {
	enum ci_system system; /* CI_AUTO only while options are read */
	bool safe;             /* what jobs print is not to be read as commands */
};

/* One job's mark. */
struct ci_mark {
	bool open;           /* it is not to be folded */
	bool failed;         /* and is told of in an annotation, */
	bool bare;           /* which is all there is */
	const char *title;   /* one line, ... */
	const char *head;    /* ... and what it begins with, less the command */
	const char *message; /* of the annotation: lines, none of them ended at the end */
	const char *id;      /* no other has it; of [A-Za-z0-9_.-] */
	long long start;     /* seconds since 1970 */
	long long end;
};

/* The system that the environment tells of, or CI_NONE. */
enum ci_system ci_detect(char *const *envp);

/* The name after --ci=, or CI_NONE. */
enum ci_system ci_named(const char *name);

/* Whether it has annotations. */
bool ci_annotates(enum ci_system system);

/* Append what stands before a job's output, or behind it: whole lines. 0 or ENOMEM. */
int ci_begin(enum ci_system system, const struct ci_mark *mark, struct buf *out);
int ci_end(enum ci_system system, const struct ci_mark *mark, struct buf *out);

/* What opens a section of its own for what spool says at the end: a line, or "". */
const char *ci_last_words(enum ci_system system);

/* Looks for what the system would take for a command. Starts where a line begins. */
struct ci_guard {
	char last[16]; /* the bytes before, the latest one last */
};

#define CI_GUARD_INIT                                                                              \
	{                                                                                          \
		"               \n"                                                                \
	}

/*
 * Take bytes of data, up to and with one that would complete a command, or all n. Returns how many;
 * *hit: ci_filler() has to stand before the last one of them.
 */
size_t ci_guard_next(
    struct ci_guard *g, enum ci_system system, const char *data, size_t n, bool *hit);
char ci_filler(enum ci_system system);

/* The same for what stands in b from from on; a line begins there. 0 or ENOMEM. */
int ci_defuse(enum ci_system system, struct buf *b, size_t from);

#endif
