/*
 * The limit, and the wake-ups for it. With a fixed limit the deadlines of jobs come in the order of
 * their starts, so the one look that is asked for is nearly always early enough for a job that
 * starts. Lock: timeout.lock, around what is learned.
 */
#include "run/timeout.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "run/signals.h"

#define CLOSE_NS 1000000LL       /* a look that much late is in time */
#define MAX_NS (INT64_MAX / 4)   /* of the limit: sums of times don't overflow */
#define MAX_PERCENT 1000000000.0 /* as many as anybody can mean */

/* A decimal number and "%". */
static int
parse_percent(const char *text, size_t digits, double *percent)
{
	size_t whole = strspn(text, "0123456789"), rest = 0;
	double scale = 0;

	if (text[whole] == '.')
		rest = 1 + strspn(text + whole + 1, "0123456789");
	if (whole == 0 || rest == 1 || whole + rest != digits)
		return EINVAL;
	*percent = 0;
	for (size_t i = 0; i < digits; i++) {
		if (text[i] == '.')
			scale = 1;
		else
			*percent = *percent * 10 + (text[i] - '0');
		if (text[i] != '.' && scale != 0)
			scale *= 10;
	}
	if (scale != 0)
		*percent /= scale;
	return *percent <= MAX_PERCENT ? 0 : EINVAL;
}

int
timeout_parse(const char *text, struct timeout_policy *policy)
{
	size_t len = strlen(text);
	int err;

	*policy = (struct timeout_policy){0};
	if (len > 0 && text[len - 1] == '%')
		err = parse_percent(text, len - 1, &policy->percent);
	else
		err = parse_duration(text, &policy->ns);
	policy->given = policy->percent > 0 || policy->ns > 0;
	return err == 0 ? 0 : EINVAL;
}

static int64_t
limited(double ns)
{
	return ns < 1 ? 1 : ns < (double)MAX_NS ? (int64_t)ns : MAX_NS;
}

void
timeout_init(struct timeout *t, const struct timeout_policy *policy)
{
	*t = (struct timeout){.percent = policy->percent, .oldest_ns = now_ns()};
	t->woken_ns = policy->ns < MAX_NS ? policy->ns : MAX_NS;
	atomic_init(&t->limit_ns, t->woken_ns);
	pthread_mutex_init(&t->lock, NULL);
}

void
timeout_release(struct timeout *t)
{
	median_release(&t->median);
	pthread_mutex_destroy(&t->lock);
}

static void
look_at(int64_t when_ns)
{
	if (signals_wake_at(when_ns))
		signals_poke();
}

void
timeout_started(struct timeout *t, int64_t start_ns)
{
	int64_t limit_ns = atomic_load(&t->limit_ns);

	if (limit_ns != 0)
		look_at(start_ns + limit_ns);
}

int
timeout_learn(struct timeout *t, int64_t took_ns)
{
	int64_t limit_ns, look_ns = 0;
	int err;

	if (t->percent <= 0)
		return 0;
	pthread_mutex_lock(&t->lock);
	if ((err = median_add(&t->median, took_ns > 0 ? took_ns : 0)) == 0) {
		limit_ns = limited((double)median_value(&t->median) / 100 * t->percent);
		atomic_store(&t->limit_ns, limit_ns);
		/* Those that run are due earlier than was thought. */
		if (t->woken_ns == 0 || t->woken_ns - limit_ns > CLOSE_NS) {
			t->woken_ns = limit_ns;
			look_ns = t->oldest_ns + limit_ns;
		}
	}
	pthread_mutex_unlock(&t->lock);
	if (look_ns != 0)
		look_at(look_ns);
	return err;
}

int64_t
timeout_limit(struct timeout *t)
{
	int64_t limit_ns;

	if (t->percent <= 0)
		return atomic_load(&t->limit_ns);
	pthread_mutex_lock(&t->lock);
	limit_ns = t->woken_ns = atomic_load(&t->limit_ns);
	pthread_mutex_unlock(&t->lock);
	return limit_ns;
}

void
timeout_looked(struct timeout *t, int64_t oldest_ns)
{
	if (t->percent <= 0)
		return;
	pthread_mutex_lock(&t->lock);
	t->oldest_ns = oldest_ns;
	pthread_mutex_unlock(&t->lock);
}
