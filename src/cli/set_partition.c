/*
 * The setters of --partition, and which part of the list this is by what CI systems tell in the
 * environment.
 */
#include "cli/set.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"

/* Each of them set where it is; the number of a part counts from base, or from that of first. */
struct node {
	const char *part;
	const char *parts;
	uint64_t base;
	const char *first;
	const char *step;
};

static const struct node nodes[] = {
    {"CI_NODE_INDEX", "CI_NODE_TOTAL", 1, NULL, NULL}, /* GitLab */
    {"CIRCLE_NODE_INDEX", "CIRCLE_NODE_TOTAL", 0, NULL, NULL},
    {"BUILDKITE_PARALLEL_JOB", "BUILDKITE_PARALLEL_JOB_COUNT", 0, NULL, NULL},
    {"SYSTEM_JOBPOSITIONINPHASE", "SYSTEM_TOTALJOBSINPHASE", 1, NULL, NULL}, /* Azure */
    {"BITBUCKET_PARALLEL_STEP", "BITBUCKET_PARALLEL_STEP_COUNT", 0, NULL, NULL},
    {"SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT", 0, "SLURM_ARRAY_TASK_MIN",
	"SLURM_ARRAY_TASK_STEP"},
};

/* Of a variable; missing: when it is not set, or is empty. Returns 0, or EINVAL. */
static int
read_number(const char *name, uint64_t missing, uint64_t *n)
{
	const char *value = name != NULL ? getenv(name) : NULL;

	*n = missing;
	return value == NULL || *value == '\0' || parse_uint(value, 0, UINT32_MAX, n) == 0 ? 0
	                                                                                   : EINVAL;
}

/* Returns 0; ENOENT: not set there; or EINVAL. */
static int
read_node(const struct node *node, struct partition_policy *p)
{
	uint64_t first, step;

	if (read_number(node->part, UINT64_MAX, &p->part) != 0 ||
	    read_number(node->parts, 0, &p->parts) != 0 ||
	    read_number(node->first, node->base, &first) != 0 ||
	    read_number(node->step, 1, &step) != 0)
		return EINVAL;
	if (p->part == UINT64_MAX && p->parts == 0)
		return ENOENT;
	/* GitLab tells the total of 1 even where nothing is shared. */
	if (p->part == UINT64_MAX && p->parts == 1)
		p->part = first;
	if (p->part < first || step == 0)
		return EINVAL;
	p->part = (p->part - first) / step + 1;
	return p->part > p->parts || p->parts > PARTITION_MAX ? EINVAL : 0;
}

static const char *
find_node(struct partition_policy *p)
{
	static char reason[160];

	for (size_t i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++) {
		const struct node *node = &nodes[i];
		const int err = read_node(node, p);

		if (err == 0)
			return NULL;
		if (err == ENOENT)
			continue;
		snprintf(reason, sizeof(reason),
		    "%s and %s in the environment tell no part of a whole", node->part,
		    node->parts);
		return reason;
	}
	return "no CI system tells in the environment which part this is; say K/N";
}

const char *
set_partition(struct options *o, const char *value)
{
	struct partition_policy *p = &o->partition;
	static const char fault[] = "not auto, nor K/N with K from 1 to N, at most 1000000";
	const size_t len = strcspn(value, "/");
	char part[24];

	if (strcmp(value, "auto") == 0)
		return find_node(p);
	if (value[len] != '/' || len >= sizeof(part))
		return fault;
	memcpy(part, value, len);
	part[len] = '\0';
	if (parse_uint(value + len + 1, 1, PARTITION_MAX, &p->parts) != 0 ||
	    parse_uint(part, 1, p->parts, &p->part) != 0)
		return fault;
	return NULL;
}

const char *
set_partition_by(struct options *o, const char *value)
{
	static const char *const names[] = {"seq", "hash", "time"};
	struct partition_policy *p = &o->partition;
	const size_t len = strcspn(value, "=");

	p->by_given = true;
	p->log = NULL;
	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strncmp(value, names[i], len) != 0 || names[i][len] != '\0')
			continue;
		p->by = (enum partition_by)i;
		if (value[len] == '=')
			p->log = value + len + 1;
		if (p->log == NULL || (i == PARTITION_TIME && *p->log != '\0'))
			return NULL;
	}
	return "not seq, hash, time or time=FILE";
}

const char *
set_partition_fault(const struct options *o)
{
	const struct partition_policy *p = &o->partition;

	if (p->parts == 0)
		return p->by_given ? "--partition-by: needs --partition" : NULL;
	if (p->by != PARTITION_HASH && o->combine.shuffle && !o->combine.seeded)
		return "--shuf: needs a seed with --partition, or the parts are of different "
		       "orders";
	if (p->by != PARTITION_TIME || p->log != NULL)
		return NULL;
	if (o->records.joblog == NULL || strcmp(o->records.joblog, "-") == 0)
		return "--partition-by time: needs the job log of an earlier run: time=FILE";
	if (o->records.resume != RESUME_NO || o->records.append)
		return "--partition-by time: a log that is added to tells the parts different "
		       "times: "
		       "time=FILE";
	return NULL;
}
