#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cgroup.h"
#include "tap.h"

static char top[] = "/tmp/cgroup_test.XXXXXX";
static char where[PATH_MAX];

/* A file below top, with the directories on the way. %T in text is top. */
static void
put(const char *name, const char *text)
{
	char path[PATH_MAX];
	char *slash;
	const char *p;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", top, name);
	for (slash = path + strlen(top); (slash = strchr(slash + 1, '/')) != NULL; *slash = '/') {
		*slash = '\0';
		mkdir(path, 0700);
	}
	f = fopen(path, "w");
	if (!f) {
		perror(path);
		exit(1);
	}
	for (p = text; *p; p++) {
		if (p[0] == '%' && p[1] == 'T') {
			fputs(top, f);
			p++;
		} else {
			putc(*p, f);
		}
	}
	fclose(f);
}

static void
clear_all(void)
{
	char command[PATH_MAX];

	snprintf(command, sizeof(command), "rm -rf '%s' && mkdir '%s'", top, top);
	if (system(command) != 0)
		exit(1);
}

static unsigned long
quota(void)
{
	char proc[PATH_MAX];
	char sys[PATH_MAX];

	snprintf(proc, sizeof(proc), "%s/proc", top);
	snprintf(sys, sizeof(sys), "%s/sys", top);
	strcpy(where, "untouched");
	return cgroup_cpu_quota_milli(proc, sys, where, sizeof(where));
}

static void
is_quota(unsigned long milli, const char *name, const char *what)
{
	is_int(quota(), milli, "%s", what);
	if (*name)
		ok(strncmp(where, top, strlen(top)) == 0 && where[strlen(top)] == '/' &&
			strcmp(where + strlen(top) + 1, name) == 0,
		    "  set by %s (%s)", name, where);
	else
		is_str(where, "", "  set by nobody");
}

#define V2_MOUNT "30 20 0:26 / %T/sys rw,nosuid - cgroup2 cgroup2 rw\n"

static void
test_v2(void)
{
	clear_all();
	put("proc/self/cgroup", "0::/user/job\n");
	put("proc/self/mountinfo", "20 1 8:1 / / rw - ext4 /dev/sda1 rw\n" V2_MOUNT);
	put("sys/cgroup.procs", "");
	put("sys/user/job/cpu.max", "max 100000\n");
	is_quota(0, "", "max is no quota");
	put("sys/user/job/cpu.max", "150000 100000\n");
	is_quota(1500, "sys/user/job/cpu.max", "one and a half CPUs");
	put("sys/user/cpu.max", "100000 100000\n");
	is_quota(1000, "sys/user/cpu.max", "a group above is tighter");
	put("sys/user/cpu.max", "400000 100000\n");
	is_quota(1500, "sys/user/job/cpu.max", "a group above is wider");
	put("sys/cpu.max", "50000 100000\n");
	is_quota(500, "sys/cpu.max", "the root of the mount counts (a container's own group)");
	put("sys/cpu.max", "1 1000000\n");
	is_quota(1, "sys/cpu.max", "a tiny quota is not none");
	put("sys/cpu.max", "nonsense\n");
	is_quota(1500, "sys/user/job/cpu.max", "a file that makes no sense is passed over");
	put("sys/cpu.max", "9223372036854775807 1\n");
	is_quota(1500, "sys/user/job/cpu.max", "so is a number beyond all machines");
	put("sys/cpu.max", "100000 0\n");
	is_quota(1500, "sys/user/job/cpu.max", "and a period of nothing");
	put("proc/self/cgroup", "0::/user/job/gone/away (deleted)\n");
	is_quota(1500, "sys/user/job/cpu.max", "directories that are not there are passed over");
	put("proc/self/cgroup", "0::/\n");
	is_quota(0, "", "the root group has the root's quota alone");
}

static void
test_v1(void)
{
	clear_all();
	put("proc/self/cgroup",
	    "5:cpu,cpuacct:/docker/abc\n4:cpuset:/x\n1:name=systemd:/y\n0::/z\n");
	put("proc/self/mountinfo",
	    "31 30 0:27 / %T/sys/set rw - cgroup cgroup rw,cpuset\n"
	    "32 30 0:28 / %T/sys/cpu,cpuacct rw shared:9 master:1 - cgroup cgroup "
	    "rw,cpu,cpuacct\n");
	put("sys/set/cpu.cfs_quota_us", "1\n");
	put("sys/set/cpu.cfs_period_us", "1000\n");
	put("sys/cpu,cpuacct/docker/abc/cpu.cfs_quota_us", "-1\n");
	put("sys/cpu,cpuacct/docker/abc/cpu.cfs_period_us", "100000\n");
	is_quota(0, "", "-1 is no quota");
	put("sys/cpu,cpuacct/docker/abc/cpu.cfs_quota_us", "250000\n");
	is_quota(2500, "sys/cpu,cpuacct/docker/abc/cpu.cfs_quota_us", "two and a half CPUs");
	put("sys/cpu,cpuacct/docker/cpu.cfs_quota_us", "50000\n");
	put("sys/cpu,cpuacct/docker/cpu.cfs_period_us", "50000\n");
	is_quota(1000, "sys/cpu,cpuacct/docker/cpu.cfs_quota_us", "a group above is tighter");
	/* In a container without a namespace of its own the mount starts at its group. */
	put("proc/self/mountinfo",
	    "32 30 0:28 /docker/abc %T/sys/cpu rw - cgroup cgroup rw,cpu,cpuacct\n");
	put("sys/cpu/cpu.cfs_quota_us", "300000\n");
	put("sys/cpu/cpu.cfs_period_us", "100000\n");
	is_quota(3000, "sys/cpu/cpu.cfs_quota_us", "the path counts from the root of the mount");
	put("proc/self/cgroup", "5:cpu,cpuacct:/docker/abc/inner\n");
	put("sys/cpu/inner/cpu.cfs_quota_us", "200000\n");
	put("sys/cpu/inner/cpu.cfs_period_us", "100000\n");
	is_quota(2000, "sys/cpu/inner/cpu.cfs_quota_us", "and what is left of it is below");
	put("proc/self/cgroup", "5:cpu,cpuacct:/docker/abcdef\n");
	is_quota(0, "", "another group's mount is not ours");
}

static void
test_both(void)
{
	clear_all();
	put("proc/self/cgroup", "3:cpu:/a\n0::/b\n");
	put("proc/self/mountinfo", "31 30 0:27 / %T/sys/cpu rw - cgroup cgroup rw,cpu\n"
				   "32 30 0:28 / %T/sys/unified rw - cgroup2 none rw\n");
	put("sys/cpu/a/cpu.cfs_quota_us", "300000\n");
	put("sys/cpu/a/cpu.cfs_period_us", "100000\n");
	put("sys/unified/b/cgroup.procs", "");
	is_quota(3000, "sys/cpu/a/cpu.cfs_quota_us", "in a hybrid layout v1 has the quota");
	put("sys/unified/b/cpu.max", "200000 100000\n");
	is_quota(2000, "sys/unified/b/cpu.max", "or v2, whichever is tighter");
}

static void
test_namespaces(void)
{
	clear_all();
	put("proc/self/cgroup", "0::/../sibling\n");
	put("proc/self/mountinfo", V2_MOUNT);
	put("sys/cpu.max", "200000 100000\n");
	put("sibling/cpu.max", "100000 100000\n");
	is_quota(
	    2000, "sys/cpu.max", "a group outside of the namespace does not lead out of the mount");
	put("proc/self/cgroup", "0::/..hidden\n");
	put("sys/..hidden/cpu.max", "100000 100000\n");
	is_quota(1000, "sys/..hidden/cpu.max", "a name may begin with two dots");
	put("proc/self/cgroup", "0::/\n");
	put("proc/self/mountinfo", "30 20 0:26 /../.. %T/sys rw - cgroup2 cgroup2 rw\n");
	is_quota(2000, "sys/cpu.max", "a mount from outside of the namespace is seen at its root");
	put("proc/self/mountinfo", "30 20 0:26 / %T/a\\040b\\134 rw - cgroup2 cgroup2 rw\n");
	put("a b\\/cpu.max", "300000 100000\n");
	is_quota(3000, "a b\\/cpu.max", "a mount point may hold a blank");
}

static void
test_nothing_there(void)
{
	clear_all();
	is_quota(0, "", "nothing there is no quota");
	put("proc/self/cgroup", "nonsense\n:\n::\n0::\n1:cpu\n");
	put("proc/self/mountinfo",
	    "nonsense\n - \n1 2 - cgroup2\n - cgroup2 x y\n1 2 3 4 5 6 - cgroup\n");
	is_quota(0, "", "nonsense is no quota");
	clear_all();
	put("sys/cpu.max", "100000 100000\n");
	is_quota(1000, "sys/cpu.max", "without /proc the usual place counts");
	clear_all();
	put("sys/cpu/cpu.cfs_quota_us", "200000\n");
	put("sys/cpu/cpu.cfs_period_us", "100000\n");
	is_quota(2000, "sys/cpu/cpu.cfs_quota_us", "and that of v1");
	is_int(cgroup_cpu_quota_milli("/nonexistent", "/nonexistent", where, 0), 0,
	    "no room for the name");
}

int
main(void)
{
	if (!mkdtemp(top))
		return 1;
	test_v2();
	test_v1();
	test_both();
	test_namespaces();
	test_nothing_there();
	clear_all();
	rmdir(top);
	return done_testing();
}
