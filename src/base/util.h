/*
 * Messages, memory and numbers: what every floor above needs.
 * warn() and die() are for the top floors (cli, session, main) only.
 */
#ifndef SPOOL_UTIL_H
#define SPOOL_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EXIT_SPOOL 255 /* spool itself could not do its work */

#if defined(__GNUC__)
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))
#else
#define PRINTF_LIKE(f, a)
#endif

/* Name that starts every message; "spool" until set. The string is kept, not copied. */
void util_set_name(const char *name);

/* The exit status when spool itself could not do its work: EXIT_SPOOL until set. */
void util_set_failure_status(int status);
int util_failure_status(void);

/*
 * One line "NAME: message" on stderr, in one write. A format that ends in ':' gets strerror(errno).
 * Control characters are replaced; over 2 kB the line is cut. Keeps errno. Any thread.
 */
void warn(const char *format, ...) PRINTF_LIKE(1, 2);

/* warn(), then _exit(util_failure_status()): any thread; the keeper ends what still runs. */
_Noreturn void die(const char *format, ...) PRINTF_LIKE(1, 2);

/* Allocate or die: for what the whole run needs; code that has a job at hand fails that job. */
void *xmalloc(size_t n);

/* Write value in decimal and a NUL to out, 21 bytes; for where printf would cost too much. */
void format_uint(char *out, uint64_t value);

/* Decimal digits only, whole string, min <= value <= max. Returns 0, EINVAL or ERANGE. */
int parse_uint(const char *s, uint64_t min, uint64_t max, uint64_t *value);

/*
 * "90", "1.5s", "2m", "1h30m", "1d", "250ms" to nanoseconds: units from the largest to the
 * smallest, seconds where there is none. Returns 0, EINVAL or ERANGE.
 */
int parse_duration(const char *s, int64_t *ns);

/*
 * "4096", "64K", "1.5M", "2g": K M G T P are powers of 1024, k m g t p of 1000.
 * Returns 0, EINVAL or ERANGE.
 */
int parse_size(const char *s, uint64_t *bytes);

/* The clock of the run: monotonic, nanoseconds, less what clock_skip() was given. Any thread. */
int64_t now_ns(void);

/* Nanoseconds since 1970, for people: this clock may be set at any time. Any thread. */
int64_t wall_ns(void);

/* The run stood still for that long: no timer counts it. Any thread. */
void clock_skip(int64_t ns);

/* "0.02 s", "4m12s", "1h02m": for people. Writes into out (at least 24 bytes) and returns it. */
char *format_duration(int64_t ns, char *out, size_t size);

/* "SIGINT", "SIGKILL", ... or "SIG35". Static storage, any thread. */
const char *signal_name(int sig);

#endif
