/*
 * Erases its lines before somebody else writes, and draws them again behind that. The cursor stands
 * at the end of the last line, so what the terminal echoes (^C) is erased with it. A line of output
 * that is not finished stays as it is, and is gone on with where it was left.
 * Lock: screen.lock, for all of it, and held while somebody writes to the terminal.
 */
#include "output/screen.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "base/os.h"
#include "base/terminal.h"

#define FRAME_NS 166666667LL /* from one frame to the next on average; */
#define BURST 3              /* so many may come before their time: ten in any second */
#define TRIES 200            /* of those who don't wait for ever ... */
#define TRY_MS 5             /* ... so long apart */

enum {
	LINE_START = -1, /* the output ends with a newline */
	UNKNOWN = -2,    /* where it has left the cursor */
};

static bool (*render)(struct progress_area *a); /* read-only */

/* Guarded by lock. */
static struct {
	pthread_mutex_t lock;
	bool closed;
	bool drawn;     /* the area is there */
	int column;     /* at which the output ends, from 0; or one of the above */
	int64_t due_ns; /* when the next frame has its time */
	struct progress_area areas[2];
	struct progress_area *area; /* that of these which is there, or was the last */
	struct buf frame;
} screen = {.lock = PTHREAD_MUTEX_INITIALIZER, .column = LINE_START, .area = screen.areas};

/* What can't be written is not worth an error. */
static void
write_frame(void)
{
	const char *data = screen.frame.data;
	size_t len = screen.frame.len;
	ssize_t n;

	while (len > 0 && ((n = write(STDERR_FILENO, data, len)) > 0 || errno == EINTR)) {
		data += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
}

static bool
may_write(void)
{
	struct pollfd p = {.fd = STDERR_FILENO, .events = POLLOUT};

	return poll(&p, 1, 0) == 1;
}

/* Begin a frame: go to where the area starts. In a narrower window its lines were wrapped. */
static unsigned
go_to_start(void)
{
	struct winsize size;
	unsigned columns = os_window(STDERR_FILENO, &size) ? size.ws_col : 80, up = 0;

	buf_reset(&screen.frame);
	(void)buf_putc(&screen.frame, '\r');
	for (unsigned i = 0; i < screen.area->n; i++) {
		const unsigned width = screen.area->widths[i];

		up += 1 + (width > 0 ? (width - 1) / columns : 0);
	}
	if (up > 1)
		(void)buf_printf(&screen.frame, "\033[%uA", up - 1);
	return columns;
}

/* Lock held. */
static void
erase(void)
{
	unsigned columns;

	if (!screen.drawn)
		return;
	columns = go_to_start();
	(void)buf_puts(&screen.frame, "\033[J");
	if (screen.column != LINE_START)
		(void)buf_printf(
		    &screen.frame, "\033[A\033[%uG", (unsigned)screen.column % columns + 1);
	screen.drawn = false;
	write_frame();
}

/* In the background the terminal is the shell's. early: before its time, as far as that goes. */
static bool
may_draw(int64_t now, bool early)
{
	pid_t foreground;

	if (screen.closed || screen.column == UNKNOWN ||
	    now < screen.due_ns - (early ? BURST * FRAME_NS : 0))
		return false;
	foreground = tcgetpgrp(STDERR_FILENO);
	return (foreground < 0 || foreground == getpgrp()) && may_write();
}

/* Over what is there. */
static void
draw(struct progress_area *area)
{
	const char *line = area->text.data, *end;
	size_t left = area->text.len;

	if (screen.drawn)
		(void)go_to_start();
	else
		buf_reset(&screen.frame);
	if (!screen.drawn && screen.column != LINE_START)
		(void)buf_puts(&screen.frame, "\r\n");
	for (; left > 0; line = end) {
		end = memchr(line, '\n', left);
		end = end != NULL ? end + 1 : line + left;
		left -= (size_t)(end - line);
		(void)buf_add(&screen.frame, line, (size_t)(end - line) - (left > 0));
		(void)buf_puts(&screen.frame, left > 0 ? "\033[K\r\n" : "\033[J");
	}
	write_frame();
	screen.area = area;
	screen.drawn = true;
}

/* Lock held. */
static void
refresh(bool early)
{
	struct progress_area *next = &screen.areas[screen.area == screen.areas];
	int64_t now = now_ns();

	if (!may_draw(now, early) || !render(next))
		return;
	if (screen.drawn && next->text.len == screen.area->text.len &&
	    memcmp(next->text.data, screen.area->text.data, next->text.len) == 0)
		return;
	draw(next);
	screen.due_ns = (screen.due_ns > now ? screen.due_ns : now) + FRAME_NS;
}

static bool
before(bool patient)
{
	int tries = TRIES;

	if (patient) {
		pthread_mutex_lock(&screen.lock);
	} else {
		while (pthread_mutex_trylock(&screen.lock) != 0) {
			if (--tries == 0)
				return false;
			poll(NULL, 0, TRY_MS);
		}
	}
	if (patient || may_write())
		erase();
	return true;
}

/* Follow the cursor; only through what is certain to take one column each. */
static void
follow(const char *data, size_t n)
{
	const char *end = data + n;
	struct winsize size;

	for (; data < end; data++) {
		if (*data == '\n')
			screen.column = LINE_START;
		else if (*data == '\r')
			screen.column = screen.column > 0 ? 0 : screen.column;
		else if (*data < ' ' || *data > '~' || screen.column == UNKNOWN)
			screen.column = UNKNOWN;
		else
			screen.column = screen.column == LINE_START ? 1 : screen.column + 1;
	}
	if (screen.column > 0 &&
	    screen.column >= (os_window(STDERR_FILENO, &size) ? size.ws_col : 80))
		screen.column = UNKNOWN;
}

static void
after(const char *data, size_t n)
{
	const char *last = data;

	/* What counts begins behind the last line that is whole. */
	for (size_t i = n; i > 0 && last == data; i--)
		if (data[i - 1] == '\n')
			last = data + i - 1;
	follow(last, (size_t)(data + n - last));
	refresh(true);
	pthread_mutex_unlock(&screen.lock);
}

void
screen_open(bool (*f)(struct progress_area *a))
{
	static const struct terminal_guard guard = {.before = before, .after = after};

	render = f;
	terminal_set_guard(&guard);
}

void
screen_refresh(void)
{
	pthread_mutex_lock(&screen.lock);
	refresh(!screen.drawn);
	pthread_mutex_unlock(&screen.lock);
}

void
screen_close(void)
{
	pthread_mutex_lock(&screen.lock);
	erase();
	screen.closed = true;
	pthread_mutex_unlock(&screen.lock);
}
