/*
 * Each slot has its own argument vector and environment, made when its first job comes; only its
 * worker touches them.
 * No lock: the array of slots is laid out beforehand.
 */
#include "run/launch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "input/quote.h"

#define OWN_VARIABLES 4 /* SPOOL_SEQ, SPOOL_SLOT, SPOOL_PID, --process-slot-var */

struct slot {
	struct argv argv;
	char **envp;
	char seq[sizeof("SPOOL_SEQ=") + 20];
	char slot[sizeof("SPOOL_SLOT=") + 10];
	char *slot_variable; /* owned; NULL: none */
};

struct launch {
	struct launch_spec spec;
	char pid[sizeof("SPOOL_PID=") + 20];
	size_t n_env; /* entries of spec.envp */
	struct slot **slots;
};

struct launch *
launch_new(const struct launch_spec *spec)
{
	struct launch *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->spec = *spec;
	while (spec->envp[l->n_env] != NULL)
		l->n_env++;
	snprintf(l->pid, sizeof(l->pid), "SPOOL_PID=%ld", (long)getpid());
	if ((l->slots = calloc(spec->slots, sizeof(struct slot *))) == NULL) {
		free(l);
		return NULL;
	}
	return l;
}

static void
free_slot(struct slot *s)
{
	if (s == NULL)
		return;
	argv_free(&s->argv);
	free(s->envp);
	free(s->slot_variable);
	free(s);
}

void
launch_free(struct launch *l)
{
	for (unsigned i = 0; i < l->spec.slots; i++)
		free_slot(l->slots[i]);
	free(l->slots);
	free(l);
}

/* Whether one of the entries in list sets the same variable as entry. */
static bool
is_set(char *const *list, const char *entry)
{
	for (; *list != NULL; list++)
		if (strncmp(entry, *list, strcspn(*list, "=") + 1) == 0)
			return true;
	return false;
}

/* The environment spool was started with, less what is set anew, and the variables of this slot. */
static void
fill_environment(const struct launch *l, struct slot *s)
{
	char *own[OWN_VARIABLES + 1] = {s->seq, s->slot, (char *)l->pid, s->slot_variable};
	size_t n = 0;

	for (size_t i = 0; i < l->n_env; i++)
		if (!is_set(own, l->spec.envp[i]))
			s->envp[n++] = l->spec.envp[i];
	for (int k = 0; own[k] != NULL; k++)
		if (!is_set(own + k + 1, own[k]))
			s->envp[n++] = own[k];
	s->envp[n] = NULL;
}

static struct slot *
new_slot(const struct launch *l, unsigned number)
{
	const char *variable = l->spec.style->slot_variable;
	struct slot *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->envp = malloc((l->n_env + OWN_VARIABLES + 1) * sizeof(char *));
	if (variable != NULL)
		s->slot_variable = malloc(strlen(variable) + 12);
	if (s->envp == NULL || (variable != NULL && s->slot_variable == NULL)) {
		free_slot(s);
		return NULL;
	}
	strcpy(s->seq, "SPOOL_SEQ=");
	snprintf(s->slot, sizeof(s->slot), "SPOOL_SLOT=%u", number - 1);
	if (variable != NULL)
		snprintf(s->slot_variable, strlen(variable) + 12, "%s=%u", variable, number - 1);
	fill_environment(l, s);
	return s;
}

int
launch_prepare(struct launch *l, struct job *j, struct child_spec *child)
{
	const struct template_input in = {j->record, j->seq, j->slot};
	struct slot **s = &l->slots[j->slot - 1];
	int err;

	if (j->record->too_long != 0)
		return E2BIG;
	if (*s == NULL && (*s = new_slot(l, j->slot)) == NULL)
		return ENOMEM;
	if ((err = template_expand(l->spec.command, &in, &(*s)->argv)) != 0)
		return err;
	format_uint((*s)->seq + sizeof("SPOOL_SEQ=") - 1, j->seq);
	j->shared_word = (*s)->argv.shared_word;
	*child = (struct child_spec){
	    .argv = (*s)->argv.v,
	    .envp = (*s)->envp,
	    .wd = l->spec.style->wd,
	    .seq = j->seq,
	    .stdin_fd = l->spec.stdin_fd,
	    .output = l->spec.output,
	};
	return 0;
}

int
launch_describe(const struct launch *l, const struct job *j, struct buf *out)
{
	const struct template_input in = {j->record, j->seq, j->slot};
	struct buf quoted = {0};
	size_t start = out->len;
	int err;

	if (j->record->too_long != 0)
		return buf_printf(
		    out, "(input of %llu bytes)\n", (unsigned long long)j->record->too_long);
	err = template_display(l->spec.command, &in, out);
	for (unsigned i = 0; i < l->spec.style->quote_only && err == 0; i++) {
		buf_reset(&quoted);
		if (buf_string(out) == NULL)
			err = ENOMEM;
		else if ((err = quote_word(&quoted, out->data + start)) == 0) {
			out->len = start;
			err = buf_add(out, quoted.data, quoted.len);
		}
	}
	buf_free(&quoted);
	return err != 0 ? err : buf_putc(out, '\n');
}
