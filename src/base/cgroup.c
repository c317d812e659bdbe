/*
 * CPU quotas and memory limits of control groups, v2 and v1. Reads files only and knows nothing
 * of jobs; one thread; no lock.
 *
 * /proc/self/cgroup names the group of this process in each hierarchy, /proc/self/mountinfo
 * where a hierarchy is mounted and which of its groups is the root of that mount. In a container
 * that root is often the container's own group. A limit anywhere above binds as well, so the
 * walk goes from the process's group up to the root of the mount, which is as far as one can see.
 */
#include "base/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"

enum {
	MOUNT_FIELDS = 6,   /* before the optional ones, see proc(5) */
	MAX_MILLI = 1 << 30 /* more than any machine has; a quota above is none */
};

struct hierarchy;

struct search {
	const char *controller; /* the name of what is looked for in v1 */
	/* takes one group into account, by its directory */
	void (*look)(struct search *found, const struct hierarchy *h, const char *dir);

	unsigned long milli; /* the tightest quota so far, 0: none */
	char *where;
	size_t size;

	bool limited; /* there is a memory limit */
	uint64_t room;
};

/* One kind of hierarchy: v2, or the v1 one that has the controller. */
struct hierarchy {
	const char *fstype;
	bool has_max; /* one file cpu.max, not two */
	char *group;  /* of this process, as /proc/self/cgroup has it; NULL: unknown */
};

/* A whole file as a string in b. Returns 0 or errno. */
static int
read_file(struct buf *b, const char *path)
{
	ssize_t n = 1;
	int err = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	buf_reset(b);
	if (fd < 0)
		return errno;
	while (n != 0 && err == 0) {
		err = buf_reserve(b, 4096);
		if (err != 0)
			break;
		n = read(fd, b->data + b->len, b->cap - b->len);
		if (n > 0)
			b->len += (size_t)n;
		else if (n < 0 && errno != EINTR)
			err = errno;
	}
	close(fd);
	if (err == 0 && !buf_string(b))
		err = ENOMEM;
	return err;
}

/* Whether word is one of the comma-separated words of list. */
static bool
is_listed(const char *list, const char *word)
{
	const size_t len = strlen(word);

	while (list) {
		if (strncmp(list, word, len) == 0 && (list[len] == ',' || list[len] == '\0'))
			return true;
		list = strchr(list, ',');
		if (list)
			list++;
	}
	return false;
}

/* mountinfo writes a blank, a tab, a newline and a backslash as \ooo. In place. */
static void
decode_octal(char *s)
{
	char *out = s;

	while (*s) {
		if (*s == '\\' && strspn(s + 1, "01234567") >= 3) {
			*out++ = (char)((s[1] - '0') << 6 | (s[2] - '0') << 3 | (s[3] - '0'));
			s += 4;
		} else {
			*out++ = *s++;
		}
	}
	*out = '\0';
}

/* The text "QUOTA PERIOD" ("max ..." and "-1 ..." are no quota) as CPUs times 1000; 0: none. */
static unsigned long
quota_milli(const char *text)
{
	char *end;
	long long quota = strtoll(text, &end, 10);
	long long period = strtoll(end, NULL, 10);
	long long milli;

	if (quota <= 0 || period <= 0)
		return 0;
	if (quota / period >= MAX_MILLI / 1000)
		return 0;
	milli = quota / period * 1000 + quota % period * 1000 / period;
	return milli > 0 ? (unsigned long)milli : 1;
}

/* The quota. */
static void
look_at_quota(struct search *found, const struct hierarchy *h, const char *dir)
{
	struct buf path = {0};
	struct buf text = {0};
	struct buf period = {0};
	unsigned long milli = 0;

	if (buf_printf(&path, "%s/%s", dir, h->has_max ? "cpu.max" : "cpu.cfs_period_us") != 0)
		goto free_buffers;
	if (h->has_max) {
		if (read_file(&text, path.data) == 0)
			milli = quota_milli(text.data);
	} else if (read_file(&period, path.data) == 0) {
		buf_reset(&path);
		if (buf_printf(&path, "%s/cpu.cfs_quota_us", dir) == 0 &&
		    read_file(&text, path.data) == 0 && buf_puts(&text, period.data) == 0 &&
		    buf_string(&text))
			milli = quota_milli(text.data);
	}
	if (milli > 0 && (found->milli == 0 || milli < found->milli)) {
		found->milli = milli;
		snprintf(found->where, found->size, "%s", path.data);
	}
free_buffers:
	buf_free(&period);
	buf_free(&text);
	buf_free(&path);
}

/* The number in a file of a directory. */
static bool
read_number(const char *dir, const char *name, uint64_t *n)
{
	struct buf path = {0}, text = {0};
	bool known = false;
	char *end;

	if (buf_printf(&path, "%s/%s", dir, name) == 0 && buf_string(&path) != NULL &&
	    read_file(&text, path.data) == 0 && *text.data >= '0' && *text.data <= '9') {
		*n = strtoull(text.data, &end, 10);
		known = *end == '\n' || *end == '\0';
	}
	buf_free(&text);
	buf_free(&path);
	return known;
}

/* What a line "NAME N" in the memory.stat of a directory says; 0: there is none. */
static uint64_t
memory_stat(const char *dir, const char *name)
{
	struct buf path = {0}, text = {0};
	uint64_t n = 0;
	char *line = NULL;

	if (buf_printf(&path, "%s/memory.stat", dir) == 0 && buf_string(&path) != NULL &&
	    read_file(&text, path.data) == 0)
		line = text.data;
	for (; line != NULL; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, name, strlen(name)) == 0 && line[strlen(name)] == ' ')
			n = strtoull(line + strlen(name), NULL, 10);
	}
	buf_free(&text);
	buf_free(&path);
	return n;
}

/* The memory limit. "max" is no number, and what is no limit in v1 is larger than any memory. */
static void
look_at_memory(struct search *found, const struct hierarchy *h, const char *dir)
{
	uint64_t limit, used, cached;

	if (!read_number(dir, h->has_max ? "memory.max" : "memory.limit_in_bytes", &limit) ||
	    !read_number(dir, h->has_max ? "memory.current" : "memory.usage_in_bytes", &used) ||
	    limit >= INT64_MAX / 2)
		return;
	cached = memory_stat(dir, h->has_max ? "inactive_file" : "total_inactive_file");
	used -= cached < used ? cached : used;
	limit -= used < limit ? used : limit;
	if (!found->limited || limit < found->room)
		found->room = limit;
	found->limited = true;
}

/* A path that leaves this process's cgroup namespace. */
static bool
is_outside(const char *path)
{
	return strcmp(path, "/..") == 0 || strncmp(path, "/../", 4) == 0;
}

/* group (of the process) as a path below root (of the mount); NULL: not below. */
static const char *
path_below(const char *group, const char *root)
{
	const size_t len = strcmp(root, "/") == 0 ? 0 : strlen(root);

	/* Where the group lies in this mount can't be told then. The root counts in any case. */
	if (is_outside(root) || is_outside(group))
		return "";
	if (strncmp(group, root, len) != 0 || (group[len] != '/' && group[len] != '\0'))
		return NULL;
	return strcmp(group + len, "/") == 0 ? "" : group + len;
}

/* From the group of this process up to the root of a mount of its hierarchy. */
static void
walk_up(struct search *found, const struct hierarchy *h, const char *mount_point, const char *root)
{
	const char *below = path_below(h->group ? h->group : root, root);
	const size_t stop = strlen(mount_point);
	struct buf dir = {0};

	if (!below)
		return;
	if (buf_puts(&dir, mount_point) != 0 || buf_puts(&dir, below) != 0)
		goto free_dir;
	while (buf_string(&dir)) {
		found->look(found, h, dir.data);
		if (dir.len <= stop)
			break;
		do
			dir.len--;
		while (dir.len > stop && dir.data[dir.len] != '/');
	}
free_dir:
	buf_free(&dir);
}

/* Find the groups of this process: lines "0::/path" and "4:cpu,cpuacct:/path". */
static void
read_groups(struct hierarchy *v2, struct hierarchy *v1, const char *controller, const char *proc)
{
	struct buf path = {0};
	struct buf text = {0};
	char *line;
	char *rest;

	if (buf_printf(&path, "%s/self/cgroup", proc) == 0 && read_file(&text, path.data) == 0) {
		for (line = strtok_r(text.data, "\n", &rest); line;
		     line = strtok_r(NULL, "\n", &rest)) {
			char *controllers = strchr(line, ':');
			char *group = controllers ? strchr(controllers + 1, ':') : NULL;

			if (!group || group[1] != '/')
				continue;
			*group++ = '\0';
			controllers++;
			if (*controllers == '\0' && !v2->group)
				v2->group = strdup(group);
			else if (is_listed(controllers, controller) && !v1->group)
				v1->group = strdup(group);
		}
	}
	buf_free(&text);
	buf_free(&path);
}

/* One line of mountinfo: "36 35 98:0 ROOT POINT options [optional]... - TYPE source super". */
static void
look_at_mount(
    struct search *found, const struct hierarchy *v2, const struct hierarchy *v1, char *line)
{
	char *field[MOUNT_FIELDS];
	char *type = strstr(line, " - ");
	char *super;
	char *rest;
	int i;

	if (!type)
		return;
	*type = '\0';
	type = strtok_r(type + 3, " ", &rest);
	super = strtok_r(NULL, " ", &rest) ? strtok_r(NULL, " ", &rest) : NULL;
	for (i = 0; i < MOUNT_FIELDS; i++) {
		field[i] = strtok_r(i == 0 ? line : NULL, " ", &rest);
		if (!field[i])
			return;
	}
	decode_octal(field[3]);
	decode_octal(field[4]);
	if (type && strcmp(type, v2->fstype) == 0)
		walk_up(found, v2, field[4], field[3]);
	else if (type && super && strcmp(type, v1->fstype) == 0 &&
		 is_listed(super, found->controller))
		walk_up(found, v1, field[4], field[3]);
}

/* Returns false where the mounts can't be known. */
static bool
look_at_mounts(
    struct search *found, const struct hierarchy *v2, const struct hierarchy *v1, const char *proc)
{
	struct buf path = {0};
	struct buf text = {0};
	bool known = false;
	char *line;
	char *rest;

	if (buf_printf(&path, "%s/self/mountinfo", proc) == 0 && read_file(&text, path.data) == 0) {
		known = true;
		for (line = strtok_r(text.data, "\n", &rest); line;
		     line = strtok_r(NULL, "\n", &rest))
			look_at_mount(found, v2, v1, line);
	}
	buf_free(&text);
	buf_free(&path);
	return known;
}

/* The usual places. */
static void
look_below(
    struct search *found, const struct hierarchy *v2, const struct hierarchy *v1, const char *sys)
{
	struct buf dir = {0};

	walk_up(found, v2, sys, "/");
	if (buf_printf(&dir, "%s/%s", sys, found->controller) == 0)
		walk_up(found, v1, dir.data, "/");
	buf_free(&dir);
}

static void
search(struct search *found, const char *proc, const char *sys)
{
	struct hierarchy v2 = {.fstype = "cgroup2", .has_max = true};
	struct hierarchy v1 = {.fstype = "cgroup"};

	read_groups(&v2, &v1, found->controller, proc);
	if (!look_at_mounts(found, &v2, &v1, proc))
		look_below(found, &v2, &v1, sys);
	free(v2.group);
	free(v1.group);
}

unsigned long
cgroup_cpu_quota_milli(const char *proc, const char *sys, char *where, size_t size)
{
	struct search found = {
	    .controller = "cpu", .look = look_at_quota, .where = where, .size = size};

	if (size > 0)
		where[0] = '\0';
	search(&found, proc, sys);
	return found.milli;
}

bool
cgroup_memory_room(const char *proc, const char *sys, uint64_t *bytes)
{
	struct search found = {.controller = "memory", .look = look_at_memory};

	search(&found, proc, sys);
	*bytes = found.room;
	return found.limited;
}
