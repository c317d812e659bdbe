/*
 * The halting condition. Knows nothing of jobs but their status, nothing of who runs them.
 * Lock: halt.lock, around the counts.
 */
#include "run/halt.h"

#include <errno.h>
#include <string.h>

#include "base/util.h"

#define FAILED_MOST 101 /* exit status: that many failed, or more */

/* The old numbers. */
static const struct {
	const char *text;
	struct halt_policy policy;
} numbers[] = {
    {"never", {.when = HALT_NEVER}},
    {"0", {.when = HALT_NEVER}},
    {"1", {HALT_SOON, HALT_FAIL, 1, 0}},
    {"2", {HALT_NOW, HALT_FAIL, 1, 0}},
    {"-1", {HALT_SOON, HALT_SUCCESS, 1, 0}},
    {"-2", {HALT_NOW, HALT_SUCCESS, 1, 0}},
};

/* "3" or "20%". */
static int
parse_threshold(const char *text, struct halt_policy *policy)
{
	size_t len = strlen(text);
	char digits[24];
	uint64_t value;

	if (len == 0 || len >= sizeof(digits))
		return EINVAL;
	memcpy(digits, text, len + 1);
	policy->percent = 0;
	policy->count = 0;
	if (digits[len - 1] != '%')
		return parse_uint(digits, 1, UINT64_MAX, &policy->count) == 0 ? 0 : EINVAL;
	digits[len - 1] = '\0';
	if (parse_uint(digits, 1, 100, &value) != 0)
		return EINVAL;
	policy->percent = (unsigned)value;
	return 0;
}

/* Whether text starts with word; moves behind it. */
static bool
skip_word(const char **text, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(*text, word, len) != 0)
		return false;
	*text += len;
	return true;
}

int
halt_parse(const char *text, struct halt_policy *policy)
{
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (strcmp(text, numbers[i].text) == 0) {
			*policy = numbers[i].policy;
			return 0;
		}
	if (strchr(text, '%') != NULL && strchr(text, ',') == NULL) {
		policy->when = HALT_SOON;
		policy->why = HALT_FAIL;
		return parse_threshold(text, policy);
	}
	if (skip_word(&text, "soon,"))
		policy->when = HALT_SOON;
	else if (skip_word(&text, "now,"))
		policy->when = HALT_NOW;
	else
		return EINVAL;
	if (skip_word(&text, "fail="))
		policy->why = HALT_FAIL;
	else if (skip_word(&text, "success="))
		policy->why = HALT_SUCCESS;
	else if (skip_word(&text, "done="))
		policy->why = HALT_DONE;
	else
		return EINVAL;
	return parse_threshold(text, policy);
}

void
halt_init(struct halt *h, const struct halt_policy *policy)
{
	*h = (struct halt){.policy = *policy};
	pthread_mutex_init(&h->lock, NULL);
}

void
halt_release(struct halt *h)
{
	pthread_mutex_destroy(&h->lock);
}

void
halt_set_total(struct halt *h, uint64_t total)
{
	h->total = total;
}

/* How many jobs count towards the condition. Locked. */
static uint64_t
counted(const struct halt *h)
{
	switch (h->policy.why) {
	case HALT_FAIL:
		return h->failed;
	case HALT_SUCCESS:
		return h->done - h->failed;
	default:
		return h->done;
	}
}

static bool
reached(const struct halt *h)
{
	uint64_t n = counted(h);

	if (h->policy.percent == 0)
		return n >= h->policy.count;
	return n > 0 && n * 100 >= h->total * h->policy.percent;
}

static int
failed_part(const struct halt *h)
{
	return (int)((h->failed * 100 + h->total - 1) / h->total);
}

/* As GNU parallel: the job's own when one job decides, else how many failed, or what part. */
static int
run_status(const struct halt *h, int status)
{
	if (h->policy.why == HALT_SUCCESS)
		return 0;
	if (h->policy.percent != 0)
		return failed_part(h);
	if (h->policy.count == 1)
		return status;
	return h->failed < FAILED_MOST ? (int)h->failed : FAILED_MOST;
}

enum halt_when
halt_judge(struct halt *h, int status)
{
	enum halt_when verdict = HALT_NEVER;

	if (h->policy.when == HALT_NEVER)
		return HALT_NEVER;
	pthread_mutex_lock(&h->lock);
	h->done++;
	h->failed += status != 0;
	if (!h->met &&
	    (h->policy.why == HALT_DONE || (status != 0) == (h->policy.why == HALT_FAIL)) &&
	    reached(h)) {
		h->met = true;
		h->status = run_status(h, status);
		verdict = h->policy.when;
	}
	pthread_mutex_unlock(&h->lock);
	return verdict;
}

bool
halt_met(struct halt *h, int *status)
{
	bool met;

	pthread_mutex_lock(&h->lock);
	if ((met = h->met))
		*status = h->status;
	pthread_mutex_unlock(&h->lock);
	return met;
}

int
halt_unmet(const struct halt *h, int status)
{
	return h->policy.percent != 0 && h->failed > 0 ? failed_part(h) : status;
}
