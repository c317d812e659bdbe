/*
 * What options mean together, and what stands for those that were not written. Internal to the
 * parser.
 */
#ifndef SPOOL_SETTLE_H
#define SPOOL_SETTLE_H

#include "base/buf.h"
#include "cli/options.h"

/*
 * The last step of options_parse(): everything is read. Returns 0, or -1 with one line in *why.
 */
int settle(struct options *o, char *const *envp, struct buf *why);

#endif
