/*
 * A report as the Test Anything Protocol, version 13. Pure.
 */
#ifndef SPOOL_TAP_H
#define SPOOL_TAP_H

#include "output/attempt.h"

#define TAP_HEADER "TAP version 13\n"

/* One job by its tries, n > 0, as test number; name is clean (base/clean.h). 0 or ENOMEM. */
int tap_case(
    struct buf *out, uint64_t number, const char *name, const struct attempt *tries, int n);

#endif
