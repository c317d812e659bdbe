/*
 * What the command line decides: plain structs that belong to the modules. No module below sees
 * the command line. Filled by options_parse() (parse.h), then read-only.
 */
#ifndef SPOOL_OPTIONS_H
#define SPOOL_OPTIONS_H

#include <stdbool.h>

#include "cli/width.h"
#include "input/source.h"
#include "input/template.h"
#include "output/report.h"
#include "output/style.h"
#include "run/policy.h"

/* What to do instead of running jobs. */
enum action {
	ACTION_RUN,
	ACTION_HELP,
	ACTION_VERSION,
	ACTION_COMPLETION,
};

/* What was written, before defaults and implications; for the parser and for --explain. */
struct given {
	const char *jobs; /* value of -j or $SPOOL_JOBS, "1" by --tty; NULL: the default counts */
	const char *jobs_by; /* "-j", "SPOOL_JOBS" or "--tty"; NULL likewise */
	bool keep_order;
	bool mode;       /* --group, --line-buffer or -u */
	bool delimiter;  /* -0 or -d */
	bool tty;        /* --tty: -o, and -j1 and -u unless told otherwise */
	bool skip_blank; /* -r */
	bool shell;      /* --shell */
	bool quote;      /* -q */
};

struct options {
	enum action action;
	const char *completion_shell; /* with ACTION_COMPLETION: bash, zsh or fish */

	struct source_spec source;
	bool source_is_terminal_values; /* values or commands will be read from a terminal */
	struct template_spec command;
	struct pool_policy pool;
	struct print_style style;
	struct launch_style launch;
	enum exit_rule exit_rule;
	bool explain;

	struct cpu_count cpus; /* counted only where pool.slots or --explain needs it */
	struct given given;

	char *delimiter; /* owned: what -d was decoded to */
};

/* Every default that needs neither the environment nor the rest of the command line. */
void options_init(struct options *o, char *const *envp);

void options_free(struct options *o);

#endif
