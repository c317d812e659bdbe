/*
 * The setters of what holds jobs back.
 */
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "cli/set.h"

/* "auto", a duration, or both. */
const char *
set_delay(struct options *o, const char *value)
{
	size_t len = strlen(value);
	char text[64];

	o->pace.delay_adapts = len >= 4 && strcmp(value + len - 4, "auto") == 0;
	if (o->pace.delay_adapts)
		len -= 4;
	if (len >= sizeof(text))
		return "not a duration";
	memcpy(text, value, len);
	text[len] = '\0';
	o->pace.delay_ns = 0;
	if (len == 0 && o->pace.delay_adapts)
		return NULL;
	return parse_duration(text, &o->pace.delay_ns) == 0 ? NULL : "not a duration";
}

/* Fractions of a process are rounded up, as all are counted whole; as in GNU parallel 0 is 0.01. */
const char *
set_load(struct options *o, const char *value)
{
	struct cpu_count one = {.usable = 1};
	const char *why;
	char text[64];

	if (strncmp(value, "psi:", 4) == 0)
		return pressure_parse(&o->pace.load, value + 4);
	if (*value != '\0' && value[strspn(value, "0123456789.")] == '\0' &&
	    strlen(value) + 1 < sizeof(text)) {
		snprintf(text, sizeof(text), "%sx", value);
		return width_parse(text, &one, &o->pace.load.running, &why) == 0 ? NULL
		                                                                 : "not a load";
	}
	width_count_cpus(&o->cpus);
	return width_parse(value, &o->cpus, &o->pace.load.running, &why) == 0 ? NULL : "not a load";
}

const char *
set_nice(struct options *o, const char *value)
{
	bool negative = *value == '-';
	uint64_t n;

	if (parse_uint(value + negative, 0, negative ? 20 : 19, &n) != 0)
		return "not a number from -20 to 19";
	o->pace.nice = negative ? -(int)n : (int)n;
	o->pace.renice = true;
	return NULL;
}

static const char *
set_bytes(uint64_t *bytes, const char *value)
{
	return parse_size(value, bytes) == 0 && *bytes > 0 && *bytes < INT64_MAX / 4 ? NULL
	                                                                             : "not a size";
}

const char *
set_memfree(struct options *o, const char *value)
{
	return set_bytes(&o->pace.memory.free_bytes, value);
}

const char *
set_memsuspend(struct options *o, const char *value)
{
	return set_bytes(&o->pace.memory.suspend_bytes, value);
}

/* A command, or one of GNU parallel's three words for what spool knows itself. */
const char *
set_limit(struct options *o, const char *value)
{
	char text[32] = "io=";

	if (strncmp(value, "load ", 5) == 0)
		return set_load(o, value + 5);
	if (strncmp(value, "mem ", 4) == 0)
		return set_memfree(o, value + 4);
	if (strncmp(value, "io ", 3) == 0) {
		strncat(text, value + 3, sizeof(text) - 4);
		return pressure_parse(&o->pace.load, text);
	}
	o->pace.limit = value;
	return *value == '\0' ? "must not be empty" : NULL;
}

const char *
set_jobserver(struct options *o, const char *value)
{
	o->pool.jobserver = (enum jobserver_use)value[0];
	return NULL;
}

const char *
set_jobserver_style(struct options *o, const char *value)
{
	o->pool.jobserver_style = (enum jobserver_style)value[0];
	return NULL;
}
