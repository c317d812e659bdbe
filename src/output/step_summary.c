/*
 * A row is at most some 1500 bytes, and so are a hundred and ten of them far from what a page may
 * have.
 */
#include "output/step_summary.h"

#include <string.h>

#include "output/plain.h"

#define FAILED_MOST 100
#define COMMAND_BYTES 200

#define TABLE "\n| job | result | command |\n| --: | --- | --- |\n"

bool
step_summary_wants(const struct step_summary *s, const struct job *j)
{
	if (j->outcome == JOB_NOT_RUN || j->outcome == JOB_SHOWN)
		return false;
	return (job_failed(j) && s->n_failed < FAILED_MOST) ||
	       j->end.end_ns - j->end.start_ns > s->slowest[STEP_SUMMARY_SLOWEST - 1].ns;
}

/* Nothing in it means anything to Markdown or HTML. */
static int
put_cell(struct buf *out, const char *text)
{
	int err = 0;

	for (; *text != '\0' && err == 0; text++) {
		const unsigned char c = (unsigned char)*text;

		if (c >= 0x80 || (c >= '0' && c <= '9') || ((c | ' ') >= 'a' && (c | ' ') <= 'z') ||
		    strchr(" ./-,'=", c) != NULL)
			err = buf_putc(out, *text);
		else
			err = buf_printf(out, "&#%u;", c);
	}
	return err;
}

static int
put_row(struct buf *out, const struct job *j, const char *command)
{
	struct buf text = {0};
	int err = plain_line(&text, command, COMMAND_BYTES);

	err |= buf_printf(out, "| %llu | ", (unsigned long long)j->seq);
	err |= report_state(out, j);
	err |= buf_puts(out, " | <code>");
	if (buf_string(&text) != NULL)
		err |= put_cell(out, text.data);
	err |= buf_puts(out, "</code> |\n");
	buf_free(&text);
	return err;
}

int
step_summary_add(struct step_summary *s, const struct job *j, const char *command)
{
	struct slow_job mine = {.ns = j->end.end_ns - j->end.start_ns}, other;
	int err = put_row(&mine.row, j, command);

	if (err == 0 && job_failed(j) && s->n_failed++ < FAILED_MOST)
		err = buf_add(&s->failed, mine.row.data, mine.row.len);
	for (int i = 0; i < STEP_SUMMARY_SLOWEST && err == 0; i++)
		if (mine.ns > s->slowest[i].ns) {
			other = s->slowest[i];
			s->slowest[i] = mine;
			mine = other;
		}
	buf_free(&mine.row);
	return err;
}

int
step_summary_put(struct buf *out, const struct step_summary *s, const struct report *r, size_t room)
{
	const size_t start = out->len;
	int err =
	    buf_printf(out, "### spool: %llu of %llu jobs failed, %llu cut off, %llu not run\n",
		(unsigned long long)r->failed, (unsigned long long)r->ran,
		(unsigned long long)r->cut_off, (unsigned long long)r->not_run);
	const size_t counts = out->len;

	if (s->failed.len > 0)
		err |= buf_puts(out, TABLE);
	err |= buf_add(out, s->failed.data, s->failed.len);
	if (r->failed > FAILED_MOST)
		err |= buf_printf(
		    out, "\nand %llu more\n", (unsigned long long)(r->failed - FAILED_MOST));
	if (s->slowest[0].ns > 0)
		err |= buf_puts(out, "\nThe slowest:\n" TABLE);
	for (int i = 0; i < STEP_SUMMARY_SLOWEST; i++)
		err |= buf_add(out, s->slowest[i].row.data, s->slowest[i].row.len);
	if (out->len - start > room)
		out->len = counts - start <= room ? counts : start;
	return err;
}

void
step_summary_free(struct step_summary *s)
{
	buf_free(&s->failed);
	for (int i = 0; i < STEP_SUMMARY_SLOWEST; i++)
		buf_free(&s->slowest[i].row);
}
