/*
 * Messages, memory and numbers. Knows nothing of jobs or options.
 *
 * No lock: a message is formatted on the caller's stack and leaves in one write, so lines of
 * several threads (and of the jobs) do not mix. The name is set once, before the first thread.
 */
#include "base/util.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/terminal.h"

#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S INT64_C(1000000000)

enum {
	LINE_BYTES = 2048, /* well under the smallest stack; longer messages are cut and say so */
	FRACTION_DIGITS = 9,
};

struct unit {
	const char *suffix;
	int64_t factor;
};

static const char *message_name = "spool";
static int failure_status = EXIT_SPOOL;
static _Atomic int64_t skipped_ns;

static void message(bool last, const char *format, va_list args) PRINTF_LIKE(2, 0);

/*
 * A pipe on stderr may be non-blocking because someone who shares it made it so; a message is
 * worth waiting for. Nothing can be reported about a stderr that fails.
 */
static void
write_fully(int fd, const char *data, size_t len)
{
	struct pollfd p = {.fd = fd, .events = POLLOUT};

	while (len > 0) {
		ssize_t n = write(fd, data, len);

		if (n >= 0) {
			data += n;
			len -= (size_t)n;
		} else if (errno == EAGAIN || errno == EWOULDBLOCK) {
			if (poll(&p, 1, -1) < 0 && errno != EINTR)
				return;
		} else if (errno != EINTR) {
			return;
		}
	}
}

/* File names may hold anything; a message stays one line and leaves the terminal alone. */
static void
replace_controls(char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if ((c < ' ' && c != '\t') || c == 0x7f)
			s[i] = '?';
	}
}

/* What snprintf said it would have written, as what is there. */
static size_t
clamp(int n, size_t size)
{
	if (n < 0)
		return 0;
	return (size_t)n < size ? (size_t)n : size - 1;
}

/* last: nothing stands under it any more. */
static void
message(bool last, const char *format, va_list args)
{
	static const char cut[] = "...";
	char line[LINE_BYTES];
	const size_t room = sizeof(line) - 1; /* one byte stays free for the newline */
	const size_t format_len = strlen(format);
	const int saved = errno;
	bool guarded;
	size_t len;

	len = clamp(snprintf(line, room, "%s: ", message_name), room);
	len += clamp(vsnprintf(line + len, room - len, format, args), room - len);
	if (format_len > 0 && format[format_len - 1] == ':')
		len += clamp(snprintf(line + len, room - len, " %s", strerror(saved)), room - len);
	if (len == room - 1)
		memcpy(line + len - (sizeof(cut) - 1), cut, sizeof(cut) - 1);
	replace_controls(line, len);
	line[len++] = '\n';
	guarded = terminal_before(false);
	write_fully(STDERR_FILENO, line, len);
	if (guarded && !last)
		terminal_after(line, len);
	errno = saved;
}

/* False where n would become more than it can hold. */
static bool
add_digit(uint64_t *n, char digit)
{
	const unsigned d = (unsigned)(digit - '0');

	if (*n > (UINT64_MAX - d) / 10)
		return false;
	*n = *n * 10 + d;
	return true;
}

/*
 * The decimal number at *s: digits, with a fraction after a point. *fraction is in [0, 1).
 * *s moves behind it. Integer arithmetic before the point, so that large numbers stay exact.
 */
static int
parse_decimal(const char **s, uint64_t *whole, double *fraction)
{
	const char *p = *s;
	int64_t scaled = 0;
	int64_t scale = 1;
	int digits = 0;

	*whole = 0;
	for (; *p >= '0' && *p <= '9'; p++, digits++)
		if (!add_digit(whole, *p))
			return ERANGE;
	if (*p == '.') {
		const char *first = ++p;

		for (; *p >= '0' && *p <= '9'; p++, digits++) {
			if (p - first < FRACTION_DIGITS) {
				scaled = scaled * 10 + (*p - '0');
				scale *= 10;
			}
		}
		if (p == first)
			return EINVAL;
	}
	if (digits == 0)
		return EINVAL;
	*fraction = (double)scaled / (double)scale;
	*s = p;
	return 0;
}

/* *total += (whole + fraction) * factor, unless that is more than max. */
static int
add_scaled(uint64_t *total, uint64_t whole, double fraction, uint64_t factor, uint64_t max)
{
	const uint64_t part = (uint64_t)(fraction * (double)factor + 0.5);

	if (whole > max / factor)
		return ERANGE;
	whole *= factor;
	if (part > max - whole || *total > max - whole - part)
		return ERANGE;
	*total += whole + part;
	return 0;
}

/* The unit that s starts with, from a table that ends with a NULL suffix. */
static const struct unit *
find_unit(const struct unit *table, const char *s)
{
	for (; table->suffix; table++)
		if (strncmp(s, table->suffix, strlen(table->suffix)) == 0)
			return table;
	return NULL;
}

void
util_set_name(const char *name)
{
	message_name = name;
}

void
util_set_failure_status(int status)
{
	failure_status = status;
}

int
util_failure_status(void)
{
	return failure_status;
}

void
warn(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	message(false, format, args);
	va_end(args);
}

void
die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	message(true, format, args);
	va_end(args);
	_exit(failure_status);
}

void *
xmalloc(size_t n)
{
	void *p = malloc(n ? n : 1);

	if (!p)
		die("out of memory");
	return p;
}

void
format_uint(char *out, uint64_t value)
{
	char digits[20];
	size_t n = 0;

	do
		digits[n++] = (char)('0' + value % 10);
	while ((value /= 10) != 0);
	while (n > 0)
		*out++ = digits[--n];
	*out = '\0';
}

int
parse_uint(const char *s, uint64_t min, uint64_t max, uint64_t *value)
{
	uint64_t n = 0;

	if (*s == '\0' || s[strspn(s, "0123456789")] != '\0')
		return EINVAL;
	for (; *s; s++)
		if (!add_digit(&n, *s))
			return ERANGE;
	if (n < min || n > max)
		return ERANGE;
	*value = n;
	return 0;
}

int
parse_duration(const char *s, int64_t *ns)
{
	/* "ms" stands before "m", which is its prefix. */
	static const struct unit units[] = {
	    {"ms", NS_PER_MS},
	    {"s", NS_PER_S},
	    {"m", 60 * NS_PER_S},
	    {"h", 3600 * NS_PER_S},
	    {"d", 86400 * NS_PER_S},
	    {NULL, 0},
	};
	int64_t last = INT64_MAX;
	uint64_t total = 0;
	bool first = true;

	do {
		const struct unit *unit;
		int64_t factor = NS_PER_S;
		uint64_t whole;
		double fraction;
		int err = parse_decimal(&s, &whole, &fraction);

		if (err)
			return err;
		unit = find_unit(units, s);
		if (unit) {
			s += strlen(unit->suffix);
			factor = unit->factor;
		}
		/* A number without a unit stands alone; units come largest first, each once. */
		if ((!unit && (!first || *s != '\0')) || factor >= last)
			return EINVAL;
		err = add_scaled(&total, whole, fraction, (uint64_t)factor, INT64_MAX);
		if (err)
			return err;
		last = factor;
		first = false;
	} while (*s != '\0');
	*ns = (int64_t)total;
	return 0;
}

int
parse_size(const char *s, uint64_t *bytes)
{
	static const struct unit units[] = {
	    {"K", INT64_C(1) << 10},
	    {"M", INT64_C(1) << 20},
	    {"G", INT64_C(1) << 30},
	    {"T", INT64_C(1) << 40},
	    {"P", INT64_C(1) << 50},
	    {"k", INT64_C(1000)},
	    {"m", INT64_C(1000000)},
	    {"g", INT64_C(1000000000)},
	    {"t", INT64_C(1000000000000)},
	    {"p", INT64_C(1000000000000000)},
	    {NULL, 0},
	};
	const struct unit *unit;
	uint64_t whole;
	uint64_t total = 0;
	double fraction;
	int err = parse_decimal(&s, &whole, &fraction);

	if (err)
		return err;
	unit = find_unit(units, s);
	if (unit)
		s += strlen(unit->suffix);
	else if (fraction > 0)
		return EINVAL; /* there are no parts of a byte */
	if (*s != '\0')
		return EINVAL;
	err = add_scaled(&total, whole, fraction, unit ? (uint64_t)unit->factor : 1, UINT64_MAX);
	if (err)
		return err;
	*bytes = total;
	return 0;
}

int64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec - atomic_load(&skipped_ns);
}

int64_t
wall_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

void
clock_skip(int64_t ns)
{
	atomic_fetch_add(&skipped_ns, ns);
}

char *
format_duration(int64_t ns, char *out, size_t size)
{
	/* Rounded first and cut up afterwards, so that 59.996 s is "1m00s" and not "60.00 s". */
	const int64_t hundredths = ns > 0 ? (ns / (NS_PER_MS * 5) + 1) / 2 : 0;
	const int64_t seconds = hundredths / 100;
	char *p;

	if (seconds < 60) { /* nearly all are: without what printf costs */
		format_uint(out, (uint64_t)seconds);
		p = out + strlen(out);
		*p++ = '.';
		*p++ = (char)('0' + hundredths / 10 % 10);
		*p++ = (char)('0' + hundredths % 10);
		memcpy(p, " s", sizeof(" s"));
	} else if (seconds < 3600) {
		snprintf(out, size, "%dm%02ds", (int)(seconds / 60), (int)(seconds % 60));
	} else if (seconds < 86400) {
		snprintf(out, size, "%dh%02dm", (int)(seconds / 3600), (int)(seconds / 60 % 60));
	} else {
		snprintf(out, size, "%lldd%02dh", (long long)(seconds / 86400),
		    (int)(seconds / 3600 % 24));
	}
	return out;
}

#define NAMED(sig) [sig] = #sig

/* "SIG" and a number, for the ten numbers that start with these digits. */
#define TEN(tens)                                                                                  \
	"SIG" #tens "0", "SIG" #tens "1", "SIG" #tens "2", "SIG" #tens "3", "SIG" #tens "4",       \
	    "SIG" #tens "5", "SIG" #tens "6", "SIG" #tens "7", "SIG" #tens "8", "SIG" #tens "9"

const char *
signal_name(int sig)
{
	/* clang-format off */
	static const char *const named[] = {
	    NAMED(SIGHUP), NAMED(SIGINT), NAMED(SIGQUIT), NAMED(SIGILL), NAMED(SIGTRAP),
	    NAMED(SIGABRT), NAMED(SIGBUS), NAMED(SIGFPE), NAMED(SIGKILL), NAMED(SIGUSR1),
	    NAMED(SIGSEGV), NAMED(SIGUSR2), NAMED(SIGPIPE), NAMED(SIGALRM), NAMED(SIGTERM),
	    NAMED(SIGCHLD), NAMED(SIGCONT), NAMED(SIGSTOP), NAMED(SIGTSTP), NAMED(SIGTTIN),
	    NAMED(SIGTTOU), NAMED(SIGURG), NAMED(SIGXCPU), NAMED(SIGXFSZ), NAMED(SIGVTALRM),
	    NAMED(SIGPROF), NAMED(SIGWINCH), NAMED(SIGIO), NAMED(SIGSYS),
	};
	static const char *const numbered[] = {
	    TEN(), TEN(1), TEN(2), TEN(3), TEN(4), TEN(5), TEN(6), TEN(7), TEN(8), TEN(9), TEN(10),
	    TEN(11), TEN(12),
	};
	/* clang-format on */

	if (sig < 0 || (size_t)sig >= sizeof(numbered) / sizeof(numbered[0]))
		return "SIG?";
	if ((size_t)sig < sizeof(named) / sizeof(named[0]) && named[sig])
		return named[sig];
	return numbered[sig];
}
