/*
 * What the tests of the printer share: another stdout and stderr for a while, and what the printer
 * told meanwhile.
 */
#ifndef SPOOL_TEST_PRINTING_H
#define SPOOL_TEST_PRINTING_H

#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/os.h"
#include "output/printer.h"

enum {
	STREAMS = 2,
	JOBS_MOST = 400,
};

static const char *const mode_names[] = {"grouped", "in submission order", "by lines", "ungrouped"};
static char directory[] = "/tmp/printer_test.XXXXXX";
static int kept[STREAMS] = {-1, -1};

/* What the printer told. */
static struct {
	unsigned printed; /* jobs, in this order */
	uint64_t order[JOBS_MOST];
	int capture_error; /* of the last job that had one */
	unsigned lost;
	int lost_error;
	int lost_stream;
	atomic_uint admitted;
	unsigned window; /* 0: nobody looks */
	bool overrun;    /* more were admitted and not printed than the window allows */
} told;

static inline void
on_printed(void *ctx, struct job *j)
{
	(void)ctx;
	for (int i = 0; i < STREAMS; i++)
		if (j->captures[i].error != 0)
			told.capture_error = j->captures[i].error;
	if (told.window != 0 && atomic_load(&told.admitted) - told.printed > told.window)
		told.overrun = true;
	told.order[told.printed++ % JOBS_MOST] = j->seq;
}

static inline void
on_lost(void *ctx, int error, int stream)
{
	(void)ctx;
	told.lost++;
	told.lost_error = error;
	told.lost_stream = stream;
}

static inline int
on_tag(void *ctx, const struct job *j, struct buf *out)
{
	(void)ctx;
	return buf_puts(out, record_value(j->record, 0));
}

static const struct printer_ops ops = {.printed = on_printed, .lost = on_lost, .tag = on_tag};

/*
 * Put out and err in the places of stdout and stderr, and close them. No check may be printed until
 * restore().
 */
static inline void
replace(int out, int err)
{
	fflush(stdout);
	kept[0] = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 10);
	kept[1] = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 10);
	if (dup2(out, STDOUT_FILENO) < 0 || dup2(err, STDERR_FILENO) < 0)
		_exit(1);
	close(out);
	if (err != out)
		close(err);
}

static inline void
restore(void)
{
	dup2(kept[0], STDOUT_FILENO);
	dup2(kept[1], STDERR_FILENO);
	close(kept[0]);
	close(kept[1]);
}

static inline int
open_null(void)
{
	return open("/dev/null", O_WRONLY | O_CLOEXEC);
}

/* An empty file without a name. */
static inline int
open_file(void)
{
	const int fd = os_unnamed_file(directory);

	if (fd < 0)
		exit(1);
	return fd;
}

/* Append what is there to read from fd, without waiting. */
static inline void
read_all(int fd, struct buf *to)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	char data[4096];
	ssize_t n;

	while (poll(&p, 1, 0) == 1 && (n = read(fd, data, sizeof(data))) > 0)
		buf_add(to, data, (size_t)n);
}

static inline bool
same(const struct buf *a, const struct buf *b)
{
	return a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

static inline struct printer *
new_printer(const struct print_style *style, unsigned slots)
{
	struct printer *p = printer_new(style, slots, &ops, NULL);

	if (p == NULL)
		exit(1);
	memset(&told, 0, sizeof(told));
	return p;
}

static inline struct job *
new_job(uint64_t seq, pthread_mutex_t *lock)
{
	char value[24];
	struct job *j;

	snprintf(value, sizeof(value), "v%d", (int)seq);
	j = job_new(seq, record_new(value, strlen(value)));
	if (j == NULL)
		exit(1);
	j->lock = lock;
	j->slot = 1;
	j->outcome = lock != NULL ? JOB_RAN : JOB_NOT_RUN;
	return j;
}

static inline void
add(struct printer *p, struct job *j, int stream, const char *text)
{
	printer_add(p, j, stream, text, strlen(text));
}

#endif
