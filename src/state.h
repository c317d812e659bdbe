/*
 * What one run consists of. Internal to session.c, which builds it, and events.c, which is called
 * while it runs.
 */
#ifndef SPOOL_STATE_H
#define SPOOL_STATE_H

#include <signal.h>
#include <stdatomic.h>

#include "cli/options.h"
#include "output/printer.h"
#include "output/report.h"
#include "run/ending.h"
#include "run/executor.h"
#include "run/launch.h"
#include "run/prompt.h"

struct session {
	/* set before the first thread, then read-only */
	const struct options *options;
	unsigned slots;
	struct template *command;
	struct text_template *tag;
	struct source *source;
	struct launch *launch;
	struct printer *printer;
	struct executor *executor;
	struct prompt prompt;
	enum child_output output;
	int stdin_fd;
	int stop_pipe[2]; /* readable: no more input is wanted; -1: nobody would wait for it */
	sigset_t job_mask;

	struct ending ending;
	atomic_bool broken; /* spool itself failed: status 255 */

	/* who has the pen */
	struct report report;
	struct argv word;
	struct buf text;
	bool told_condemned; /* the message about the command word is out */
};

#endif
