/*
 * The rules of --retries. Pure: who runs jobs asks here, and waits elsewhere.
 */
#include "run/retry.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>

#include "base/util.h"
#include "run/termseq.h"

#define MAX_NS (INT64_MAX / 4) /* twice that and sums of times don't overflow */

/* The first len bytes of text as a string. False: there are none, or too many. */
static bool
copy_word(char *word, size_t size, const char *text, size_t len)
{
	if (len == 0 || len >= size)
		return false;
	memcpy(word, text, len);
	word[len] = '\0';
	return true;
}

static int
add_way(struct retry_policy *policy, const char *word)
{
	int sig;

	if (*word >= '0' && *word <= '9')
		return codes_parse(word, &policy->codes);
	if (strcmp(word, "timeout") == 0)
		policy->after_time_out = true;
	else if ((sig = termseq_signal(word)) != 0)
		policy->signals |= UINT64_C(1) << (sig - 1);
	else
		return EINVAL;
	return 0;
}

int
retry_on_parse(const char *list, struct retry_policy *policy)
{
	char word[24];
	size_t len;

	policy->chooses = true;
	for (;; list += len + 1) {
		len = strcspn(list, ",");
		if (!copy_word(word, sizeof(word), list, len) || add_way(policy, word) != 0)
			return EINVAL;
		if (list[len] == '\0')
			return 0;
	}
}

static int
parse_time(const char *text, size_t len, int64_t *ns)
{
	char word[64];

	if (!copy_word(word, sizeof(word), text, len) || parse_duration(word, ns) != 0)
		return EINVAL;
	if (*ns > MAX_NS)
		*ns = MAX_NS;
	return 0;
}

int
retry_delay_parse(const char *text, struct retry_policy *policy)
{
	size_t len = strcspn(text, ",");

	if (parse_time(text, len, &policy->delay_ns) != 0)
		return EINVAL;
	text += len;
	policy->most_ns = MAX_NS;
	policy->doubles = strncmp(text, ",exp", 4) == 0;
	if (policy->doubles)
		text += 4;
	if (policy->doubles && *text == ',')
		return parse_time(text + 1, strlen(text + 1), &policy->most_ns);
	return *text == '\0' ? 0 : EINVAL;
}

bool
retry_wants(const struct retry_policy *policy, const struct job *j)
{
	const bool ran = j->outcome == JOB_RAN;
	const int status = j->end.status;

	if (!job_failed(j) || (ran && j->end.told_to_end))
		return false;
	/* What can't be started whenever it is tried. */
	if (!ran && (job_condemns_all(j) || j->record->too_long != 0 || j->start_error == E2BIG))
		return false;
	if (!policy->chooses)
		return true;
	if (ran && j->end.timed_out)
		return policy->after_time_out;
	if (ran && WIFSIGNALED(status) && !j->truncated)
		return (policy->signals >> (WTERMSIG(status) - 1) & 1) != 0;
	return codes_has(&policy->codes, job_status(j));
}

/* Numbers that lie close to each other to some that have nothing in common: splitmix64. */
static uint64_t
scatter(uint64_t n)
{
	n += UINT64_C(0x9e3779b97f4a7c15);
	n = (n ^ n >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	n = (n ^ n >> 27) * UINT64_C(0x94d049bb133111eb);
	return n ^ n >> 31;
}

int64_t
retry_delay(const struct retry_policy *policy, uint64_t tries, uint64_t seed)
{
	int64_t wait_ns = policy->delay_ns;

	for (; policy->doubles && tries > 1 && wait_ns > 0 && wait_ns < policy->most_ns; tries--)
		wait_ns *= 2;
	if (wait_ns > policy->most_ns)
		wait_ns = policy->most_ns;
	return wait_ns - (int64_t)(scatter(seed) % ((uint64_t)wait_ns / 2 + 1));
}
