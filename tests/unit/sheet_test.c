/*
 * Rows of a table, whatever a job has printed, however its capture holds it.
 */
#include <stdlib.h>
#include <unistd.h>

#include "base/os.h"
#include "output/sheet.h"
#include "tap.h"

/* A table in a file, and a job for its rows. */
struct fixture {
	struct capture_store store;
	struct sink sink;
	struct sheet sheet;
	struct job *job;
};

static void
begin(struct fixture *f, enum sheet_format format, const char *value)
{
	memset(f, 0, sizeof(*f));
	f->store.spill = spill_new("/tmp");
	f->store.memory_bytes = 100;
	if (sink_init(&f->sink, os_unnamed_file("/tmp")) != 0)
		exit(1);
	f->sheet.format = format;
	f->sheet.sink = &f->sink;
	f->job = job_new(7, record_new(value, strlen(value)));
	f->job->outcome = JOB_RAN;
	f->job->end.start_wall_ns = 1500000000;
	f->job->end.end_ns = 20000000;
}

static void
print(struct fixture *f, int stream, const char *data, size_t n)
{
	capture_add(&f->job->captures[stream], &f->store, data, n);
}

/* Write the row; returns what is in the file, as a string, and ends the fixture. */
static const char *
finish(struct fixture *f, const struct sheet_row *row)
{
	static char text[200000];
	struct sheet_row whole = *row;
	ssize_t n;

	whole.job = f->job;
	whole.command_len = strlen(whole.command);
	is_int(sheet_put(&f->sheet, &whole), 0, "put");
	n = pread(f->sink.fd, text, sizeof(text) - 1, 0);
	text[n < 0 ? 0 : n] = '\0';
	for (int i = 0; i < 2; i++)
		capture_free(&f->job->captures[i], &f->store);
	job_free(f->job);
	sheet_release(&f->sheet);
	close(f->sink.fd);
	sink_release(&f->sink);
	spill_free(f->store.spill);
	return text;
}

#define HEADER "Seq,Host,Starttime,JobRuntime,Send,Receive,Exitval,Signal,Command,"
#define NUMBERS "7,:,1.500,0.020,0,0,0,0,"

static void
test_csv(void)
{
	static const char *const names[] = {"the name"};
	struct fixture f;

	begin(&f, SHEET_CSV, "v");
	is_str(finish(&f, &(struct sheet_row){.command = "true"}),
	    HEADER "V1,Stdout,Stderr\n" NUMBERS "true,v,,\n", "nothing is in quotes without need");
	begin(&f, SHEET_CSV, "a,b");
	print(&f, 0, "say \"x\"\n", 8);
	print(&f, 1, "\"", 1);
	is_str(finish(&f, &(struct sheet_row){.command = "a\tb", .names = names, .n_names = 1}),
	    HEADER "\"the name\",Stdout,Stderr\n" NUMBERS
		   "\"a\tb\",\"a,b\",\"say \"\"x\"\"\n\",\"\"\"\"\n",
	    "commas, blanks and quotes are in quotes, and quotes doubled");
	begin(&f, SHEET_TSV, "a,b");
	f.sheet.begun = true;
	f.job->file = strdup("file");
	is_str(finish(&f, &(struct sheet_row){.command = "x"}),
	    "7\t:\t1.500\t0.020\t0\t0\t0\t0\tx\ta,b\tfile\t\n",
	    "TABs between fields, commas in them; the name of a file for stdout");
}

static void
test_json(void)
{
	struct fixture f;

	begin(&f, SHEET_JSON, "a\xff");
	print(&f, 0, "x\n\0\x80", 4);
	print(&f, 1, "\xc3\xa4", 2);
	is_str(finish(&f, &(struct sheet_row){.command = "say \"x\""}),
	    "{ \"Seq\": 7, \"Host\": \":\", \"Starttime\": 1.500, \"JobRuntime\": 0.020, \"Send\": "
	    "0, "
	    "\"Receive\": 0, \"Exitval\": 0, \"Signal\": 0, \"Command\": \"say \\\"x\\\"\", "
	    "\"V\": [ \"a\xef\xbf\xbd\" ], \"V_b64\": [ \"Yf8=\" ], "
	    "\"Stdout\": \"x\\n\\u0000\xef\xbf\xbd\", \"Stdout_b64\": \"eAoAgA==\", "
	    "\"Stderr\": \"\xc3\xa4\" }\n",
	    "what is no UTF-8 stands beside in base64");
}

/* Characters of three bytes: one of them ends in the next chunk, wherever the chunks begin. */
static void
test_chunks(void)
{
	for (int shift = 0; shift < 3; shift++) {
		const char *got;
		struct fixture f;
		size_t n = 0;

		begin(&f, SHEET_JSON, "v");
		for (int i = 0; i < shift; i++)
			print(&f, 0, "x", 1);
		for (int i = 0; i < 2 * SHEET_CHUNK / 3; i++)
			print(&f, 0, "\xe2\x82\xac", 3);
		got = strstr(finish(&f, &(struct sheet_row){.command = "x"}), "\"Stdout\": \"");
		got += 11 + shift;
		for (; strncmp(got, "\xe2\x82\xac", 3) == 0; n++)
			got += 3;
		is_int(n, 2 * SHEET_CHUNK / 3, "all characters behind %d bytes are whole", shift);
		ok(strncmp(got, "\", \"Stderr\"", 11) == 0, "and nothing else is there");
	}
}

static void
test_formats(void)
{
	is_int(sheet_format("a.csv"), SHEET_CSV, "a.csv is CSV");
	is_int(sheet_format("-.TSV"), SHEET_TSV, "-.TSV is TSV");
	is_int(sheet_format("x/.json"), SHEET_JSON, "x/.json is JSON");
	is_int(sheet_format("a.csv/b"), SHEET_NONE, "a.csv/b is none");
	is_int(sheet_format("csv"), SHEET_NONE, "csv is none");
	is_int(sheet_format("a.csvx"), SHEET_NONE, "a.csvx is none");
	is_int(sheet_format(""), SHEET_NONE, "the empty name is none");
}

int
main(void)
{
	test_formats();
	test_csv();
	test_json();
	test_chunks();
	return done_testing();
}
