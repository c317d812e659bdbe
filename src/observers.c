/*
 * Passes on what happens. Knows who there is, and nothing of what they do with it.
 */
#include "observers.h"

#include <string.h>

#include "base/util.h"
#include "state.h"

static void
add(struct session *s, const struct observer *o)
{
	if (o == NULL)
		return;
	s->observers[s->n_observers++] = o;
	s->keep_records = s->keep_records || o->wants_records;
}

void
observers_open(struct session *s)
{
	if (s->options->launch.dry_run)
		return;
	add(s, event_log_open(s));
	add(s, trace_open(s));
	add(s, ci_open(s));
	add(s, heartbeat_open(s));
	add(s, reports_open(s));
}

void
observers_begin(struct session *s)
{
	if (!s->options->launch.dry_run)
		add(s, progress_open(s));
}

void
observers_started(struct session *s, const struct job *j)
{
	for (unsigned i = 0; i < s->n_observers; i++)
		if (s->observers[i]->started != NULL)
			s->observers[i]->started(s, j);
}

void
observers_retried(struct session *s, const struct job *j)
{
	for (unsigned i = 0; i < s->n_observers; i++)
		if (s->observers[i]->retried != NULL)
			s->observers[i]->retried(s, j);
}

void
observers_ended(struct session *s, const struct job *j)
{
	for (unsigned i = 0; i < s->n_observers; i++)
		if (s->observers[i]->ended != NULL)
			s->observers[i]->ended(s, j);
}

void
observers_printed(struct session *s, const struct job *j)
{
	for (unsigned i = 0; i < s->n_observers; i++)
		if (s->observers[i]->printed != NULL)
			s->observers[i]->printed(s, j);
}

bool
observers_closing(struct session *s, int status, int sig)
{
	bool written = true;

	for (unsigned i = 0; i < s->n_observers; i++)
		if (s->observers[i]->closing != NULL)
			written = s->observers[i]->closing(s, status, sig) && written;
	return written;
}

void
observers_lose(struct session *s, const char *what, int error)
{
	atomic_store(&s->broken, true);
	warn("cannot write %s: %s", what, strerror(error));
	ending_request(&s->ending, 0);
}
