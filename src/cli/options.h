/*
 * What the command line decides: plain structs that belong to the modules. No module below sees
 * the command line. Filled by options_parse() (parse.h), and options_settle_width(), then
 * read-only.
 */
#ifndef SPOOL_OPTIONS_H
#define SPOOL_OPTIONS_H

#include <stdbool.h>

#include "cli/width.h"
#include "input/batch.h"
#include "input/combine.h"
#include "input/template.h"
#include "output/joblog.h"
#include "output/progress.h"
#include "output/report.h"
#include "output/style.h"
#include "run/codes.h"
#include "run/halt.h"
#include "run/partition.h"
#include "run/policy.h"
#include "run/retry.h"
#include "run/semaphore.h"
#include "run/termseq.h"
#include "run/timeout.h"

/* Whose command line it is. */
enum personality {
	AS_SPOOL,
	AS_XARGS,
	AS_PARALLEL,
	AS_SEM,
};

/* What to do instead of running jobs, or before. */
enum action {
	ACTION_RUN,
	ACTION_SHOW_LIMITS, /* and then run, as xargs does */
	ACTION_HELP,
	ACTION_VERSION,
	ACTION_COMPLETION,
	ACTION_NOTHING, /* --citation, as parallel: there is nothing to say */
};

/* When the failure summary is printed. */
enum summary {
	SUMMARY_AUTO, /* when jobs failed; never as xargs, parallel or sem */
	SUMMARY_ALWAYS,
	SUMMARY_NEVER,
};

/* Whether --color was given, and how. */
enum color_when {
	COLOR_AUTO, /* on terminals, and only as spool; the environment may say otherwise */
	COLOR_ALWAYS,
	COLOR_NEVER,
};

/* A count, and whether it was written. */
struct given_count {
	bool given;
	uint64_t n;
};

/* What was written, before defaults and implications; for the parser and for --explain. */
struct given {
	bool begun;       /* an option was read that is not --as */
	const char *jobs; /* value of -j or $SPOOL_JOBS, "1" by --tty; NULL: the default counts */
	const char *jobs_by; /* "-j", "SPOOL_JOBS" or "--tty"; NULL likewise */
	bool keep_order;
	bool mode;         /* --group, --line-buffer or -u */
	bool delimiter;    /* -0 or -d */
	bool tty;          /* --tty: -o, and -j1 and -u unless told otherwise */
	bool skip_blank;   /* -r */
	bool shell;        /* --shell */
	bool quote;        /* -q */
	bool termseq;      /* --termseq */
	bool ci;           /* --ci */
	bool heartbeat;    /* --heartbeat */
	bool retries;      /* --retries */
	const char *retry; /* what is wrong with --retry-delay or --retry-on without it */

	const char *list_separator; /* ":::", or what --arg-sep says; NULL: there is none (xargs) */
	const char *file_separator; /* "::::", --arg-file-sep */
	struct source_spec each;    /* what holds for each source: how it is split */
	bool skip_first;            /* --skip-first-line: of the first source */
	bool no_input;              /* --nonall: one job, no values */

	struct given_count max_args;         /* -n */
	struct given_count max_replace_args; /* -N */
	struct given_count max_lines;        /* -L or -l */
	bool line_context;                   /* -L: as GNU parallel, it repeats words as -X does */
	bool fill;                           /* --xargs */
	bool fill_split;                     /* -m */
	bool fill_repeat;                    /* -X */
	bool exact;                          /* -x */
	bool semaphore;                      /* --semaphore, --id ... as parallel: it becomes sem */
	bool gnu;                            /* --gnu */
	bool tollef;                         /* --tollef */

	struct buf *notice; /* while the command line is read: what the user should know */
};

struct options {
	enum action action;
	const char *completion_shell; /* with ACTION_COMPLETION: bash, zsh or fish */

	enum personality personality;
	const char *name;               /* what it calls itself in messages: "spool", "xargs" ... */
	struct combine_spec combine;    /* the array of sources is owned */
	bool source_is_terminal_values; /* values or commands will be read from a terminal */
	bool require_input;             /* --require-input: no job at all is an error */
	struct batch_spec batch;
	struct template_spec command;
	struct semaphore_spec semaphore; /* with AS_SEM */
	enum summary summary;
	struct pool_policy pool;
	struct pace_policy pace;
	struct print_style style;
	struct launch_style launch;
	enum exit_rule exit_rule;
	struct halt_policy halt;
	struct records_policy records;
	struct partition_policy partition;
	struct codes ok_codes; /* --ok-codes: exit codes that are success, besides 0 */
	struct retry_policy retry;
	struct timeout_policy timeout;
	struct termseq termseq; /* --termseq, or what --grace makes */
	const char *deadline;   /* --deadline as it was written; NULL: none */
	int64_t deadline_ns;    /* for the whole run */
	enum color_when color;
	unsigned progress; /* PROGRESS_LINE ...; 0: none */
	bool explain;
	struct ci_policy ci;
	int64_t heartbeat_ns; /* 0: none */

	struct cpu_count cpus; /* counted only where something needs it */
	struct given given;

	char *delimiter; /* owned: what -d was decoded to */
};

/*
 * One more source, which shares what holds for each; valid until the next call. linked: see
 * struct combine_source.
 */
struct source_spec *options_add_source(struct options *o, bool linked);

/* Every default that needs neither the environment nor the rest of the command line. */
void options_init(struct options *o, char *const *envp);

/*
 * How many jobs at once where nobody said it, and pool.slots is 0: as many as there are CPUs.
 * Counting them takes a tenth of what a run of one job takes, so where it is known that there is no
 * more than one job, it is one at once.
 */
void options_settle_width(struct options *o, bool one_job);

void options_free(struct options *o);

#endif
