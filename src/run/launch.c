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
#include "run/stdin_value.h"

/* SPOOL_SEQ, SPOOL_SLOT, SPOOL_PID, PARALLEL_*, --process-slot-var */
#define OWN_VARIABLES 7

struct slot {
	struct argv argv;
	char **envp;
	char seq[sizeof("SPOOL_SEQ=") + 20];
	char slot[sizeof("SPOOL_SLOT=") + 10];
	char parallel_seq[sizeof("PARALLEL_SEQ=") + 20];
	char parallel_slot[sizeof("PARALLEL_JOBSLOT=") + 10];
	char *slot_variable; /* owned; NULL: none */
	struct buf wd;
	int stdin_fd; /* of the last job that got its values there; -1: none */
};

struct launch {
	struct launch_spec spec;
	char pid[sizeof("SPOOL_PID=") + 20];
	char parallel_pid[sizeof("PARALLEL_PID=") + 20];
	uint64_t total; /* jobs in all; 0: not known */
	size_t n_env;   /* entries of spec.envp */
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
	snprintf(l->parallel_pid, sizeof(l->parallel_pid), "PARALLEL_PID=%ld", (long)getpid());
	if (l->spec.most < spec->slots)
		l->spec.most = spec->slots;
	if ((l->slots = calloc(l->spec.most, sizeof(struct slot *))) == NULL) {
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
	buf_free(&s->wd);
	if (s->stdin_fd >= 0)
		close(s->stdin_fd);
	free(s);
}

void
launch_free(struct launch *l)
{
	for (unsigned i = 0; i < l->spec.most; i++)
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
	char *own[OWN_VARIABLES + 1] = {s->seq, s->slot, (char *)l->pid};
	size_t n = 3;

	if (l->spec.style->parallel_variables) {
		own[n++] = s->parallel_seq;
		own[n++] = s->parallel_slot;
		own[n++] = (char *)l->parallel_pid;
	}
	own[n] = s->slot_variable;
	n = 0;

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
	s->stdin_fd = -1;
	s->envp = malloc((l->n_env + OWN_VARIABLES + 1) * sizeof(char *));
	if (variable != NULL)
		s->slot_variable = malloc(strlen(variable) + 12);
	if (s->envp == NULL || (variable != NULL && s->slot_variable == NULL)) {
		free_slot(s);
		return NULL;
	}
	snprintf(s->seq, sizeof(s->seq), "SPOOL_SEQ=");
	snprintf(s->parallel_seq, sizeof(s->parallel_seq), "PARALLEL_SEQ=");
	snprintf(s->parallel_slot, sizeof(s->parallel_slot), "PARALLEL_JOBSLOT=%u", number);
	snprintf(s->slot, sizeof(s->slot), "SPOOL_SLOT=%u", number - 1);
	if (variable != NULL)
		snprintf(s->slot_variable, strlen(variable) + 12, "%s=%u", variable, number - 1);
	fill_environment(l, s);
	return s;
}

void
launch_set_total(struct launch *l, uint64_t total)
{
	l->total = total;
}

struct replace_input
launch_input(const struct launch *l, const struct job *j)
{
	return (struct replace_input){
	    .record = j->record,
	    .seq = j->seq,
	    .slot = j->slot,
	    .slots = l->spec.slots,
	    .total = l->total,
	};
}

int
launch_directory(const struct launch *l, const struct job *j, struct buf *out)
{
	const struct replace_input in = launch_input(l, j);

	return l->spec.wd == NULL ? 0 : text_template_expand(l->spec.wd, &in, out);
}

/* What the job reads from, in *fd. Returns 0 or errno. */
static int
choose_stdin(const struct launch *l, const struct job *j, struct slot *s, int *fd)
{
	const struct launch_style *style = l->spec.style;
	int err;

	*fd = l->spec.stdin_fd;
	if (!style->stdin_value)
		return 0;
	if (s->stdin_fd >= 0)
		close(s->stdin_fd);
	err = stdin_value_open(j->record, style->stdin_lines, l->spec.tmpdir, &s->stdin_fd);
	*fd = s->stdin_fd;
	return err;
}

/* A relative path means another file in each directory. */
static bool
depends_on_directory(const struct launch *l, const char *word)
{
	return l->spec.wd != NULL && strchr(l->spec.style->wd, '{') != NULL && *word != '/' &&
	       strchr(word, '/') != NULL;
}

static void
number(struct slot *s, uint64_t seq)
{
	format_uint(s->seq + sizeof("SPOOL_SEQ=") - 1, seq);
	format_uint(s->parallel_seq + sizeof("PARALLEL_SEQ=") - 1, seq);
}

int
launch_prepare(struct launch *l, struct job *j, struct child_spec *child)
{
	const struct replace_input in = launch_input(l, j);
	struct slot **s = &l->slots[j->slot - 1];
	int err, stdin_fd;

	if (j->record->too_long != 0)
		return E2BIG;
	if (*s == NULL && (*s = new_slot(l, j->slot)) == NULL)
		return ENOMEM;
	buf_reset(&(*s)->wd);
	if ((err = template_expand(l->spec.command, &in, &(*s)->argv)) != 0 ||
	    (err = launch_directory(l, j, &(*s)->wd)) != 0 ||
	    (err = choose_stdin(l, j, *s, &stdin_fd)) != 0)
		return err;
	if ((*s)->wd.len > 0 && buf_string(&(*s)->wd) == NULL)
		return ENOMEM;
	number(*s, j->seq);
	j->shared_word = (*s)->argv.shared_word && !depends_on_directory(l, (*s)->argv.v[0]);
	*child = (struct child_spec){
	    .argv = (*s)->argv.v,
	    .envp = (*s)->envp,
	    .wd = (*s)->wd.len > 0 ? (*s)->wd.data : NULL,
	    .seq = j->seq,
	    .stdin_fd = stdin_fd,
	    .output = l->spec.output,
	    .window = l->spec.window,
	};
	return 0;
}

/* The values are the command line: shown as it is, for what is to be quoted is a text. */
static int
add_line(const struct record *record, struct buf *out)
{
	const char *value = record->data;
	int err = 0;

	for (size_t i = 0; i < record->n && err == 0; i++) {
		if (i > 0)
			err = buf_putc(out, ' ');
		if (err == 0)
			err = buf_puts(out, value);
		value += strlen(value) + 1;
	}
	return err;
}

static int
quote_in_place(struct buf *out, size_t start)
{
	struct buf quoted = {0};
	int err = buf_string(out) ? quote_word(&quoted, out->data + start) : ENOMEM;

	if (err == 0) {
		out->len = start;
		err = buf_add(out, quoted.data, quoted.len);
	}
	buf_free(&quoted);
	return err;
}

/* Quote what stands in out from start on, as often as --shell-quote was given. */
static int
quote_again(const struct launch_style *style, struct buf *out, size_t start)
{
	int err = 0;

	for (unsigned i = 0; i < style->quote_only && err == 0; i++)
		err = style->parallel_variables ? quote_pasted(out, start)
		                                : quote_in_place(out, start);
	return err;
}

int
launch_describe(const struct launch *l, const struct job *j, struct buf *out)
{
	const struct replace_input in = launch_input(l, j);
	const struct launch_style *style = l->spec.style;
	size_t start = out->len;
	int err;

	if (j->record->too_long != 0)
		return buf_printf(
		    out, "(input of %llu bytes)\n", (unsigned long long)j->record->too_long);
	if (style->quote_only > 0 && template_is_lines(l->spec.command))
		err = add_line(j->record, out);
	else
		err = template_display(l->spec.command, &in, out);
	if (err == 0)
		err = quote_again(style, out, start);
	return err != 0 ? err : buf_putc(out, '\n');
}
