/*
 * The width of the pool. Relative forms count from the CPUs that this process may really use:
 * its affinity and the tightest cgroup quota, not what the machine has. Knows nothing of
 * descriptors; the executor looks after those.
 */
#include "cli/width.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/cgroup.h"
#include "base/os.h"

/* Everything a value can be, in jobs or CPUs, stays far below this. */
#define FAR_TOO_MANY 1000000u

/*
 * Digits at *text, moved past them. Saturates at FAR_TOO_MANY. Returns false where there are
 * none.
 */
static bool
take_digits(const char **text, unsigned *value)
{
	const char *p = *text;
	unsigned n = 0;

	for (; *p >= '0' && *p <= '9'; p++) {
		n = n * 10 + (unsigned)(*p - '0');
		if (n > FAR_TOO_MANY)
			n = FAR_TOO_MANY;
	}
	if (p == *text)
		return false;
	*text = p;
	*value = n;
	return true;
}

/* A decimal fraction with its point, if there is one, in millionths. */
static bool
take_fraction(const char **text, unsigned *millionths)
{
	unsigned unit = 100000;
	const char *p = *text;

	*millionths = 0;
	if (*p != '.')
		return true;
	for (p++; *p >= '0' && *p <= '9'; p++) {
		*millionths += unit * (unsigned)(*p - '0');
		unit /= 10;
	}
	if (p == *text + 1)
		return false;
	*text = p;
	return true;
}

static unsigned
clamp(uint64_t n)
{
	if (n < 1)
		return 1;
	return n > WIDTH_MAX ? WIDTH_MAX : (unsigned)n;
}

/* A running job is a process and a thread that waits for it, and both count. */
static unsigned
as_many_as_possible(void)
{
	struct rlimit processes;

	if (getrlimit(RLIMIT_NPROC, &processes) != 0 || processes.rlim_cur == RLIM_INFINITY)
		return WIDTH_MAX;
	return clamp(processes.rlim_cur / 2);
}

/* "N%" and "Nx", N with or without a fraction: scale is 100 or 1. */
static unsigned
share_of(unsigned whole, unsigned millionths, unsigned cpus, unsigned scale)
{
	uint64_t divisor = (uint64_t)scale * 1000000;
	uint64_t product = ((uint64_t)whole * 1000000 + millionths) * cpus;

	return clamp((product + divisor - 1) / divisor);
}

void
width_count_cpus(struct cpu_count *c)
{
	unsigned long quota_cpus;

	if (c->usable != 0)
		return;
	c->allowed = os_cpus_allowed();
	c->quota_milli =
	    cgroup_cpu_quota_milli("/proc", "/sys/fs/cgroup", c->quota_file, sizeof c->quota_file);
	c->usable = c->allowed;
	quota_cpus = c->quota_milli / 1000 + (c->quota_milli % 1000 != 0);
	if (c->quota_milli != 0 && quota_cpus < c->usable)
		c->usable = (unsigned)quota_cpus;
	if (c->usable < 1)
		c->usable = 1;
}

int
width_parse(const char *text, const struct cpu_count *c, unsigned *slots, const char **why)
{
	char sign = *text == '+' || *text == '-' ? *text : '\0';
	const char *p = text + (sign != '\0');
	unsigned whole, millionths;

	if (!take_digits(&p, &whole) || !take_fraction(&p, &millionths))
		goto not_a_number;
	if (sign == '\0' && (strcmp(p, "%") == 0 || strcmp(p, "x") == 0)) {
		*slots = share_of(whole, millionths, c->usable, *p == '%' ? 100 : 1);
		return 0;
	}
	if (*p != '\0' || strchr(text, '.') != NULL)
		goto not_a_number;
	if (sign == '+')
		*slots = clamp((uint64_t)c->usable + whole);
	else if (sign == '-')
		*slots = whole < c->usable ? clamp(c->usable - whole) : 1;
	else
		*slots = whole == 0 ? as_many_as_possible() : clamp(whole);
	return 0;

not_a_number:
	*why = "not a number of jobs";
	return -1;
}

int
width_read(const char *path, const struct cpu_count *c, unsigned *slots, const char **why)
{
	char text[64], *word;
	ssize_t n;
	int fd;

	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0) {
		*why = strerror(errno);
		return -1;
	}
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	word = text + strspn(text, " \t\n");
	word[strcspn(word, " \t\r\n")] = '\0';
	*why = "a file that holds no number of jobs";
	return width_parse(word, c, slots, &(const char *){NULL});
}

int
width_explain(struct buf *out, const struct cpu_count *c, const char *given_by, const char *text,
    unsigned slots)
{
	int error;

	error = buf_printf(out, "%u CPU%s usable: %u online, %u allowed by affinity, ", c->usable,
	    c->usable == 1 ? "" : "s", c->online, c->allowed);
	if (error == 0 && c->quota_milli == 0)
		error = buf_puts(out, "no cgroup quota\n");
	else if (error == 0)
		error = buf_printf(out, "a quota of %lu.%03lu in %s\n", c->quota_milli / 1000,
		    c->quota_milli % 1000, c->quota_file);
	if (error == 0)
		error = buf_printf(out, "%u job%s at once: ", slots, slots == 1 ? "" : "s");
	if (error == 0 && given_by == NULL)
		error = buf_puts(out, "one for each usable CPU (default)\n");
	else if (error == 0)
		error = buf_printf(out, "%s %s\n", given_by, text);
	return error;
}
