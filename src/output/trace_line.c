/*
 * From jobs to trace events. Knows no files. A lane is a thread to the viewer: tid is the slot.
 */
#include "output/trace_line.h"

#include <string.h>

#include "base/util.h"

#define NAME_BYTES 256 /* of a command: more is not readable in a viewer */

/* Of whole microseconds, so that what follows in a lane never begins before its turn. */
static uint64_t
since(const struct trace_time *t, int64_t ns)
{
	return ns > t->begin_ns ? (uint64_t)(ns - t->begin_ns) / 1000 : 0;
}

static int64_t
end_of(const struct job *j, const struct trace_time *t)
{
	return j->outcome == JOB_RAN ? j->end.end_ns : t->now_ns;
}

/* slot: 0: of the process */
static void
put_head(struct json *w, const char *phase, unsigned slot, const char *name, size_t len)
{
	json_raw(w, ",\n{");
	json_key(w, "name");
	(void)json_string(w, name, len);
	json_word(w, "ph", phase);
	json_number(w, "pid", true, 1);
	if (slot != 0)
		json_number(w, "tid", true, slot);
}

void
trace_line_lane(struct json *w, unsigned slot)
{
	char name[sizeof("slot ") + 20] = "slot ";

	format_uint(name + strlen(name), slot);
	put_head(w, "M", slot, "thread_name", strlen("thread_name"));
	json_raw(w, ",\"args\":{");
	json_word(w, "name", name);
	json_raw(w, "}}");
}

void
trace_line_job(
    struct json *w, const struct job *j, const struct trace_time *t, const char *name, size_t len)
{
	const uint64_t ts = since(t, j->outcome == JOB_RAN ? j->end.start_ns : t->now_ns);
	int sig, code = verdict_exit(j, &sig);

	put_head(w, "X", j->slot, name, len <= NAME_BYTES ? len : NAME_BYTES);
	json_word(w, "cat", "job");
	json_number(w, "ts", true, ts);
	json_number(w, "dur", true, since(t, end_of(j, t)) - ts);
	json_raw(w, ",\"args\":{");
	json_number(w, "seq", true, j->seq);
	json_number(w, "tries", true, j->tries);
	json_word(w, "outcome", verdict_name(verdict_of(j)));
	json_number(w, "exit", code >= 0, (uint64_t)code);
	json_number(w, "signal", sig != 0, (uint64_t)sig);
	json_raw(w, "}}");
}

void
trace_line_instant(
    struct json *w, const struct job *j, const struct trace_time *t, const char *name)
{
	put_head(w, "i", j->slot, name, strlen(name));
	json_number(w, "ts", true, since(t, end_of(j, t)));
	json_word(w, "s", "t"); /* it belongs to the lane */
	json_raw(w, "}");
}

void
trace_line_running(struct json *w, const struct trace_time *t, uint64_t running)
{
	put_head(w, "C", 0, "running", strlen("running"));
	json_number(w, "ts", true, since(t, t->now_ns));
	json_raw(w, ",\"args\":{");
	json_number(w, "jobs", true, running);
	json_raw(w, "}}");
}
