/*
 * What stands around each job's output in the log of a CI system, and what is left there at the
 * end. Decoration: neither status nor order hangs on it.
 * No lock: who has the pen, and the main thread when all is printed.
 */
#include "ci.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/util.h"
#include "observers.h"
#include "output/plain.h"
#include "output/step_summary.h"
#include "state.h"

#define TITLE_BYTES 200 /* of a command */
#define MESSAGE_BYTES 2000
#define NS 1000000000LL

struct ci {
	/* read-only */
	enum ci_system system;
	bool safe;              /* commands have to be switched off */
	char token[2 * 16 + 1]; /* that nobody can guess */
	const char *page;       /* where the step's page is written to; NULL: nowhere */
	long long begun;        /* seconds since 1970 */

	struct ci_mark mark; /* of the job that is printed */
	bool bracketed;      /* its output is passed over */
	struct buf command;
	struct buf title;
	struct buf head;
	struct buf message;
	char id[80];
	struct step_summary summary;
};

static void
check(int err)
{
	if (err != 0)
		die("out of memory");
}

static const char *
string(struct buf *b)
{
	const char *s = buf_string(b);

	if (s == NULL)
		die("out of memory");
	return s;
}

/* The job's command, in c->command. */
static const char *
describe(const struct session *s, const struct job *j)
{
	buf_reset(&s->ci->command);
	check(launch_describe(s->launch, j, &s->ci->command));
	return string(&s->ci->command);
}

static void
make_title(const struct session *s, const struct job *j)
{
	struct ci *c = s->ci;
	struct buf *b = &c->title;
	const char *command = describe(s, j);
	int err;

	buf_reset(b);
	buf_reset(&c->head);
	err = buf_puts(b, c->mark.failed ? "FAILED job " : "job ");
	err |= buf_uint(b, j->seq);
	err |= buf_puts(b, ": ");
	err |= report_state(b, j);
	err |= buf_add(&c->head, b->data, b->len);
	err |= buf_puts(b, ": ");
	err |= plain_line(b, command, TITLE_BYTES);
	check(err | ci_defuse(c->system, b, 0));
	c->mark.head = string(&c->head);
	c->mark.title = string(b);
}

/* The command as it can be pasted, and what it has printed last. */
static void
make_message(struct ci *c, const struct job *j)
{
	struct buf *b = &c->message;
	int err;

	buf_reset(b);
	err = plain_text(
	    b, c->command.data, c->command.len < MESSAGE_BYTES ? c->command.len : MESSAGE_BYTES);
	err |= report_last_lines(b, j, c->command.data, "| ");
	while (b->len > 0 && b->data[b->len - 1] == '\n')
		b->len--;
	check(err | ci_defuse(c->system, b, 0));
	c->mark.message = string(b);
}

static void
make_mark(const struct session *s, const struct job *j)
{
	struct ci *c = s->ci;
	const int64_t start = j->outcome == JOB_RAN ? j->end.start_wall_ns : wall_ns();
	const bool bad = job_failed(j);

	c->mark = (struct ci_mark){
	    .open = bad,
	    .failed = bad && !j->end.told_to_end,
	    .bare = atomic_load(&s->single),
	    .id = c->id,
	    .start = start / NS,
	    .end = (start + j->end.end_ns - j->end.start_ns) / NS,
	};
	make_title(s, j);
	if (c->mark.failed)
		make_message(c, j);
	if (c->system == CI_GITLAB || c->system == CI_TEAMCITY)
		snprintf(c->id, sizeof(c->id), "spool_%lld_%ld_%llu", c->begun, (long)getpid(),
		    (unsigned long long)j->seq);
}

/* A job that did nothing, or whose output is not shown, has no place in the log. */
static bool
is_seen(const struct session *s, const struct job *j)
{
	if (j->outcome == JOB_NOT_STARTED)
		return !job_condemns_all(j) || !s->told_condemned;
	return j->outcome == JOB_RAN && (s->options->style.show == SHOW_ALL || job_failed(j));
}

bool
ci_frame(struct session *s, const struct job *j, bool end, struct buf *out)
{
	struct ci *c = s->ci;

	if (end) {
		if (c->bracketed)
			check(buf_printf(out, "::%s::\n", c->token));
		check(ci_end(c->system, &c->mark, out));
		return false;
	}
	if (!is_seen(s, j))
		return false;
	make_mark(s, j);
	check(ci_begin(c->system, &c->mark, out));
	c->bracketed = c->safe && (j->captures[0].len > 0 || j->captures[1].len > 0);
	if (c->bracketed)
		check(buf_printf(out, "::stop-commands::%s\n", c->token));
	return out->len > 0 || (c->mark.failed && ci_annotates(c->system));
}

void
ci_dress(const struct session *s, struct buf *text)
{
	const struct ci *c = s->ci;
	struct buf plain;
	int err = 0;

	if (c == NULL || text->len == 0)
		return;
	plain = *text;
	*text = (struct buf){0};
	if (!atomic_load(&s->single))
		err = buf_puts(text, ci_last_words(c->system));
	if (c->safe)
		err |= buf_printf(text, "::stop-commands::%s\n", c->token);
	err |= ci_defuse(c->system, &plain, 0);
	err |= buf_add(text, plain.data, plain.len);
	if (c->safe)
		err |= buf_printf(text, "::%s::\n", c->token);
	check(err);
	buf_free(&plain);
}

static void
on_printed(struct session *s, const struct job *j)
{
	struct ci *c = s->ci;

	if (c->page != NULL && !j->end.told_to_end && step_summary_wants(&c->summary, j))
		check(step_summary_add(&c->summary, j, describe(s, j)));
}

/* Other steps of the job, and other commands of this one, write to the same file. */
static int
write_page(struct ci *c, const struct report *r)
{
	const int fd = open(c->page, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
	struct buf text = {0};
	struct stat st;
	int err = 0;

	if (fd < 0)
		return errno;
	if (fstat(fd, &st) != 0)
		err = errno;
	else if (st.st_size < STEP_SUMMARY_BYTES)
		err = step_summary_put(
		    &text, &c->summary, r, STEP_SUMMARY_BYTES - (size_t)st.st_size);
	if (err == 0 && text.len > 0 && write(fd, text.data, text.len) != (ssize_t)text.len)
		err = errno;
	if (close(fd) != 0 && err == 0)
		err = errno;
	buf_free(&text);
	return err;
}

static bool
on_closing(struct session *s, int status, int sig)
{
	struct ci *c = s->ci;
	int err;

	(void)status;
	(void)sig;
	if (c->page != NULL && (err = write_page(c, &s->report)) != 0)
		warn("cannot write %s: %s", c->page, strerror(err));
	step_summary_free(&c->summary);
	return true;
}

const struct observer *
ci_open(struct session *s)
{
	static const struct observer observer = {
	    .wants_records = true,
	    .printed = on_printed,
	    .closing = on_closing,
	};
	static struct ci c;
	struct hash key;

	if (s->options->ci.system == CI_NONE)
		return NULL;
	c.system = s->options->ci.system;
	key = hash_random_key();
	snprintf(c.token, sizeof(c.token), "%016llx%016llx", (unsigned long long)key.half[0],
	    (unsigned long long)key.half[1]);
	c.safe = s->options->ci.safe && c.system == CI_GITHUB;
	c.begun = wall_ns() / NS;
	if (c.system == CI_GITHUB && (c.page = getenv("GITHUB_STEP_SUMMARY")) != NULL &&
	    *c.page == '\0')
		c.page = NULL;
	s->ci = &c;
	return &observer;
}
