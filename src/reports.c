/*
 * The wiring of --junit and --tap. Every try is kept when it has ended; the reports are written
 * when
 * the run is over, in the order of the input, so that they look the same whatever ran when. No
 * lock: what workers share is in attempt.c.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clean.h"
#include "base/hash.h"
#include "base/util.h"
#include "observers.h"
#include "output/junit.h"
#include "output/tail.h"
#include "output/tap.h"
#include "output/whole_file.h"
#include "records.h"
#include "state.h"

#define TAIL_BYTES (64 << 10) /* of what a job has printed last, of each stream */
#define NAME_BYTES 1000
#define HOST_BYTES 256

struct reports {
	struct attempts *attempts;
	struct whole_file junit, tap;
	const char *junit_path, *tap_path; /* NULL: not wanted */
	int64_t start_ns, start_wall_ns;
	struct buf class;
	/* while they are written */
	struct tally names;
	struct hash key;
	struct buf name, text;
};

static const clean_escapes none = {NULL};

static void
check(int err)
{
	if (err != 0)
		die("out of memory");
}

/* Of a list of texts, with blanks between them, one more; what is too long already is cut later. */
static void
add_to_name(struct buf *name, const char *text)
{
	if (name->len > NAME_BYTES)
		return;
	if (name->len > 0)
		check(buf_putc(name, ' '));
	check(clean_add(name, text, strlen(text), none));
}

/* Not in the midst of a character. */
static void
cut_name(struct buf *name)
{
	if (name->len <= NAME_BYTES)
		return;
	for (name->len = NAME_BYTES; (name->data[name->len] & 0xc0) == 0x80;)
		name->len--;
	check(buf_puts(name, "..."));
}

/* The last that a stream of the job has printed; not from the midst of a character on. */
static void
take_tail(struct attempt *a, enum attempt_text which, struct tail *tail)
{
	if (tail == NULL)
		return;
	a->len[which] = tail_get(tail, TAIL_BYTES, &a->text[which]);
	if (tail->total <= a->len[which])
		return;
	for (int i = 0; i < 3 && a->len[which] > 1 && (*a->text[which] & 0xc0) == 0x80; i++) {
		a->text[which]++;
		a->len[which]--;
	}
}

static void
keep(struct session *s, const struct job *j, bool last)
{
	struct attempt a = attempt_of_job(j);
	struct buf name = {0}, command = {0};

	for (size_t i = 0; last && i < j->record->n; i++)
		add_to_name(&name, record_value(j->record, i));
	cut_name(&name);
	if (a.verdict != VERDICT_OK && a.verdict != VERDICT_NOT_RUN) {
		check(launch_describe(s->launch, j, &command));
		command.len--; /* the newline */
	}
	a.text[ATTEMPT_NAME] = name.data;
	a.len[ATTEMPT_NAME] = name.len;
	a.text[ATTEMPT_COMMAND] = command.data;
	a.len[ATTEMPT_COMMAND] = command.len;
	if (a.verdict != VERDICT_NOT_STARTED) { /* else they are those of the try before */
		take_tail(&a, ATTEMPT_OUTPUT, j->tails[0]);
		take_tail(&a, ATTEMPT_ERRORS, j->tails[1]);
	}
	attempts_add(s->reports->attempts, j->place, &a, last);
	buf_free(&name);
	buf_free(&command);
}

static void
on_retried(struct session *s, const struct job *j)
{
	keep(s, j, false);
}

static void
on_ended(struct session *s, const struct job *j)
{
	keep(s, j, true);
}

/* --- when the run is over --- */

/* How many had that name, with this one. */
static uint32_t
count_name(struct reports *r)
{
	uint32_t *count = tally_at(&r->names, hash_bytes(&r->key, r->name.data, r->name.len));

	if (count != NULL)
		return ++*count;
	die("out of memory");
}

/* The name of a job, in r->name. The second one of a name is NAME (2), and so on. */
static void
make_name(struct reports *r, const struct attempt *last)
{
	size_t len;
	uint32_t n;

	buf_reset(&r->name);
	if (last->len[ATTEMPT_NAME] > 0)
		check(buf_add(&r->name, last->text[ATTEMPT_NAME], last->len[ATTEMPT_NAME]));
	else
		check(buf_add(&r->name, r->class.data, r->class.len));
	len = r->name.len;
	while ((n = count_name(r)) > 1) {
		check(buf_printf(&r->name, " (%lu)", (unsigned long)n));
		if (count_name(r) == 1)
			break;
		r->name.len = len;
	}
	if (buf_string(&r->name) == NULL)
		die("out of memory");
}

static void
put(struct reports *r, struct whole_file *f, int err)
{
	check(err);
	sink_write(&f->sink, r->text.data, r->text.len);
	buf_reset(&r->text);
}

static void
begin(struct session *s, struct reports *r)
{
	char host[HOST_BYTES] = "";
	struct junit_suite suite = {
	    .name = s->options->name,
	    .host = host,
	    .start_wall_ns = r->start_wall_ns,
	    .took_ns = now_ns() - r->start_ns,
	};

	if (r->tap_path != NULL)
		put(r, &r->tap, buf_puts(&r->text, TAP_HEADER));
	if (r->junit_path == NULL)
		return;
	(void)gethostname(host, sizeof(host) - 1);
	for (int i = 0; i < ATTEMPT_RESULTS; i++) {
		suite.results[i] = attempts_count(r->attempts, (enum attempt_result)i);
		suite.tests += suite.results[i];
	}
	put(r, &r->junit, junit_begin(&r->text, &suite));
}

/* Returns 0 or errno. */
static int
write_cases(struct reports *r, uint64_t *n_cases)
{
	const uint64_t places = attempts_places(r->attempts);
	const struct attempt *tries;
	int n, err;

	for (uint64_t place = 1; place <= places; place++) {
		if ((err = attempts_read(r->attempts, place, &tries, &n)) != 0)
			return err;
		if (n == 0)
			continue;
		++*n_cases;
		make_name(r, &tries[n - 1]);
		if (r->junit_path != NULL)
			put(r, &r->junit,
			    junit_case(&r->text, r->class.data, r->name.data, tries, n));
		if (r->tap_path != NULL)
			put(r, &r->tap, tap_case(&r->text, *n_cases, r->name.data, tries, n));
	}
	return 0;
}

static bool
finish(struct whole_file *f, const char *path, int err)
{
	if (path == NULL || (err = whole_file_close(f, err)) == 0)
		return true;
	warn("cannot write %s: %s", path, strerror(err));
	return false;
}

static bool
on_closing(struct session *s, int status, int sig)
{
	struct reports *r = s->reports;
	uint64_t n = 0;
	int err = attempts_finish(r->attempts);
	bool written;

	(void)status;
	if (err == 0) {
		begin(s, r);
		err = write_cases(r, &n);
	}
	if (r->junit_path != NULL)
		put(r, &r->junit, junit_end(&r->text));
	if (r->tap_path != NULL) {
		if (sig != 0)
			check(buf_printf(&r->text, "Bail out! %s\n", signal_name(sig)));
		put(r, &r->tap, buf_printf(&r->text, "1..%llu\n", (unsigned long long)n));
	}
	written = finish(&r->junit, r->junit_path, err);
	written = finish(&r->tap, r->tap_path, err) && written;
	attempts_free(r->attempts);
	tally_free(&r->names);
	buf_free(&r->class);
	buf_free(&r->name);
	buf_free(&r->text);
	free(r);
	return written;
}

static void
open_file(struct session *s, struct whole_file *f, const char *option, const char *path)
{
	struct stat st;
	int err;

	if (path == NULL)
		return;
	if (stat(path, &st) == 0)
		records_check_file(s, option, path, &st);
	if ((err = whole_file_open(f, path)) != 0)
		die("%s: cannot write %s: %s", option, path, strerror(err));
}

const struct observer *
reports_open(struct session *s)
{
	static const struct observer observer = {
	    .retried = on_retried,
	    .ended = on_ended,
	    .closing = on_closing,
	};
	const struct options *o = s->options;
	struct reports *r;

	if (o->records.junit == NULL && o->records.tap == NULL)
		return NULL;
	r = s->reports = xmalloc(sizeof(*r));
	*r = (struct reports){
	    .junit_path = o->records.junit,
	    .tap_path = o->records.tap,
	    .start_ns = now_ns(),
	    .start_wall_ns = wall_ns(),
	    .key = hash_random_key(),
	};
	open_file(s, &r->junit, "--junit", r->junit_path);
	open_file(s, &r->tap, "--tap", r->tap_path);
	if (r->junit.path != NULL && r->tap.path != NULL && strcmp(r->junit.path, r->tap.path) == 0)
		die("--tap %s: is also written by --junit", r->tap_path);
	if ((r->attempts = attempts_new(o->style.tmpdir)) == NULL)
		die("cannot make a file in %s:", o->style.tmpdir);
	for (size_t i = 0; i < o->command.n_words; i++)
		add_to_name(&r->class, o->command.words[i]);
	cut_name(&r->class);
	if (r->class.len == 0)
		check(buf_puts(&r->class, o->name));
	if (buf_string(&r->class) == NULL)
		die("out of memory");
	if (s->tail_bytes < TAIL_BYTES)
		s->tail_bytes = TAIL_BYTES;
	return &observer;
}
