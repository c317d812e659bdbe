/*
 * A counting semaphore that processes share by name. Each slot is a file in a directory of this
 * user, and who holds a slot has its file locked: the kernel takes the lock away when the holder is
 * gone, however that came. Files are never removed, so that no two can hold the same slot.
 *
 * Who waits for one of several slots waits first for the turn: a lock that one process has at a
 * time, the next to get a slot. It sleeps until a slot's file is closed somewhere, and looks now
 * and then in case the system does not tell.
 *
 * Knows nothing of jobs. Main thread, before there are others (it sets the umask); no lock.
 */
#include "run/semaphore.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/lock.h"
#include "base/os.h"
#include "base/util.h"

enum {
	LONG_NAME = 150,   /* bytes of an escaped id; a longer one is cut and has its hash behind */
	FIRST_LOOK_MS = 1, /* the time to the next look, doubled each time ... */
	LOOK_MS = 50,      /* ... up to this ... */
	WATCHED_LOOK_MS = 250, /* ... or to this where the system tells when a file is closed */
	WATCH_MS = 16,         /* a watch takes some ms to end, so a short wait goes without */
	NS_PER_MS = 1000000,
};

static const int64_t never = INT64_MAX;

/* Those of a semaphore's files that are for one purpose. Opened one after the other, as needed. */
struct files {
	const char *kind; /* in their names ... */
	unsigned first;   /* ... and the number of the first of them */
	unsigned max;     /* of them, to take one of */
	bool create;
	int *fds; /* owned */
	unsigned n;
	unsigned watched; /* the first so many */
	unsigned got;     /* the one that is locked */
};

struct semaphore {
	char directory[PATH_MAX];
	struct buf name; /* of the id, as files are named */
	int directory_fd;
	int watch;    /* -1: none */
	mode_t umask; /* what it was before */
	int64_t deadline;
	struct buf *why;
};

/* Returns err, and says what could not be done with the directory or a file in it. */
static int
fail(struct semaphore *s, int err, const char *what, const char *name)
{
	buf_printf(s->why, "cannot %s %s%s%s: %s", what, s->directory, *name ? "/" : "", name,
	    strerror(err));
	return err;
}

/* --- the directory --- */

static int
set_directory(struct semaphore *s, const char *given)
{
	size_t len;
	int n;

	if (given && *given)
		n = snprintf(s->directory, sizeof(s->directory), "%s", given);
	else
		n = snprintf(s->directory, sizeof(s->directory), "/tmp/spool-sem-%lu",
		    (unsigned long)geteuid());
	if (n < 0 || (size_t)n >= sizeof(s->directory)) {
		buf_puts(s->why, "the name of the directory for semaphores is too long");
		return ENAMETOOLONG;
	}
	/* A slash at its end would follow a symbolic link. */
	for (len = strlen(s->directory); len > 1 && s->directory[len - 1] == '/'; len--)
		s->directory[len - 1] = '\0';
	return 0;
}

/* Who could write there could hold every semaphore, or have files made elsewhere. */
static int
check_directory(struct semaphore *s, const struct stat *st)
{
	if (S_ISLNK(st->st_mode))
		buf_printf(s->why, "%s is a symbolic link, not a directory", s->directory);
	else if (!S_ISDIR(st->st_mode))
		buf_printf(s->why, "%s is not a directory", s->directory);
	else if (st->st_uid != geteuid())
		buf_printf(s->why, "%s belongs to another user (%lu)", s->directory,
		    (unsigned long)st->st_uid);
	else if ((st->st_mode & (S_IRWXG | S_IRWXO)) != 0)
		buf_printf(s->why, "%s is open to others (its mode is %03o, not 700)", s->directory,
		    (unsigned)st->st_mode & 0777);
	else
		return 0;
	return EPERM;
}

static int
open_directory(struct semaphore *s, const char *given)
{
	struct stat st;
	int err = set_directory(s, given);

	if (err != 0)
		return err;
	if (mkdir(s->directory, S_IRWXU) != 0 && errno != EEXIST)
		return fail(s, errno, "make the directory", "");
	if (lstat(s->directory, &st) != 0)
		return fail(s, errno, "look at", "");
	err = check_directory(s, &st);
	if (err != 0)
		return err;
	s->directory_fd = open(s->directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	/* Nobody else can have put another in its place, where only its owner may. */
	if (s->directory_fd < 0)
		return fail(s, errno, "open", "");
	return 0;
}

/* --- names --- */

static uint64_t
hash(const char *text)
{
	uint64_t h = 0xcbf29ce484222325; /* FNV-1a */

	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * 0x100000001b3;
	return h;
}

/*
 * Letters, digits, - and _ stand for themselves, other bytes are %XX: so a name holds no slash and
 * no dot, and different ids have different names. "%+" comes from no byte.
 */
static int
name_id(struct buf *name, const char *id)
{
	static const char plain[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	const size_t start = name->len;
	int err = 0;

	for (const char *p = id; *p && err == 0 && name->len - start <= LONG_NAME; p++)
		err = strchr(plain, *p) ? buf_putc(name, *p)
		                        : buf_printf(name, "%%%02X", (unsigned)(unsigned char)*p);
	if (err != 0 || name->len - start <= LONG_NAME)
		return err;
	name->len = start + LONG_NAME;
	return buf_printf(name, "%%+%016llx", (unsigned long long)hash(id));
}

static int
name_semaphore(struct semaphore *s, const char *id)
{
	const uint64_t terminal = id ? 0 : os_terminal();

	if (id)
		return buf_puts(&s->name, "id-") != 0 || name_id(&s->name, id) != 0 ? ENOMEM : 0;
	if (terminal == 0)
		return buf_puts(&s->name, "no-terminal");
	return buf_printf(&s->name, "terminal-%llx", (unsigned long long)terminal);
}

/* --- files and locks --- */

/* How one of f is named, behind start. */
static int
name_file(const struct semaphore *s, const struct files *f, unsigned i, struct buf *name)
{
	buf_printf(name, "%.*s.%s-%u", (int)s->name.len, s->name.data, f->kind, f->first + i);
	return buf_string(name) ? 0 : ENOMEM;
}

/* Open the next of f. Returns 0 or errno; ENOENT: it is to be there already and is not. */
static int
open_next(struct semaphore *s, struct files *f)
{
	const int flags = f->create ? O_CREAT : 0;
	struct buf name = {0};
	int *fds = realloc(f->fds, (f->n + 1) * sizeof(*fds));
	int err = ENOMEM;

	if (fds)
		f->fds = fds;
	if (fds && name_file(s, f, f->n, &name) == 0) {
		fds[f->n] = openat(s->directory_fd, name.data,
		    O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | flags, S_IRUSR | S_IWUSR);
		err = fds[f->n] < 0 ? errno : 0;
	}
	if (err == 0)
		f->n++;
	else if (err != ENOENT || f->create)
		fail(s, err, "open", name.data ? name.data : "");
	buf_free(&name);
	return err;
}

static int
lock(struct semaphore *s, const struct files *f, unsigned i, bool block)
{
	const int err = lock_file(f->fds[i], block);

	return err == 0 || err == EAGAIN ? err : fail(s, err, "lock a file in", "");
}

/* Lock the first of f that is free. Returns 0 and f->got, EAGAIN, or errno. */
static int
try_to_lock(struct semaphore *s, struct files *f)
{
	int err = EAGAIN;

	for (unsigned i = 0; i < f->max && err == EAGAIN; i++) {
		if (i == f->n && (err = open_next(s, f)) != 0)
			break;
		err = lock(s, f, i, false);
		f->got = i;
	}
	return err;
}

/* Returns 0 when none of f is locked, EAGAIN, or errno. */
static int
see_all_free(struct semaphore *s, struct files *f)
{
	int err = 0;

	for (unsigned i = 0; err == 0; i++) {
		if (i == f->n && (err = open_next(s, f)) != 0)
			return err == ENOENT ? 0 : err;
		err = lock_look(f->fds[i]);
	}
	return err == EAGAIN ? err : fail(s, err, "look at a lock in", "");
}

static void
close_files(struct files *f, int but)
{
	for (unsigned i = 0; i < f->n; i++)
		if (f->fds[i] != but)
			close(f->fds[i]);
	free(f->fds);
	f->fds = NULL;
	f->n = f->watched = 0;
}

/* --- waiting --- */

/* Watch what was opened since the last time. Returns whether there was something. */
static bool
watch_more(struct semaphore *s, struct files *f)
{
	struct buf path = {0};
	const bool more = f->watched < f->n;

	if (s->watch < 0)
		return false;
	for (; f->watched < f->n; f->watched++) {
		buf_reset(&path);
		if (buf_printf(&path, "%s/", s->directory) == 0 &&
		    name_file(s, f, f->watched, &path) == 0)
			os_watch_file(s->watch, path.data); /* if it can't: looked at anyway */
	}
	buf_free(&path);
	return more;
}

/* Sleep until a file is closed, or it is time for a look. */
static void
sleep_a_while(const struct semaphore *s, int64_t left_ns, int *look_ms)
{
	struct pollfd p = {.fd = s->watch, .events = POLLIN};
	const int64_t left_ms = (left_ns + NS_PER_MS - 1) / NS_PER_MS;
	const int longest = s->watch < 0 ? LOOK_MS : WATCHED_LOOK_MS;

	if (poll(&p, 1, left_ms < *look_ms ? (int)left_ms : *look_ms) > 0) {
		os_watch_clear(s->watch);
		*look_ms = FIRST_LOOK_MS; /* the lock goes a moment after the event */
	} else {
		*look_ms = *look_ms * 2 < longest ? *look_ms * 2 : longest;
	}
}

/* Until look() returns something else than EAGAIN; ETIMEDOUT: the time is over. */
static int
wait_for(struct semaphore *s, struct files *f, int (*look)(struct semaphore *s, struct files *f))
{
	int look_ms = FIRST_LOOK_MS;
	int64_t left_ns;
	int err;

	while ((err = look(s, f)) == EAGAIN) {
		left_ns = s->deadline - now_ns();
		if (left_ns <= 0)
			return ETIMEDOUT;
		if (s->watch < 0 && look_ms >= WATCH_MS)
			s->watch = os_watch_open();
		/* Something may have been closed before it was watched. */
		if (!watch_more(s, f))
			sleep_a_while(s, left_ns, &look_ms);
	}
	return err;
}

/*
 * Lock one of f. For one file and without end the kernel's queue is best: nothing is looked at,
 * and who came first is first.
 */
static int
take_one(struct semaphore *s, struct files *f)
{
	struct stat st;
	int err;

	do {
		close_files(f, -1);
		err = try_to_lock(s, f);
		if (err == EAGAIN && f->max == 1 && s->deadline == never)
			err = lock(s, f, 0, true);
		else if (err == EAGAIN)
			err = wait_for(s, f, try_to_lock);
		if (err != 0)
			return err;
		if (fstat(f->fds[f->got], &st) != 0)
			return fail(s, errno, "look at a file in", "");
		/* One that was removed, by somebody who cleaned up, protects nothing. */
	} while (st.st_nlink == 0);
	(void)!futimens(f->fds[f->got], NULL); /* tells who cleans up that it is in use */
	return 0;
}

/* The turn, if there is more than one slot, then a slot. */
static int
take_slot(struct semaphore *s, unsigned slots, int *fd)
{
	/* Those who may have more slots do not wait behind those who may have fewer. */
	struct files turn = {.kind = "turn", .first = slots, .max = 1, .create = true};
	struct files slot = {.kind = "slot", .first = 1, .max = slots, .create = true};
	int err = slots > 1 ? take_one(s, &turn) : 0;

	if (err == 0)
		err = take_one(s, &slot);
	if (err == 0)
		*fd = slot.fds[slot.got];
	close_files(&slot, *fd);
	close_files(&turn, -1);
	return err;
}

/* --- the interface --- */

static int
begin(struct semaphore *s, const struct semaphore_spec *spec, struct buf *why)
{
	const int64_t limit = spec->timeout_ns < 0 ? -spec->timeout_ns : spec->timeout_ns;
	const int64_t now = now_ns();

	*s = (struct semaphore){.directory_fd = -1, .watch = -1, .deadline = never, .why = why};
	if (limit != 0 && limit < never - now)
		s->deadline = now + limit;
	s->umask = umask(S_IRWXG | S_IRWXO);
	if (name_semaphore(s, spec->id) != 0) {
		buf_puts(why, "out of memory");
		return ENOMEM;
	}
	return open_directory(s, spec->directory);
}

/* Returns what the caller is to be told. */
static int
end(struct semaphore *s, const struct semaphore_spec *spec, int err)
{
	const int64_t limit = spec->timeout_ns < 0 ? -spec->timeout_ns : spec->timeout_ns;
	char text[24];

	if (err == ETIMEDOUT) {
		buf_printf(s->why, "the semaphore was not free within %s, %s",
		    format_duration(limit, text, sizeof(text)),
		    spec->timeout_ns > 0 ? "going on without it" : "giving up");
		if (spec->timeout_ns > 0)
			err = 0;
	}
	if (s->directory_fd >= 0)
		close(s->directory_fd);
	if (s->watch >= 0)
		close(s->watch);
	umask(s->umask);
	buf_free(&s->name);
	return err;
}

int
semaphore_take(const struct semaphore_spec *spec, int *fd, struct buf *why)
{
	struct semaphore s;
	int err = begin(&s, spec, why);

	*fd = -1;
	if (err == 0)
		err = take_slot(&s, spec->slots, fd);
	return end(&s, spec, err);
}

int
semaphore_wait(const struct semaphore_spec *spec, struct buf *why)
{
	struct files slots = {.kind = "slot", .first = 1};
	struct semaphore s;
	int err = begin(&s, spec, why);

	if (err == 0)
		err = wait_for(&s, &slots, see_all_free);
	close_files(&slots, -1);
	return end(&s, spec, err);
}
