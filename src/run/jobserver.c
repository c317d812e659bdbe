/*
 * A token that is held stands in memory shared with the keeper, which gives back what is left in
 * it: it is read right into its cell, and the cell is cleared before it is written back, so that a
 * SIGKILL can lose a token in the worst case but never double one.
 * The description of a descriptor that was inherited is others' too: no flag of it is ever changed.
 * Where it blocks and can't be had otherwise a thread reads from it, one token when one is wanted.
 * No lock.
 */
#include "run/jobserver.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/os.h"

#define DIRECTORY "/spool.XXXXXX"
#define FIFO "/jobserver"

struct held {
	atomic_uint n;                 /* cells that are full */
	_Atomic unsigned char arrived; /* by the thread */
	_Atomic unsigned char cell[];
};

static struct {
	struct jobserver_found found;
	int read_fd; /* not blocking; -1: nothing more comes */
	int write_fd;
	unsigned room; /* cells */
	struct held *held;
	unsigned served; /* tokens that there are in all; of others' pools that is not known: 0 */
	atomic_uint lost;
	char path[4096]; /* of the FIFO that is served */
} pool;                  /* no initialiser: it would stand in the program's file, all of it */

static struct {
	void (*poke)(void *ctx); /* read-only, as is */
	void *ctx;               /* this */
	int fd;                  /* and this: it reads from; 0: there is no need for it */
	int pipe[2];             /* a byte asks for a token; 0: no thread yet */
	atomic_bool asked;       /* and nobody took what came */
	atomic_bool ready;       /* it has come */
	atomic_bool wanted;      /* when it comes; else it goes back at once */
} reader;

static const char *
value_of(char *const *envp, const char *name)
{
	size_t len = strlen(name);

	for (; *envp != NULL; envp++)
		if (strncmp(*envp, name, len) == 0)
			return *envp + len;
	return NULL;
}

/* Whether fd is one that can be a pool, open for access. */
static bool
can_be_pool(int fd, int access, struct stat *st)
{
	int flags = fcntl(fd, F_GETFL);

	return flags >= 0 && ((flags & O_ACCMODE) == access || (flags & O_ACCMODE) == O_RDWR) &&
	       fstat(fd, st) == 0 &&
	       (S_ISFIFO(st->st_mode) || (S_ISCHR(st->st_mode) && !isatty(fd)));
}

static bool
are_pool(int read_fd, int write_fd)
{
	struct stat r, w;

	return can_be_pool(read_fd, O_RDONLY, &r) && can_be_pool(write_fd, O_WRONLY, &w) &&
	       r.st_dev == w.st_dev && r.st_ino == w.st_ino;
}

void
jobserver_find(char *const *envp)
{
	static const char *const names[] = {"MAKEFLAGS=", "CARGO_MAKEFLAGS="};
	struct makeflags *m = &pool.found.flags;
	const char *text;
	bool dry = false;

	pool.read_fd = pool.write_fd = -1;
	pool.found.error = EBADF;
	for (int i = 0; i < 2 && m->pool <= MAKEFLAGS_DENIED; i++) {
		if ((text = value_of(envp, names[i])) == NULL)
			continue;
		makeflags_parse(text, m);
		dry = dry || m->dry;
		pool.found.offered = pool.found.offered || m->pool != MAKEFLAGS_NONE;
		if (m->pool == MAKEFLAGS_PIPE && !are_pool(m->read_fd, m->write_fd))
			m->pool = MAKEFLAGS_DENIED;
	}
	m->dry = dry;
}

/* The FIFO, both ends in descriptors of spool's own. Returns 0 or errno. */
static int
open_fifo(const char *path)
{
	struct stat r, w;
	int err = EINVAL;

	pool.read_fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (pool.read_fd < 0)
		return errno;
	if (!can_be_pool(pool.read_fd, O_RDONLY, &r))
		goto close_read;
	if ((pool.write_fd = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC)) < 0) {
		err = errno;
		goto close_read;
	}
	if (can_be_pool(pool.write_fd, O_WRONLY, &w) && are_pool(pool.read_fd, pool.write_fd))
		return 0;
	close(pool.write_fd);
close_read:
	close(pool.read_fd);
	pool.read_fd = -1;
	return err;
}

const struct jobserver_found *
jobserver_open(void)
{
	struct jobserver_found *f = &pool.found;

	if (f->flags.pool == MAKEFLAGS_FIFO) {
		f->error = open_fifo(f->flags.path);
	} else if (f->flags.pool == MAKEFLAGS_PIPE) {
		pool.read_fd = os_reopen(f->flags.read_fd);
		pool.write_fd = f->flags.write_fd;
		f->error = 0;
		if (pool.read_fd < 0 && (fcntl(f->flags.read_fd, F_GETFL) & O_NONBLOCK) != 0)
			pool.read_fd = f->flags.read_fd; /* it will do as make has it */
		else if (pool.read_fd < 0)
			reader.fd = f->flags.read_fd;
	}
	f->usable = f->error == 0;
	return f;
}

const struct jobserver_found *
jobserver_found(void)
{
	return &pool.found;
}

static void
put(char byte)
{
	struct pollfd full = {.fd = pool.write_fd, .events = POLLOUT};

	while (write(pool.write_fd, &byte, 1) != 1 && (errno == EINTR || errno == EAGAIN))
		if (errno == EAGAIN)
			poll(&full, 1, -1);
}

/* One token right into its cell; waits for it where fd does. As read(2). */
static ssize_t
get(int fd, _Atomic unsigned char *cell)
{
	ssize_t got;

	do
		got = read(fd, (void *)cell, 1);
	while (got < 0 && errno == EINTR);
	return got;
}

/* What the thread has, if it has something. As read(2). */
static ssize_t
take_arrived(unsigned char *byte)
{
	if (!atomic_exchange(&reader.ready, false))
		return 0;
	*byte = atomic_exchange(&pool.held->arrived, 0);
	atomic_store(&reader.asked, false);
	return 1;
}

static void
send_back(void)
{
	unsigned char byte;

	if (take_arrived(&byte) == 1)
		put((char)byte);
}

static void *
read_wanted(void *arg)
{
	char asked;

	while (read(reader.pipe[0], &asked, 1) == 1 && get(reader.fd, &pool.held->arrived) == 1) {
		atomic_store(&reader.ready, true);
		if (!atomic_load(&reader.wanted))
			send_back();
		reader.poke(reader.ctx);
	}
	return arg;
}

/* What the thread has for the cell; it is asked for one where it has none. As get(). */
static ssize_t
get_arrived(_Atomic unsigned char *cell)
{
	unsigned char byte;
	pthread_t thread;

	/* Store, then look: so does the thread, the other way round. */
	atomic_store(&reader.wanted, true);
	if (take_arrived(&byte) == 1) {
		atomic_store(cell, byte);
		return 1;
	}
	if (reader.pipe[1] == 0) {
		if (os_pipe(reader.pipe) != 0 ||
		    pthread_create(&thread, NULL, read_wanted, NULL) != 0)
			return 0;
		pthread_detach(thread);
	}
	if (!atomic_exchange(&reader.asked, true))
		(void)!write(reader.pipe[1], "", 1);
	errno = EAGAIN;
	return -1;
}

/* Take one token. False: there is none now. */
static bool
take(void)
{
	unsigned n = atomic_load(&pool.held->n);
	_Atomic unsigned char *cell = &pool.held->cell[n];
	ssize_t got;

	if (n == pool.room || (pool.read_fd < 0 && reader.fd == 0))
		return false;
	got = reader.fd != 0 ? get_arrived(cell) : get(pool.read_fd, cell);
	if (got == 1)
		atomic_store(&pool.held->n, n + 1);
	else if (got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK))
		pool.read_fd = -1; /* the pool is gone */
	return got == 1;
}

static void
give(void)
{
	unsigned n = atomic_load(&pool.held->n) - 1;
	char byte = (char)atomic_load(&pool.held->cell[n]);

	atomic_store(&pool.held->n, n);
	atomic_store(&pool.held->cell[n], 0);
	put(byte);
}

unsigned
jobserver_hold(unsigned n)
{
	if (reader.fd != 0 && atomic_load(&pool.held->n) >= n) {
		atomic_store(&reader.wanted, false);
		send_back();
	}
	while (atomic_load(&pool.held->n) > n)
		give();
	while (atomic_load(&pool.held->n) < n && take())
		;
	return atomic_load(&pool.held->n);
}

/* A program that was killed has kept its tokens; one that came back late is one too many. */
void
jobserver_idle(void)
{
	int there = 0;
	char byte;

	if (pool.served == 0 || ioctl(pool.read_fd, FIONREAD, &there) != 0)
		return;
	for (; there < (int)pool.served; there++) {
		put('+');
		atomic_fetch_add(&pool.lost, 1);
	}
	while (there-- > (int)pool.served)
		(void)!read(pool.read_fd, &byte, 1);
}

unsigned
jobserver_lost(void)
{
	return atomic_exchange(&pool.lost, 0);
}

int
jobserver_fd(void)
{
	return pool.read_fd;
}

int
jobserver_write_fd(void)
{
	return pool.write_fd;
}

int
jobserver_serve(unsigned jobs, const char *dir, bool descriptors, struct makeflags_offer *offer)
{
	int err, n = snprintf(pool.path, sizeof(pool.path), "%s" DIRECTORY, dir);
	char *end = pool.path + n;

	if (n < 0 || n + sizeof(FIFO) > sizeof(pool.path))
		return ENAMETOOLONG;
	if (mkdtemp(pool.path) == NULL)
		return errno;
	memcpy(end, FIFO, sizeof(FIFO));
	*offer = (struct makeflags_offer){jobs, -1, -1, pool.path};
	err = mkfifo(pool.path, 0600) == 0 ? open_fifo(pool.path) : errno;
	if (err == 0 && descriptors) { /* blocking, as programs of old expect it */
		offer->read_fd = open(pool.path, O_RDONLY | O_NOCTTY);
		offer->write_fd = open(pool.path, O_WRONLY | O_NOCTTY);
		err = offer->read_fd < 0 || offer->write_fd < 0 ? errno : 0;
	}
	if (err != 0) {
		jobserver_restore();
		return err;
	}
	pool.served = jobs - 1;
	for (unsigned i = 1; i < jobs; i++)
		put('+');
	return 0;
}

int
jobserver_start(unsigned room, void (*poke)(void *ctx), void *ctx)
{
	pool.held = mmap(NULL, sizeof(*pool.held) + room + 1, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (pool.held == MAP_FAILED) {
		pool.held = NULL;
		return ENOMEM;
	}
	pool.room = room;
	reader.poke = poke;
	reader.ctx = ctx;
	return 0;
}

void
jobserver_restore(void)
{
	unsigned n = pool.held != NULL ? atomic_load(&pool.held->n) : 0;
	char *slash;

	/* Behind the last one may be one that was just read, or that is to be given back. */
	for (unsigned i = 0; pool.held != NULL && i <= n; i++)
		if (i < n || atomic_load(&pool.held->cell[i]) != 0)
			put((char)atomic_load(&pool.held->cell[i]));
	if (pool.held != NULL && atomic_load(&pool.held->arrived) != 0)
		put((char)atomic_load(&pool.held->arrived));
	if (pool.path[0] == '\0')
		return;
	unlink(pool.path);
	if ((slash = strrchr(pool.path, '/')) != NULL && strcmp(slash, FIFO) == 0)
		*slash = '\0';
	rmdir(pool.path);
	pool.path[0] = '\0';
}
