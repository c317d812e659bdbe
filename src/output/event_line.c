/*
 * From jobs to lines of --events. Knows no files.
 */
#include "output/event_line.h"

#include <string.h>
#include <sys/wait.h>

#include "base/os.h"
#include "base/util.h"

/* Texts one after the other: pointers to them, or their bytes, each ended by a NUL. */
struct texts {
	size_t n;
	char *const *v; /* NULL: packed counts */
	const char *packed;
};

/* Returns whether all of them were UTF-8. */
static bool
put_list(struct json *w, const char *key, const struct texts *t, bool base64)
{
	const char *text = t->packed;
	bool exact = true;

	json_key(w, key);
	json_raw(w, "[");
	for (size_t i = 0; i < t->n; i++) {
		size_t len;

		if (t->v != NULL)
			text = t->v[i];
		len = strlen(text);
		if (i > 0)
			json_raw(w, ",");
		if (base64)
			json_base64(w, text, len);
		else
			exact = json_string(w, text, len) && exact;
		text += len + 1;
	}
	json_raw(w, "]");
	return exact;
}

/* What it runs and what it was made of, and the end of the line. */
static void
put_texts(struct json *w, const struct event_job *e)
{
	const struct record *record = e->job->record;
	const struct texts inputs = {.n = record->n, .packed = record->data};
	struct texts argv = {.packed = ""};

	if (e->argv != NULL) {
		argv.n = e->argv->n;
		argv.v = e->argv->v;
	}
	if (!put_list(w, "argv", &argv, false))
		(void)put_list(w, "argv_b64", &argv, true);
	if (!put_list(w, "inputs", &inputs, false))
		(void)put_list(w, "inputs_b64", &inputs, true);
	json_raw(w, "}\n");
}

static void
put_signal(struct json *w, int sig)
{
	json_number(w, "signal", sig != 0, (uint64_t)sig);
	json_word(w, "signal_name", sig != 0 ? signal_name(sig) : NULL);
}

static void
put_head(struct json *w, const char *event, const struct job *j, bool ran)
{
	json_raw(w, "{");
	json_word(w, "event", event);
	json_number(w, "seq", true, j->seq);
	json_number(w, "tries", true, j->tries);
	json_number(w, "slot", j->slot > 0, j->slot);
	json_number(w, "pid", ran, (uint64_t)j->end.pid);
	json_seconds(w, "start", ran, j->end.start_wall_ns);
}

void
event_line_start(struct json *w, const struct event_job *e)
{
	put_head(w, "start", e->job, true);
	put_texts(w, e);
}

static int64_t
timeval_ns(struct timeval t)
{
	return (int64_t)t.tv_sec * 1000000000 + (int64_t)t.tv_usec * 1000;
}

/* What it took. */
static void
put_usage(struct json *w, const struct job *j, enum child_output output)
{
	const struct rusage *usage = &j->end.usage;
	const bool ran = j->outcome == JOB_RAN;

	json_seconds(w, "duration", ran, j->end.end_ns - j->end.start_ns);
	json_seconds(w, "user", ran, timeval_ns(usage->ru_utime));
	json_seconds(w, "system", ran, timeval_ns(usage->ru_stime));
	json_number(w, "max_rss", ran, os_max_rss(usage));
	json_number(w, "blocks_read", ran, (uint64_t)usage->ru_inblock);
	json_number(w, "blocks_written", ran, (uint64_t)usage->ru_oublock);
	json_number(w, "stdout_bytes", ran && output != CHILD_INHERIT, j->output_bytes[0]);
	json_number(w, "stderr_bytes", ran && output == CHILD_TWO_PIPES, j->output_bytes[1]);
}

static void
put_ending(struct json *w, const struct job *j, bool lost)
{
	const bool ran = j->outcome == JOB_RAN;
	int sig, code = verdict_exit(j, &sig);

	json_word(w, "outcome", verdict_name(verdict_of(j)));
	json_number(w, "exit", code >= 0, (uint64_t)code);
	put_signal(w, sig);
	json_word(w, "error", j->outcome == JOB_NOT_STARTED ? strerror(j->start_error) : NULL);
	json_bool(w, "timed_out", ran && j->end.timed_out);
	json_bool(w, "core_dumped", ran && sig != 0 && WCOREDUMP(j->end.status));
	json_bool(w, "pipe_held", ran && j->end.pipe_held);
	json_bool(w, "truncated", j->truncated || lost || j->end.read_error != 0);
}

void
event_line_end(struct json *w, const struct event_job *e, bool last)
{
	put_head(w, last ? "end" : "retry", e->job, e->job->outcome == JOB_RAN);
	put_ending(w, e->job, e->lost);
	put_usage(w, e->job, e->output);
	put_texts(w, e);
}

/* Who waits for spool sees 128 and the signal, where it dies of one. */
void
event_line_summary(struct json *w, const struct event_run *run)
{
	static const char *const names[] = {"jobs", "run", "failed", "timed_out", "not_started",
	    "cut_off", "not_run", "retried", "skipped"};
	const uint64_t *n = run->ended;
	const uint64_t failed = n[VERDICT_FAILED] + n[VERDICT_TIMED_OUT] + n[VERDICT_NOT_STARTED];
	const uint64_t ran = n[VERDICT_OK] + failed;
	const uint64_t counts[] = {ran + n[VERDICT_CUT_OFF] + n[VERDICT_NOT_RUN], ran, failed,
	    n[VERDICT_TIMED_OUT], n[VERDICT_NOT_STARTED], n[VERDICT_CUT_OFF], n[VERDICT_NOT_RUN],
	    run->retried, run->skipped};

	json_raw(w, "{");
	json_word(w, "event", "summary");
	json_seconds(w, "start", true, run->start_wall_ns);
	json_seconds(w, "duration", true, run->duration_ns);
	json_number(w, "status", true, (uint64_t)(run->sig != 0 ? 128 + run->sig : run->status));
	put_signal(w, run->sig);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		json_number(w, names[i], true, counts[i]);
	json_bool(w, "all_read", run->all_read);
	json_raw(w, "}\n");
}
