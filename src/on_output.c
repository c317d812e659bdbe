/*
 * The callbacks of the printer, by whoever has the pen: what is said of a job whose output is out,
 * and what is done when output is lost.
 */
#include <errno.h>
#include <string.h>
#include <sys/wait.h>

#include "base/util.h"
#include "ci.h"
#include "events.h"
#include "input/quote.h"
#include "observers.h"
#include "records.h"
#include "results.h"
#include "state.h"

/* Say why a job was not started; once for all jobs when it is the command word they share. */
static void
tell_not_started(struct session *s, const struct job *j)
{
	const struct replace_input in = launch_input(s->launch, j);
	const char *word = "";

	if (j->no_file) {
		warn("job %llu: cannot write %s: %s", (unsigned long long)j->seq, j->file,
		    strerror(j->start_error));
		atomic_store(&s->broken, true);
		return;
	}

	if (job_condemns_all(j)) {
		if (s->told_condemned)
			return;
		s->told_condemned = true;
	}
	if (j->record->too_long == 0 && template_expand(s->command, &in, &s->word) == 0)
		word = s->word.v[0];
	buf_reset(&s->text);
	buf_reset(&s->directory);
	if (launch_directory(s->launch, j, &s->directory) != 0 || !buf_string(&s->directory) ||
	    report_reason(&s->text, j, word, s->directory.data) != 0 ||
	    buf_string(&s->text) == NULL)
		die("out of memory");
	if (job_condemns_all(j))
		warn("%s", s->text.data);
	else
		warn("job %llu: %s", (unsigned long long)j->seq, s->text.data);
}

static void
tell_incomplete(struct session *s, const struct job *j)
{
	int err = j->captures[0].error ? j->captures[0].error : j->captures[1].error;

	if (err == 0)
		err = j->end.read_error;
	if (err == 0)
		return;
	warn("job %llu: its output is incomplete: %s", (unsigned long long)j->seq, strerror(err));
	atomic_store(&s->broken, true);
}

static void
tell_truncated(struct session *s, const struct job *j)
{
	if (j->truncated)
		warn("job %llu: its output is over --max-output %s", (unsigned long long)j->seq,
		    s->options->style.max_output_text);
}

/* As xargs says it. */
static void
tell_abort(struct session *s, const struct job *j)
{
	const char *command = s->options->command.words[0];

	if (j->outcome != JOB_RAN || !events_stops_the_run(s, j) || j->end.told_to_end)
		return;
	if (WIFSIGNALED(j->end.status))
		warn("%s: terminated by signal %d", command, WTERMSIG(j->end.status));
	else
		warn("%s: exited with status 255; aborting", command);
}

static void
on_lost(void *ctx, int error, int stream)
{
	struct session *s = ctx;

	atomic_store(&s->broken, true);
	if (error != EPIPE)
		warn("cannot write standard %s: %s", stream == 0 ? "output" : "error",
		    strerror(error));
	ending_request(&s->ending, error == EPIPE ? events_death_of_pipe() : 0);
}

/* Without records the run can't be trusted to be resumed. */
static void
lose_record(struct session *s, const struct joblog *l)
{
	if (l->standard_output) {
		on_lost(s, l->sink.error, 0);
		return;
	}
	observers_lose(s, l->path, l->sink.error);
}

/*
 * What runs the job again, where it ran. With CDPATH a bare name might be another directory.
 */
static const char *
line_to_paste(struct session *s, const struct job *j)
{
	struct buf *dir = &s->directory, *text = &s->text;
	int err = 0;

	buf_reset(text);
	buf_reset(dir);
	if (s->wd != NULL)
		err = launch_directory(s->launch, j, dir);
	if (err == 0 && dir->len > 0 && buf_string(dir) != NULL) {
		err = buf_puts(text, strchr("/.", *dir->data) != NULL ? "cd " : "cd ./");
		if (err == 0)
			err = quote_word(text, dir->data);
		if (err == 0)
			err = buf_puts(text, " && ");
	}
	if (err == 0)
		err = launch_describe(s->launch, j, text);
	return err == 0 && buf_string(text) != NULL ? text->data : "\n";
}

static void
on_printed(void *ctx, struct job *j)
{
	struct session *s = ctx;
	const struct joblog *lost;
	const char *description = "\n";

	if (j->outcome != JOB_NOT_RUN && j->input_end > s->input_used)
		s->input_used = j->input_end;
	if (j->outcome == JOB_NOT_STARTED)
		tell_not_started(s, j);
	if (s->options->personality == AS_XARGS)
		tell_abort(s, j);
	tell_incomplete(s, j);
	tell_truncated(s, j);
	if (report_wants(&s->report, j))
		description = line_to_paste(s, j);
	report_add(&s->report, j, description);
	/* What is not in the table is to be done again. */
	if (!results_failed(s) && (lost = records_add(s, j)) != NULL)
		lose_record(s, lost);
	observers_printed(s, j);
}

static void
on_row(void *ctx, struct job *j)
{
	struct session *s = ctx;
	const struct joblog *lost = results_put(s, j);

	if (lost != NULL)
		lose_record(s, lost);
}

/* --tag is the values. */
static int
on_tag(void *ctx, const struct job *j, struct buf *out)
{
	struct session *s = ctx;
	const struct replace_input in = launch_input(s->launch, j);
	int err = 0;

	if (s->tag != NULL)
		return text_template_expand(s->tag, &in, out);
	for (size_t i = 0; i < j->record->n && err == 0; i++) {
		if (i > 0)
			err = buf_putc(out, ' ');
		if (err == 0)
			err = buf_puts(out, record_value(j->record, i));
	}
	return err;
}

static bool
on_frame(void *ctx, const struct job *j, bool end, struct buf *out)
{
	return ci_frame(ctx, j, end, out);
}

const struct printer_ops events_of_output = {
    .frame = on_frame,
    .printed = on_printed,
    .lost = on_lost,
    .tag = on_tag,
    .row = on_row,
};
