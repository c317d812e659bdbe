/*
 * A line for each job, and below it what YAML has to say: all texts in strings with quotes, for few
 * readers know more of it. Errors are gathered: what comes behind one is thrown away with the rest.
 * No lock.
 */
#include "output/tap.h"

#include <string.h>

#include "base/clean.h"
#include "base/util.h"

#define SHOWN_BYTES 4096 /* of what a job has printed last */

/* "name": the last of a text, in one string with quotes. */
static int
put_string(struct buf *out, const char *name, const char *text, size_t n)
{
	int err;

	if (n == 0)
		return 0;
	if (n > SHOWN_BYTES) {
		text += n - SHOWN_BYTES;
		n = SHOWN_BYTES;
	}
	err = buf_printf(out, "  %s: \"", name);
	err |= clean_add(out, text, n, clean_yaml);
	return err | buf_puts(out, "\"\n");
}

static int
put_details(struct buf *out, const struct attempt *a, int tries)
{
	static const char *const names[] = {"name", "command", "stdout", "stderr"};
	int err =
	    buf_printf(out, "  ---\n  duration_ms: %lld\n", (long long)(a->took_ns / 1000000));

	if (tries > 1)
		err |= buf_printf(out, "  tries: %d\n", tries);
	if (a->verdict == VERDICT_OK)
		return err | buf_puts(out, "  ...\n");
	err |= buf_printf(out, "  verdict: %s\n", verdict_name(a->verdict));
	if (a->sig != 0)
		err |= buf_printf(out, "  signal: %s\n", signal_name(a->sig));
	else if (a->verdict != VERDICT_NOT_STARTED)
		err |= buf_printf(out, "  exit: %d\n", a->code);
	else
		err |= put_string(out, "error", strerror(a->code), strlen(strerror(a->code)));
	for (int i = ATTEMPT_COMMAND; i < ATTEMPT_TEXTS; i++)
		err |= put_string(out, names[i], a->text[i], a->len[i]);
	return err | buf_puts(out, "  ...\n");
}

int
tap_case(struct buf *out, uint64_t number, const char *name, const struct attempt *tries, int n)
{
	const struct attempt *last = &tries[n - 1];
	const enum attempt_result result = attempt_result(last);
	const bool ok = result == ATTEMPT_PASSED || result == ATTEMPT_SKIPPED;
	int err = buf_printf(out, "%sok %llu - ", ok ? "" : "not ", (unsigned long long)number);

	err |= clean_add(out, name, strlen(name), clean_tap);
	if (result == ATTEMPT_SKIPPED)
		return err | buf_puts(out, " # SKIP not run\n");
	err |= buf_putc(out, '\n');
	return err | put_details(out, last, n);
}
