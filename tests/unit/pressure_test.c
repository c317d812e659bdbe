/* How busy the machine is, read from files that a test writes. */
#include "run/pressure.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tap.h"

static char proc[] = "/tmp/pressure_test.XXXXXX";

static void
put(const char *name, const char *text)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", proc, name);
	if ((f = fopen(path, "w")) == NULL || fputs(text, f) < 0 || fclose(f) != 0)
		exit(1);
}

static void
take_away(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", proc, name);
	(void)remove(path);
}

static void
test_running(void)
{
	unsigned n;

	put("loadavg", "0.20 0.18 0.12 3/80 11206\n");
	ok(pressure_running(proc, &n) && n == 2, "who asks does not count");
	put("loadavg", "0.20 0.18 0.12 0/80 11206\n");
	ok(pressure_running(proc, &n) && n == 0, "and there may be nobody at all");
	take_away("loadavg");
	ok(pressure_running(proc, &n), "without the file it is the load average");
}

static void
test_stalled(void)
{
	unsigned n;

	put("pressure/cpu", "some avg10=12.34 avg60=9.99 avg300=1.00 total=77\nfull avg10=0.50\n");
	ok(pressure_read(proc, PRESSURE_CPU, &n) && n == 1234, "the first line, ten seconds");
	put("pressure/io", "some avg10=100.00 avg60=9.99 avg300=1.00 total=77\n");
	ok(pressure_read(proc, PRESSURE_IO, &n) && n == 10000, "all of the time");
	ok(!pressure_read(proc, PRESSURE_MEMORY, &n), "no such file");
	put("pressure/memory", "none\n");
	ok(!pressure_read(proc, PRESSURE_MEMORY, &n), "something else in it");
}

static void
test_is_low(void)
{
	struct load_policy policy = {0};

	put("loadavg", "0.20 0.18 0.12 6/80 11206\n");
	put("pressure/cpu", "some avg10=12.34 avg60=9.99 avg300=1.00 total=77\n");
	ok(pressure_is_low(&policy, proc), "no limit is never reached");
	policy.running = 5;
	ok(!pressure_is_low(&policy, proc), "five run, fewer are wanted");
	policy.running = 6;
	ok(pressure_is_low(&policy, proc), "five run, six would be too many");
	policy.stalled[PRESSURE_CPU] = 1234;
	ok(!pressure_is_low(&policy, proc), "each limit counts");
	policy.stalled[PRESSURE_CPU] = 1235;
	ok(pressure_is_low(&policy, proc), "below both");
	take_away("pressure/cpu");
	policy.stalled[PRESSURE_CPU] = 1;
	ok(pressure_is_low(&policy, proc), "what can't be read limits nothing");
}

static void
test_parse(void)
{
	static const char *const wrong[] = {"", "cpu", "cpu=", "cpu=x", "cpu=0", "cpu=101",
	    "cpu=5%", "cpus=5", "disk=5", "=5", "cpu=-1", "cpu=1,io=2"};
	struct load_policy policy = {0};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		ok(pressure_parse(&policy, wrong[i]) != NULL, "%s is refused", wrong[i]);
	if (access("/proc/pressure/io", R_OK) != 0) {
		is_str(pressure_parse(&policy, "io=5"), "this system has no /proc/pressure to read",
		    "there is none here");
		return;
	}
	ok(pressure_parse(&policy, "io=12.5") == NULL, "io=12.5");
	is_int(policy.stalled[PRESSURE_IO], 1250, "is 12.5 %%");
}

int
main(void)
{
	char path[128];

	if (mkdtemp(proc) == NULL)
		return 1;
	snprintf(path, sizeof(path), "%s/pressure", proc);
	if (mkdir(path, 0700) != 0)
		return 1;
	test_running();
	test_stalled();
	test_is_low();
	test_parse();
	take_away("pressure/io");
	take_away("pressure/memory");
	take_away("pressure");
	take_away("loadavg");
	take_away("");
	return done_testing();
}
