/*
 * A job's bytes to stdout and stderr, with or without a tag before each line. Not locked: whoever
 * has the pen.
 */
#ifndef SPOOL_EMIT_H
#define SPOOL_EMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "output/ci.h"
#include "output/sink.h"
#include "run/job.h"

/* Append the tag of a job's lines, less the TAB. Returns 0 or ENOMEM. */
typedef int emit_tag(void *ctx, const struct job *j, struct buf *out);

struct emitter {
	/* set by emitter_init, then read-only */
	const struct capture_store *store;
	emit_tag *tag; /* NULL: lines have none */
	void *ctx;

	unsigned color;       /* of tags; set once: bit 0: of stdout, 1: of stderr */
	enum ci_system guard; /* set once; CI_NONE: nothing needs to be looked for */
	struct ci_guard guards[2];

	struct sink sinks[2];
	struct buf tag_text; /* of the job at tag_place, with the TAB */
	uint64_t tag_place;
	bool tag_failed; /* out of memory */
};

/* tag: NULL: none. Returns 0 or ENOMEM. */
int emitter_init(struct emitter *e, const struct capture_store *store, emit_tag *tag, void *ctx);
void emitter_release(struct emitter *e);

/* Print n bytes of a stream of the job. */
void emit_bytes(struct emitter *e, struct job *j, int stream, const char *data, size_t n);

/*
 * Print and drop the oldest n bytes of c, captured of a stream of the job; n may be more than there
 * is.
 */
void emit_captured(struct emitter *e, struct job *j, int stream, struct capture *c, uint64_t n);

/* A job's bytes come next, at the beginning of a line. */
void emit_begin(struct emitter *e);

/* What is not a job's. */
void emit_mark(struct emitter *e, int stream, const char *data, size_t n);

void emit_flush(struct emitter *e);

/* errno of the first byte that was lost, 0: none was. *stream tells where. */
int emit_error(const struct emitter *e, int *stream);

#endif
