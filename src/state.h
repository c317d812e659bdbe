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
	struct text_template *wd;
	struct replace_spec names; /* the options' with those of the header */
	struct combine *rows;
	struct batch_spec batch_spec; /* the options' with the slots there are */
	struct batch *batch;
	struct launch *launch;
	struct printer *printer;
	struct executor *executor;
	struct prompt prompt;
	enum child_output output;
	int stdin_fd;
	int stop_pipe[2]; /* readable: no more input is wanted; -1: nobody would wait for it */
	sigset_t job_mask;

	/* the main thread's own */
	uint64_t jobs; /* submitted */

	struct halt halt;
	struct ending ending;
	atomic_bool broken; /* spool itself failed: status 255 */

	/* who has the pen */
	struct report report;
	struct argv word;
	struct buf text;
	struct buf directory;
	int64_t input_used;  /* offset behind what the jobs that ran were made of */
	bool told_condemned; /* the message about the command word is out */
};

#endif
