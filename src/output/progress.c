/*
 * Numbers to text. What the jobs are called may hold anything; a line stays one line, as wide as is
 * allowed at most, and leaves the terminal alone. Where a width is not certain the larger one
 * counts.
 */
#include "output/progress.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

#define NS_PER_S INT64_C(1000000000)
#define FIRST_WIDE 0x1100 /* no character before this one takes two columns */
#define MOST_BYTES 4      /* of a character */
#define LINE_EXTRA 64     /* bytes of colours, of one line */
#define BAR_LEAST 6
#define BAR_MOST 30

#define RED "\033[31m"
#define GREEN "\033[32m"
#define PLAIN "\033[m"

/* A line that is being written. */
struct line {
	struct buf *out; /* has room */
	const struct progress_style *style;
	unsigned left; /* columns */
};

static char *
format_seconds(int64_t ns, char *out, size_t size)
{
	if (ns >= 60 * NS_PER_S)
		return format_duration(ns, out, size);
	snprintf(out, size, "%ds", (int)(ns / NS_PER_S));
	return out;
}

/* Controls, and what changes the direction of the text or has no width. */
static bool
is_harmful(uint32_t c)
{
	return c == UTF8_BAD || c < ' ' || (c >= 0x7f && c < 0xa0) ||
	       (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2060 && c <= 0x206f);
}

/* Append text, as far as there is room. color: NULL: none. */
static void
put(struct line *l, const char *color, const char *text, size_t len)
{
	bool colored = color != NULL && l->style->color && l->left > 0;

	if (colored)
		(void)buf_puts(l->out, color);
	while (len > 0) {
		uint32_t c = UTF8_BAD;
		size_t n = 1;
		unsigned width;

		if (l->style->utf8 || (unsigned char)*text < 0x80)
			n = utf8_next(text, len, &c);
		width = c < FIRST_WIDE || is_harmful(c) ? 1 : 2;
		if (width > l->left)
			break;
		(void)(is_harmful(c) ? buf_putc(l->out, '?') : buf_add(l->out, text, n));
		l->left -= width;
		text += n;
		len -= n;
	}
	if (len > 0) /* all that follows is cut off as well */
		l->left = 0;
	if (colored)
		(void)buf_puts(l->out, PLAIN);
}

int64_t
progress_eta(const struct progress_numbers *n)
{
	double rest = (double)(n->total - n->done), since, soon;

	if (n->more || n->done == 0 || n->done > n->total)
		return -1;
	/* As fast as it went to the last one; or slower, if the next one takes longer. */
	since = (double)n->last_ns * rest / (double)n->done - (double)(n->elapsed_ns - n->last_ns);
	soon = (double)n->elapsed_ns * (rest - 1) / (double)(n->done + 1);
	if (since < soon)
		since = soon;
	return since < 0 ? 0 : since < 9e18 ? (int64_t)since : INT64_MAX;
}

int
progress_plain(const struct progress_numbers *n, struct buf *out)
{
	char took[24];

	return buf_printf(out, "%llu done, %llu failed, %llu running, %llu %s, %s",
	    (unsigned long long)n->done, (unsigned long long)n->failed,
	    (unsigned long long)n->running, (unsigned long long)n->total,
	    n->more ? "so far" : "in all", format_seconds(n->elapsed_ns, took, sizeof(took)));
}

/* ", 12.5/s", or jobs a minute where they are slow; nothing while none is done. */
static int
format_rate(const struct progress_numbers *n, char *out, size_t size)
{
	double tenths = n->elapsed_ns > 0 ? 1e10 * (double)n->done / (double)n->elapsed_ns : 0;
	bool slow = tenths < 10;
	unsigned long long rate = (unsigned long long)(slow ? 60 * tenths : tenths);

	return n->done == 0 || rate == 0 ? 0
	                                 : snprintf(out, size, ", %llu.%llu/%s", rate / 10,
					       rate % 10, slow ? "min" : "s");
}

/* As wide as there is room, in what the text leaves. */
static void
put_bar(struct line *l, const struct progress_numbers *n)
{
	static const char full[] = "##############################";
	static const char empty[] = "------------------------------";
	unsigned cells = l->left < BAR_MOST + 8 ? l->left - 8 : BAR_MOST, filled;
	char percent[16];

	if (n->more || n->total == 0 || n->done > n->total || l->left < BAR_LEAST + 8)
		return;
	filled = (unsigned)(cells * n->done / n->total);
	put(l, NULL, " [", 2);
	put(l, n->failed > 0 ? RED : GREEN, full, filled);
	put(l, NULL, empty, cells - filled);
	snprintf(percent, sizeof(percent), "] %u%%", (unsigned)(100 * n->done / n->total));
	put(l, NULL, percent, strlen(percent));
}

static void
put_numbers(struct line *l, const struct progress_numbers *n)
{
	char text[128], time[24];
	int64_t eta = progress_eta(n);
	int len;

	len = snprintf(text, sizeof(text), "%llu/%llu%s done, ", (unsigned long long)n->done,
	    (unsigned long long)n->total, n->more ? "+" : "");
	put(l, NULL, text, (size_t)len);
	len = snprintf(text, sizeof(text), "%llu failed", (unsigned long long)n->failed);
	put(l, n->failed > 0 ? RED : NULL, text, (size_t)len);
	len = snprintf(text, sizeof(text), ", %llu running", (unsigned long long)n->running);
	len += format_rate(n, text + len, sizeof(text) - (size_t)len);
	len += snprintf(text + len, sizeof(text) - (size_t)len, ", %s",
	    format_seconds(n->elapsed_ns, time, sizeof(time)));
	if (eta >= 0)
		len += snprintf(text + len, sizeof(text) - (size_t)len, ", ETA %s",
		    format_seconds(eta, time, sizeof(time)));
	put(l, NULL, text, (size_t)len);
	if (l->style->parts & PROGRESS_BAR)
		put_bar(l, n);
}

static void
put_job(struct line *l, const struct progress_job *j)
{
	char text[64], time[24];
	int len = snprintf(text, sizeof(text),
	    "%7s job %llu: ", format_seconds(j->ran_ns, time, sizeof(time)),
	    (unsigned long long)j->seq);

	put(l, NULL, text, (size_t)len);
	put(l, NULL, j->command, j->len);
}

int
progress_draw(struct progress_area *a, const struct progress_style *style,
    const struct progress_numbers *n, const struct progress_job *jobs, unsigned n_jobs)
{
	const unsigned most = style->columns > 0 ? style->columns - 1 : 0;
	struct line l = {.out = &a->text, .style = style};
	unsigned lines = style->parts & PROGRESS_JOBS ? 1 + n_jobs : 1;

	if (lines > style->rows / 2)
		lines = style->rows > 3 ? style->rows / 2 : 1;
	buf_reset(&a->text);
	a->n = 0;
	if (buf_reserve(&a->text, lines * ((size_t)most * MOST_BYTES + LINE_EXTRA)) != 0)
		return ENOMEM;
	for (; a->n < lines; a->n++) {
		l.left = most;
		if (a->n > 0)
			(void)buf_putc(&a->text, '\n');
		if (a->n == 0)
			put_numbers(&l, n);
		else
			put_job(&l, &jobs[a->n - 1]);
		a->widths[a->n] = most - l.left;
	}
	return 0;
}
