/*
 * Knows nothing of what is in the file. Lock: that of each file, held while it is written: a slow
 * reader of a pipe holds up the workers, never the thread that has the signals and deadlines.
 */
#include "live_file.h"

#include <string.h>

#include "base/util.h"
#include "observers.h"
#include "records.h"
#include "state.h"

void
live_file_open(struct session *s, struct live_file *f, const char *option, const char *path, int fd,
    const char *header)
{
	pthread_mutex_init(&f->lock, NULL);
	f->json.out = &f->file.record;
	if (fd == 0) {
		records_open_file(s, &f->file, option, path, JOBLOG_ANEW, header);
		return;
	}
	f->file.path = path;
	if (sink_init(&f->file.sink, fd) != 0)
		die("out of memory");
}

struct json *
live_file_begin(struct live_file *f)
{
	pthread_mutex_lock(&f->lock);
	return &f->json;
}

void
live_file_leave(struct live_file *f)
{
	if (f->json.failed)
		die("out of memory");
	pthread_mutex_unlock(&f->lock);
}

/* Returns errno of the first failure, once. */
static int
write_it(struct live_file *f)
{
	const int before = f->file.sink.error;
	const int err = f->json.failed || before != 0 ? before : joblog_write(&f->file);

	buf_reset(&f->file.record);
	live_file_leave(f);
	return before != 0 ? 0 : err;
}

void
live_file_end(struct session *s, struct live_file *f)
{
	const int err = write_it(f);

	if (err != 0)
		observers_lose(s, f->file.path, err);
}

bool
live_file_close(struct live_file *f)
{
	const bool lost_before = f->file.sink.error != 0;
	int err;

	(void)write_it(f);
	if ((err = joblog_close(&f->file)) != 0 && !lost_before)
		warn("cannot write %s: %s", f->file.path, strerror(err));
	return err == 0;
}
