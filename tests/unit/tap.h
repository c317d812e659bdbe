/*
 * TAP for unit programs: each check prints a line, done_testing() the plan; it returns what main
 * shall return. A failed check says in comments where it stands, what was got and what was wanted.
 * ok(), is_int() and is_str() end in a printf format that names the check, and return whether it
 * passed.
 */
#ifndef SPOOL_TAP_H
#define SPOOL_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int tap_checks;
static int tap_failures;

#if defined(__GNUC__)
#define TAP_PRINTF(f, a) __attribute__((format(printf, f, a)))
#else
#define TAP_PRINTF(f, a)
#endif

static inline bool tap_vcheck(bool passed, const char *where, const char *format, va_list args)
    TAP_PRINTF(3, 0);
static inline bool tap_ok(bool passed, const char *where, const char *format, ...) TAP_PRINTF(3, 4);
static inline bool tap_is_int(
    long long got, long long want, const char *where, const char *format, ...) TAP_PRINTF(4, 5);
static inline bool tap_is_str(
    const char *got, const char *want, const char *where, const char *format, ...) TAP_PRINTF(4, 5);

static inline bool
tap_vcheck(bool passed, const char *where, const char *format, va_list args)
{
	tap_checks++;
	tap_failures += !passed;
	printf("%sok %d - ", passed ? "" : "not ", tap_checks);
	vprintf(format, args);
	printf("\n");
	if (!passed)
		printf("#   at %s\n", where);
	/* A crash must not take with it what went before, a fork must not repeat it. */
	fflush(stdout);
	return passed;
}

static inline bool
tap_ok(bool passed, const char *where, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	tap_vcheck(passed, where, format, args);
	va_end(args);
	return passed;
}

static inline bool
tap_is_int(long long got, long long want, const char *where, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	tap_vcheck(got == want, where, format, args);
	va_end(args);
	if (got != want)
		printf("#   got %lld, want %lld\n", got, want);
	return got == want;
}

static inline bool
tap_is_str(const char *got, const char *want, const char *where, const char *format, ...)
{
	const bool same = got && want ? strcmp(got, want) == 0 : got == want;
	va_list args;

	va_start(args, format);
	tap_vcheck(same, where, format, args);
	va_end(args);
	if (!same)
		printf("#   got  '%s'\n#   want '%s'\n", got ? got : "NULL", want ? want : "NULL");
	return same;
}

/* What could not be tried here, and why. */
static inline void
tap_skip(const char *why)
{
	printf("ok %d # SKIP %s\n", ++tap_checks, why);
	fflush(stdout);
}

static inline int
done_testing(void)
{
	printf("1..%d\n", tap_checks);
	if (tap_failures > 0)
		printf("# %d of %d failed\n", tap_failures, tap_checks);
	return fflush(stdout) != 0 || tap_failures > 0 || tap_checks == 0;
}

#define TAP_STRING(x) #x
#define TAP_LINE(x) TAP_STRING(x)
#define TAP_WHERE __FILE__ ":" TAP_LINE(__LINE__)

#define ok(passed, ...) tap_ok(passed, TAP_WHERE, __VA_ARGS__)
#define is_int(got, want, ...)                                                                     \
	tap_is_int((long long)(got), (long long)(want), TAP_WHERE, __VA_ARGS__)
#define is_str(got, want, ...) tap_is_str(got, want, TAP_WHERE, __VA_ARGS__)
#define skip(why) tap_skip(why)

#endif
