/*
 * Every replacement string in every quoting context, with every byte and with hostile values,
 * through the real shells: what arrives must be the value, byte for byte, and nothing in it may
 * run.
 *
 * All contexts of the table go into one script, so that one process checks them all for one value;
 * where the output differs, each context runs alone to say which one it was. The first shell meets
 * every string with every value; for the others each string takes its turn, unless the program is
 * called with the word "all".
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "input/record.h"
#include "input/template.h"
#include "tap.h"

extern char **environ;

static const struct replace_spec names = {.value = "{}"};

enum shell {
	DASH = 1,
	BASH = 2,
	BUSYBOX = 4,
	ZSH = 8,
	ANY = DASH | BASH | BUSYBOX | ZSH,
};

static const struct {
	enum shell id;
	const char *path;
} shells[] = {
    {DASH, "/usr/bin/dash"},
    {BASH, "/usr/bin/bash"},
    {BUSYBOX, "sh"}, /* a link to busybox, made below */
    {ZSH, "/usr/bin/zsh"},
};

/* @ is the replacement string in the script, and its value in the output. */
static const struct context {
	const char *script;
	const char *output;
	unsigned shells;
} contexts[] = {
    /* bare */
    {"printf '<%s>' @", "<@>", ANY},
    {"printf '<%s>' a@b@", "<a@b@>", ANY},
    {"printf '<%s>' \\\\@\\ @", "<\\@ @>", ANY},
    {"x=@; printf '<%s>' \"$x\"", "<@>", ANY},
    {"x=~:@; printf '<%s>' \"${x#*:}\"", "<@>", ANY},
    {"for i in @ a@; do printf '<%s>' \"$i\"; done", "<@><a@>", ANY},
    {"case @ in @) printf y;; *) printf n;; esac", "y", ANY},
    {"case x@y in (*'@'y) printf y;; esac", "y", ANY},
    {"f() { shift; set -- b; printf '<%s>' @; }; f a a", "<@>", ANY},
    {"printf '<%s>' @ # it's a comment", "<@>", ANY},
    {"printf '<%s>' \\\n@", "<@>", ANY},
    {"(printf '<%s>' @)", "<@>", ANY},
    {"if true; then { printf '<%s>' @; } fi", "<@>", ANY},
    {"[ @ = @ ] && printf y", "y", ANY},
    /* quotes */
    {"printf '<%s>' '@'", "<@>", ANY},
    {"printf '<%s>' 'a@b@c'", "<a@b@c>", ANY},
    {"printf '<%s>' '\"@\\@'", "<\"@\\@>", ANY},
    {"printf '<%s>' \"@\"", "<@>", ANY},
    {"printf '<%s>' \"a@b@c\"", "<a@b@c>", ANY},
    {"printf '<%s>' \"\\@\"", "<\\@>", ANY},
    {"printf '<%s>' \"\\\\@\\\"@'@'\"", "<\\@\"@'@'>", ANY},
    {"printf '<%s>' a'@'\"@\"@", "<a@@@>", ANY},
    {"printf '<%s>' $'a@b'", "<a@b>", BASH | BUSYBOX | ZSH},
    {"printf '<%s>' $'a\\'@\\t@\\'@'", "<a'@\t@'@>", BASH | BUSYBOX | ZSH},
    /* command substitution */
    {"printf '<%s>' \"$(printf '%s.' @)\"", "<@.>", ANY},
    {"printf '<%s>' \"$(printf '%s.' '@' \"@\")\"", "<@.@.>", ANY},
    {"x=$(printf '%s.' \"a@\"); printf '<%s>' \"$x\"", "<a@.>", ANY},
    {"printf '<%s>' \"$(printf '%s.' \"$(printf '%s.' '@')@\")\"", "<@.@.>", ANY},
    {"printf '<%s>' \"$(case a in a) printf '%s.' '@';; esac # it's )\n)\"", "<@.>", ANY},
    {"printf '<%s>' \"$( (printf '%s.' @) )\"", "<@.>", ANY},
    /* backquotes */
    {"x=`printf '%s.' @`; printf '<%s>' \"$x\"", "<@.>", ANY},
    {"x=`printf '%s.' '@' \"@\"`; printf '<%s>' \"$x\"", "<@.@.>", ANY},
    {"printf '<%s>' \"`printf '%s.' @ '@'`\"", "<@.@.>", ANY},
    {"printf '<%s>' \"`printf '%s.' \\\"@\\\"`\"", "<@.>", ANY},
    {"printf '<%s>' \"`printf '%s.' \"\\`printf '%s.' @\\`\"`\"", "<@..>", ANY},
    {"x=`printf '%s.' \"\\\\\\\\@\"`; printf '<%s>' \"$x\"", "<\\@.>", ANY},
    {"printf '<%s>' \"$(printf '%s.' \"`printf '%s.' '@'`\")\"", "<@..>", ANY},
    {"x=`printf '%s.' \"$(printf '%s.' '@')\"`; printf '<%s>' \"$x\"", "<@..>", ANY},
    /* here-documents */
    {"cat <<E\n<@>\nE", "<@>\n", ANY},
    {"cat <<E\n'@' \"@\" \\@ \\$x \\\\@\nE", "'@' \"@\" \\@ $x \\@\n", ANY},
    {"cat <<'E'\n<@>$x`y`\\z\\\n\"'@\nE", "<@>$x`y`\\z\\\n\"'@\n", ANY},
    {"cat <<\\E\n<@>$(no)\nE", "<@>$(no)\n", ANY},
    {"cat <<\"E F\"\n<@>$x\nE F", "<@>$x\n", ANY},
    {"cat <<-E\n\t<@>\n\tE", "<@>\n", ANY},
    {"cat <<-'E'\n\t\t<@>$x\n\tE", "<@>$x\n", ANY},
    {"cat <<A; cat <<'B'\na@\nA\nb@$x\nB", "a@\nb@$x\n", ANY},
    {"cat <<'A'; cat <<'B'\na@\nA\nb@$x\nB", "a@\nb@$x\n", ANY},
    {"cat <<E\n$(printf '%s.' '@')`printf '%s.' @`\nE", "@.@.\n", ANY},
    {"printf '<%s>' \"$(cat <<E\n@\nE\nprintf .)\"", "<@\n.>", ANY},
    {"printf '<%s>' \"$(cat <<'E'\n@$x\nE\nprintf .)\"", "<@$x\n.>", ANY},
    {"x=`cat <<E\n@.\nE\n`; printf '<%s>' \"$x\"", "<@.>", ANY},
    /* parameter expansions */
    {"printf '<%s>' ${u:-@}", "<@>", ANY},
    {"printf '<%s>' ${u:-'@'\"@\"}", "<@@>", ANY},
    {"printf '<%s>' \"${u:-@}\"", "<@>", ANY},
    {"printf '<%s>' \"${u:-a@b}\"", "<a@b>", ANY},
    {"printf '<%s>' \"${u:-\\@}\"", "<\\@>", ANY},
    {"printf '<%s>' \"${u:-$(printf '%s.' '@')}\"", "<@.>", ANY},
    {"cat <<E\n${u:-@}\nE", "@\n", ANY},
    {"x=a@b; printf '<%s>' \"${x#a@}\" \"${x%@b}\" \"${x#'a@'}\"", "<b><a><b>", ANY},
    {"x=a@b; printf '<%s>' ${x#a@} ${x%'@b'}", "<b><a>", ANY},
    {"[[ x@ == x@ && ! y@ == @x ]] && printf y", "y", BASH | ZSH},
    {"cat <<<'<@>'", "<@>\n", BASH | ZSH},
    {"a=(@ 'b@'); printf '<%s>' \"${a[*]}\"", "<@ b@>", BASH | ZSH},
};

enum {
	N_CONTEXTS = sizeof(contexts) / sizeof(contexts[0]),
	N_SHELLS = sizeof(shells) / sizeof(shells[0]),
	SEQ = 41,
	SLOT = 3,
};

static const char *const strings[] = {"{}", "{.}", "{/}", "{//}", "{/.}", "{#}", "{%}"};

static const char *const hostile[] = {
    "",
    " ",
    "  two  blanks  ",
    "'",
    "\"",
    "`echo pwned`",
    "$(echo pwned)",
    "${HOME}",
    "$HOME",
    "$1",
    "$",
    "\\",
    "\\\\",
    "\\n\\t\\0",
    "a\\",
    "'; echo pwned; '",
    "\"; echo pwned; \"",
    "')\necho pwned\n('",
    "\n",
    "\n\n",
    "a\n",
    "a\nb",
    "-n",
    "--",
    "-e \\x41",
    "{}",
    "{.}{/}{//}{/.}{#}{%}",
    "${_spool_0}",
    "E",
    "E\nE F\nA\nB\n_spool_end\n",
    "*",
    "?[a-z]",
    "~",
    "~root/a",
    "a=b",
    "# no comment",
    "!",
    "!!",
    "!x",
    "a;b&c|d<e>f",
    "(a)",
    "{a,b}",
    "%s%n%d",
    "&",
    "}",
    "x}y",
    "\001\002\003\177\200\201\202\203\204\205\206\207\210\211\377",
    "My brother's 12\" *** record  (costs $$$).jpg",
    "/",
    "//",
    "a/b/c.tar.gz",
    "/a/b/",
    ".rc",
    "d.x/f",
    "\t \v\f\r",
    "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
    "\xff\xfe invalid \xc3",
};

static char scratch[] = "/tmp/contexts_test.XXXXXX";
static char busybox_sh[sizeof(scratch) + 3];

static void
must(bool fine, const char *what)
{
	if (fine)
		return;
	printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(1);
}

/* Append text with every @ replaced. */
static void
put(struct buf *out, const char *text, const char *with, size_t with_len)
{
	for (; *text; text++)
		must((*text == '@' ? buf_add(out, with, with_len) : buf_putc(out, *text)) == 0,
		    "memory");
}

static void
read_all(int fd, struct buf *out)
{
	ssize_t n;

	do {
		must(buf_reserve(out, 4096) == 0, "memory");
		n = read(fd, out->data + out->len, 4096);
		if (n > 0)
			out->len += (size_t)n;
	} while (n > 0);
	close(fd);
}

/* Run argv, its stdout and stderr to out. */
static void
capture(char *const *argv, struct buf *out)
{
	posix_spawn_file_actions_t actions;
	int fds[2];
	int status;
	pid_t pid;

	must(pipe(fds) == 0, "pipe");
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, fds[1], 1);
	posix_spawn_file_actions_adddup2(&actions, fds[1], 2);
	posix_spawn_file_actions_addclose(&actions, fds[0]);
	posix_spawn_file_actions_addclose(&actions, fds[1]);
	errno = posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ);
	must(errno == 0, argv[0]);
	posix_spawn_file_actions_destroy(&actions);
	close(fds[1]);
	read_all(fds[0], out);
	while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
		continue;
}

struct trial {
	const char *shell;
	const char *string; /* replacement string */
	const char *value;  /* the record */
	struct buf arrived; /* what string stands for */
};

static void
expand_string(struct trial *trial, const struct replace_input *in)
{
	struct text_template *text;
	struct buf why = {0};

	must(text_template_compile(&text, trial->string, &names, false, &why) == 0,
	    "text_template_compile");
	buf_reset(&trial->arrived);
	must(text_template_expand(text, in, &trial->arrived) == 0, "memory");
	text_template_free(text);
}

/* Run script (with @) and compare; on failure *got is what came. */
static bool
arrives(struct trial *trial, const char *script, const char *output, struct buf *got)
{
	struct record *record = record_new(trial->value, strlen(trial->value));
	struct replace_input in = {.record = record, .seq = SEQ, .slot = SLOT};
	struct buf text = {0}, want = {0}, why = {0}, notice = {0};
	struct argv argv = {0};
	struct template *t;
	char *words[1];
	struct template_spec spec = {.words = words,
	    .n_words = 1,
	    .mode = SHELL_JOIN,
	    .shell = trial->shell,
	    .names = names};
	bool same;

	must(record != NULL, "memory");
	expand_string(trial, &in);
	put(&text, script, trial->string, strlen(trial->string));
	put(&want, output, trial->arrived.data, trial->arrived.len);
	words[0] = buf_string(&text);
	must(template_compile(&t, &spec, &why, &notice) == 0, "template_compile");
	must(template_expand(t, &in, &argv) == 0, "memory");
	capture(argv.v, got);
	same =
	    got->len == want.len && (got->len == 0 || memcmp(got->data, want.data, got->len) == 0);
	template_free(t);
	argv_free(&argv);
	buf_free(&text);
	buf_free(&want);
	buf_free(&why);
	buf_free(&notice);
	free(record);
	return same;
}

static void
print_bytes(const char *name, const char *data, size_t len)
{
	size_t i;

	printf("#   %s ", name);
	for (i = 0; i < len; i++) {
		const unsigned char c = (unsigned char)data[i];

		if (c < ' ' || c > '~')
			printf("\\%03o", c);
		else
			putchar(c);
	}
	printf("\n");
}

/* Which context was it? */
static void
explain(struct trial *trial, enum shell id)
{
	size_t i;

	for (i = 0; i < N_CONTEXTS; i++) {
		struct buf got = {0};

		if ((contexts[i].shells & id) &&
		    !arrives(trial, contexts[i].script, contexts[i].output, &got)) {
			printf("# %s\n", trial->shell);
			print_bytes("script", contexts[i].script, strlen(contexts[i].script));
			print_bytes("value ", trial->arrived.data, trial->arrived.len);
			print_bytes("got   ", got.data, got.len);
		}
		buf_free(&got);
	}
}

/* All contexts that this shell knows, one after the other. */
static void
join_contexts(enum shell id, struct buf *script, struct buf *output)
{
	size_t i;

	for (i = 0; i < N_CONTEXTS; i++) {
		if (!(contexts[i].shells & id))
			continue;
		must(buf_puts(script, contexts[i].script) == 0, "memory");
		must(buf_puts(script, "\necho\n") == 0, "memory");
		must(buf_puts(output, contexts[i].output) == 0, "memory");
		must(buf_putc(output, '\n') == 0, "memory");
	}
	must(buf_string(script) && buf_string(output), "memory");
}

static bool
try_value(struct trial *trial, enum shell id, const struct buf *script, const struct buf *output)
{
	struct buf got = {0};
	const bool same = arrives(trial, script->data, output->data, &got);

	buf_free(&got);
	if (!same)
		explain(trial, id);
	return same;
}

enum {
	N_STRINGS = sizeof(strings) / sizeof(strings[0]),
	N_HOSTILE = sizeof(hostile) / sizeof(hostile[0]),
};

/* Value n of the table: hostile ones, then each run of step bytes; false: there is no more. */
static bool
make_value(char *value, size_t size, size_t n, unsigned step)
{
	unsigned byte;
	size_t len = 0;

	if (n < N_HOSTILE)
		return snprintf(value, size, "%s", hostile[n]) >= 0;
	byte = 1 + (unsigned)(n - N_HOSTILE) * step;
	if (byte > 255)
		return false;
	for (; step > 0 && byte < 256; step--)
		value[len++] = (char)byte++;
	value[len] = '\0';
	return true;
}

static void
test_shell(enum shell id, const char *path, bool all)
{
	struct buf script = {0}, output = {0};
	char value[256];
	size_t k, n;

	join_contexts(id, &script, &output);
	for (k = 0; k < N_STRINGS; k++) {
		struct trial trial = {.shell = path, .string = strings[k], .value = value};
		/*
		 * How a variable arrives does not depend on what filled it: {} meets each byte
		 * alone.
		 */
		const unsigned step = all && k == 0 ? 1 : 16;
		bool same = true;

		for (n = 0; same && make_value(value, sizeof(value), n, step); n++)
			if (all || n % N_STRINGS == k)
				same = try_value(&trial, id, &script, &output);
		ok(same, "%s: every value of %s arrives in every context", path, strings[k]);
		buf_free(&trial.arrived);
	}
	buf_free(&script);
	buf_free(&output);
}

int
main(int argc, char **argv)
{
	const bool all = argc > 1 && strcmp(argv[1], "all") == 0;
	size_t i;

	must(mkdtemp(scratch) != NULL, "mkdtemp");
	snprintf(busybox_sh, sizeof(busybox_sh), "%s/sh", scratch);
	must(symlink("/bin/busybox", busybox_sh) == 0, "symlink");
	for (i = 0; i < N_SHELLS; i++) {
		const char *path = shells[i].id == BUSYBOX ? busybox_sh : shells[i].path;

		if (access(path, X_OK) == 0)
			test_shell(shells[i].id, path, all || i == 0);
		else
			skip("a shell is not installed");
	}
	unlink(busybox_sh);
	rmdir(scratch);
	return done_testing();
}
