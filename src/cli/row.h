/*
 * What the rows of the option table are written with. For table_jobs.c and table_run.c alone.
 */
#ifndef SPOOL_ROW_H
#define SPOOL_ROW_H

#include "cli/table.h"

#define SPOOL (1u << AS_SPOOL)
#define XARGS (1u << AS_XARGS)
#define PARALLEL (1u << AS_PARALLEL)
#define SEM (1u << AS_SEM)
#define ALL (SPOOL | XARGS | PARALLEL | SEM)
#define POOL (SPOOL | PARALLEL) /* that read input as spool does */
#define INPUT (SPOOL | PARALLEL | XARGS)
#define JOBS (SPOOL | PARALLEL | SEM)

#define FLAG(field) NULL, offsetof(struct options, field)
#define SET(setter) setter, 0
#define NO_VALUE VALUE_NONE, NULL, NULL, COMPLETES_NOTHING
#define TAKES(metavar) VALUE_REQUIRED, metavar, NULL, COMPLETES_NOTHING
#define MAY_TAKE(metavar) VALUE_OPTIONAL, metavar, NULL, COMPLETES_NOTHING
#define MAY_TAKE_WORD(metavar) VALUE_OPTIONAL_WORD, metavar, NULL, COMPLETES_NOTHING
#define MAY_TAKE_NUMBER(metavar) VALUE_OPTIONAL_NUMBER, metavar, NULL, COMPLETES_NOTHING
#define TAKES_ONE_OF(metavar, choices) VALUE_REQUIRED, metavar, choices, COMPLETES_NOTHING
#define TAKES_FILE VALUE_REQUIRED, "FILE", NULL, COMPLETES_FILE
#define TAKES_COMMAND VALUE_REQUIRED, "PATH", NULL, COMPLETES_COMMAND
#define TAKES_DIRECTORY VALUE_REQUIRED, "DIR", NULL, COMPLETES_DIRECTORY

/* The ends of the two parts: rows without a help. Letters: it goes on in the other part. */
#define MORE_ROWS                                                                                  \
	{                                                                                          \
		0, GROUP_COUNT, "", NULL, NULL, NO_VALUE, NULL, NULL, 0                            \
	}
#define NO_MORE_ROWS                                                                               \
	{                                                                                          \
		0, GROUP_COUNT, NULL, NULL, NULL, NO_VALUE, NULL, NULL, 0                          \
	}

#endif
