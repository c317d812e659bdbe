/*
 * Each reading is a file of /proc opened, read and closed: they are small, and read once a second
 * or once a job. Knows nothing of jobs; no lock.
 */
#include "run/pressure.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WHOLE 10000 /* 100 % */
#define DIGITS "0123456789"

static const char *const names[PRESSURE_KINDS] = {"cpu", "io", "memory"};

/* The beginning of a file as a string. */
static bool
read_text(const char *dir, const char *name, char *text, size_t size)
{
	char path[256];
	ssize_t n;
	int fd;

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path))
		return false;
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return false;
	n = read(fd, text, size - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	return n > 0;
}

/* "12", "12.5" or "12.50" in hundredths, moved past. */
static bool
take_hundredths(const char **text, unsigned *hundredths)
{
	const char *p = *text;
	unsigned n = 0, unit = 10;

	if (*p < '0' || *p > '9')
		return false;
	for (; *p >= '0' && *p <= '9'; p++)
		if ((n = n * 10 + (unsigned)(*p - '0')) > WHOLE)
			return false;
	n *= 100;
	if (*p == '.')
		for (p++; *p >= '0' && *p <= '9'; p++, unit /= 10)
			n += unit * (unsigned)(*p - '0');
	*text = p;
	*hundredths = n;
	return true;
}

const char *
pressure_parse(struct load_policy *policy, const char *text)
{
	const char *value = strchr(text, '=');
	unsigned limit, now;
	int kind = 0;

	while (kind < PRESSURE_KINDS && (strncmp(text, names[kind], strlen(names[kind])) != 0 ||
					    text + strlen(names[kind]) != value))
		kind++;
	if (kind == PRESSURE_KINDS)
		return "not psi:cpu=N, psi:io=N or psi:memory=N";
	value++;
	if (!take_hundredths(&value, &limit) || *value != '\0' || limit == 0 || limit > WHOLE)
		return "not a percentage from 0.01 to 100";
	if (!pressure_read("/proc", (enum pressure_kind)kind, &now))
		return "this system has no /proc/pressure to read";
	policy->stalled[kind] = limit;
	return NULL;
}

bool
pressure_read(const char *proc, enum pressure_kind kind, unsigned *stalled)
{
	char text[256], name[32];
	const char *average;

	snprintf(name, sizeof(name), "pressure/%s", names[kind]);
	if (!read_text(proc, name, text, sizeof(text)) || strncmp(text, "some ", 5) != 0 ||
	    (average = strstr(text, "avg10=")) == NULL)
		return false;
	average += sizeof("avg10=") - 1;
	return take_hundredths(&average, stalled);
}

bool
pressure_running(const char *proc, unsigned *running)
{
	char text[128];
	const char *at = text;
	double average;

	/* "0.20 0.18 0.12 1/80 11206": the fourth is what runs of all there are, this one too. */
	if (read_text(proc, "loadavg", text, sizeof(text))) {
		for (int i = 0; i < 3 && at != NULL; i++)
			if ((at = strchr(at, ' ')) != NULL)
				at++;
		if (at != NULL && strspn(at, DIGITS) > 0) {
			*running = (unsigned)strtoul(at, NULL, 10);
			*running -= *running > 0;
			return true;
		}
	}
	if (getloadavg(&average, 1) != 1 || average < 0)
		return false;
	*running = (unsigned)average;
	return true;
}

bool
pressure_is_low(const struct load_policy *policy, const char *proc)
{
	unsigned now;

	if (policy->running != 0 && pressure_running(proc, &now) && now >= policy->running)
		return false;
	for (int kind = 0; kind < PRESSURE_KINDS; kind++)
		if (policy->stalled[kind] != 0 &&
		    pressure_read(proc, (enum pressure_kind)kind, &now) &&
		    now >= policy->stalled[kind])
			return false;
	return true;
}
