/*
 * The insides of the printer. Internal to printer.c, which says what is printed when, and
 * printer_whole.c, which prints what is complete.
 */
#ifndef SPOOL_PRINTER_PARTS_H
#define SPOOL_PRINTER_PARTS_H

#include "output/emit.h"
#include "output/pen.h"
#include "output/printer.h"
#include "output/tail.h"
#include "output/window.h"

#define PRINTER_TAIL_MOST 1024

struct printer {
	/* set before the first job, then read-only */
	const struct print_style *style;
	const struct printer_ops *ops;
	void *ctx;
	struct capture_store store;

	size_t tail_bytes; /* kept of each stream; 0: nobody wants them */

	struct window window;
	struct pen pen;

	/* who has the pen */
	struct emitter emitter;
	struct tail *live_tails[2]; /* of the job that is live */
	struct buf marks;
	bool lost;
};

/* The last bytes of what is captured go to a tail. */
void printer_add_tail(const struct printer *p, struct tail **t, const struct capture *c);

/* All of a finished job, and the end of it. Who has the pen, as for all of these. */
void printer_whole(struct printer *p, struct job *j);

/* Tell of output that was lost, once. */
void printer_check_lost(struct printer *p);

#endif
