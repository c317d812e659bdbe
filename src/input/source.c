/*
 * Bytes to items: where they come from, and which of them count. How a stream is split stands in
 * lines.c and words.c. Knows nothing of what an item is for. One thread; no lock.
 */
#include "input/source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/os.h"
#include "input/lines.h"
#include "input/stream.h"
#include "input/words.h"

enum {
	BLOCK_BYTES = 65536,
};

struct source {
	/* Set by source_open(), then read-only. */
	struct source_spec spec;
	bool by_words;
	bool every_item_counts; /* none is passed over, joined or the end */

	struct stream stream; /* without a path: a list, and this is not used */
	struct lines lines;
	struct words words;

	/* Of a list. */
	size_t next_value;
	const char *rest; /* of the value that is being split, or NULL */

	bool in_first;     /* the line to be skipped is not at its end */
	bool joining;      /* with continued: the item before ended in a blank, */
	struct buf joined; /* and is kept here */

	enum source_status final; /* SOURCE_ITEM while there may be more */
	struct buf error;
};

/* What becomes of an item that was read. */
enum verdict {
	COUNTS,
	GOES_ON, /* the next one belongs to it */
	PASSED_OVER,
	ENDS_INPUT,
};

/* A blank as in GNU parallel. With -0 an item may hold newlines. */
static bool
is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool
is_passed_over(const struct source_spec *spec, const struct item *item)
{
	size_t i;

	if (item->too_long > 0)
		return false;
	for (i = 0; i < item->len; i++)
		if (!spec->skip_blank || !is_blank(item->text[i]))
			return false;
	return item->len > 0 || spec->skip_empty || spec->skip_blank;
}

static enum verdict
judge(const struct source_spec *spec, const struct item *item, bool joining)
{
	const size_t len = item->len;

	if (spec->end && item->too_long == 0 && strlen(spec->end) == len &&
	    memcmp(spec->end, item->text, len) == 0)
		return ENDS_INPUT;
	/* What would be passed over alone has never begun to be joined. */
	if (!joining && is_passed_over(spec, item))
		return PASSED_OVER;
	if (!spec->continued || item->too_long > 0)
		return COUNTS;
	/* An empty line leaves the blank of the line before at the end. */
	return (len > 0 ? is_blank(item->text[len - 1]) : joining) ? GOES_ON : COUNTS;
}

static enum source_status
fail(struct source *s)
{
	s->final = SOURCE_ERROR;
	return s->final;
}

static const char *
display_name(const struct source *s)
{
	if (!s->spec.path)
		return "the list";
	return strcmp(s->spec.path, "-") == 0 ? "standard input" : s->spec.path;
}

static enum source_status
fail_to_read(struct source *s, int err)
{
	buf_printf(&s->error, "cannot read %s: %s", display_name(s), strerror(err));
	return fail(s);
}

static enum source_status
fail_for_nul(struct source *s)
{
	const bool lines =
	    s->by_words || (s->spec.delimiter_len == 1 && *s->spec.delimiter == '\n');

	buf_printf(&s->error, "%s %llu of %s holds a NUL byte; use -0", lines ? "line" : "record",
	    (unsigned long long)s->stream.number, display_name(s));
	return fail(s);
}

static enum source_status
fail_for_quote(struct source *s)
{
	if (!s->by_words)
		buf_printf(&s->error, "%s: the quote in the record from line %llu on is not closed",
		    display_name(s), (unsigned long long)s->stream.number);
	else
		buf_printf(&s->error,
		    "unmatched %s quote; by default quotes are special to xargs unless you use the "
		    "-0 "
		    "option",
		    s->words.quote == '"' ? "double" : "single");
	return fail(s);
}

static enum source_status
next_of_stream(struct source *s, struct item *out)
{
	enum stream_status status;

	for (;;) {
		switch (s->by_words ? words_take(&s->words, &s->stream, out)
				    : lines_take(&s->lines, &s->stream, out)) {
		case TAKE_ITEM:
			return SOURCE_ITEM;
		case TAKE_END:
			return s->final = SOURCE_END;
		case TAKE_NUL:
			return fail_for_nul(s);
		case TAKE_UNMATCHED:
			return fail_for_quote(s);
		case TAKE_MORE:
			break;
		}
		status = stream_fill(&s->stream);
		if (status == STREAM_ERROR)
			return fail_to_read(s, s->stream.error);
		if (status == STREAM_STOPPED)
			return SOURCE_STOPPED;
	}
}

static enum source_status
next_of_list(struct source *s, struct item *out)
{
	const char *value = s->rest;
	const char *found = NULL;
	size_t len;

	if (!value) {
		if (s->next_value == s->spec.list_len)
			return s->final = SOURCE_END;
		value = s->spec.list[s->next_value++];
	}
	len = strlen(value);
	s->rest = NULL;
	if (s->spec.split_list)
		found = lines_delimiter(&s->lines, value, len);
	if (found) {
		/* As in a file, a last delimiter adds no empty item. */
		if ((size_t)(found - value) + s->spec.delimiter_len < len)
			s->rest = found + s->spec.delimiter_len;
		len = (size_t)(found - value);
	}
	*out = (struct item){.text = value, .len = len, .ends_line = true};
	if (len > s->spec.max_bytes) {
		out->too_long = len;
		out->len = 0;
	}
	return SOURCE_ITEM;
}

/* Add the item to what is to be joined, and make it all of that. Returns 0 or ENOMEM. */
static int
join(struct source *s, struct item *item)
{
	if (!s->joining)
		buf_reset(&s->joined);
	if (item->too_long > 0 || s->joined.len + item->len > s->spec.max_bytes) {
		item->too_long += s->joined.len + item->len;
		item->len = 0;
		return 0;
	}
	if (buf_add(&s->joined, item->text, item->len) != 0)
		return ENOMEM;
	item->text = s->joined.data;
	item->len = s->joined.len;
	return 0;
}

/* The input is at its end; a line that should have gone on is complete all the same. */
static enum source_status
end(struct source *s, struct item *out)
{
	s->final = SOURCE_END;
	if (!s->joining)
		return SOURCE_END;
	s->joining = false;
	*out = (struct item){.text = s->joined.data, .len = s->joined.len, .ends_line = true};
	return SOURCE_ITEM;
}

static enum source_status
next_of_all(struct source *s, struct item *out)
{
	if (s->spec.path)
		return next_of_stream(s, out);
	return next_of_list(s, out);
}

/* The next item that counts. */
static enum source_status
next_that_counts(struct source *s, struct item *out)
{
	for (;;) {
		const enum source_status status = next_of_all(s, out);
		enum verdict verdict;

		if (status == SOURCE_END)
			return end(s, out);
		if (status != SOURCE_ITEM)
			return status;
		if (s->in_first) {
			s->in_first = !out->ends_line;
			continue;
		}
		verdict = judge(&s->spec, out, s->joining);
		if (verdict == ENDS_INPUT)
			return end(s, out);
		if (verdict == PASSED_OVER)
			continue;
		if ((s->joining || verdict == GOES_ON) && join(s, out) != 0)
			return fail_to_read(s, ENOMEM);
		s->joining = verdict == GOES_ON && out->too_long == 0;
		if (!s->joining)
			return SOURCE_ITEM;
	}
}

static bool
is_ready_to_count(const struct source *s)
{
	struct lines_place place = {
	    .start = s->stream.start, .scan = s->stream.scan, .quoted = s->lines.quoted};
	bool first = s->in_first;
	bool joining = s->joining;
	struct item item;

	while (lines_look(&s->lines, &s->stream, &place, &item)) {
		enum verdict verdict;

		if (first) {
			first = false;
			continue;
		}
		verdict = judge(&s->spec, &item, joining);
		if (verdict == COUNTS || verdict == ENDS_INPUT)
			return true;
		joining = verdict == GOES_ON;
	}
	return false;
}

int
source_open(struct source **s, const struct source_spec *spec, int stop_fd)
{
	struct source *made = calloc(1, sizeof(*made));
	int err = 0;

	*s = NULL;
	if (!made)
		return ENOMEM;
	made->spec = *spec;
	if (made->spec.max_bytes == 0)
		made->spec.max_bytes = os_max_argument();
	made->by_words = spec->split == SPLIT_WORDS || spec->split == SPLIT_QUOTED_LINES;
	made->words.whole_lines = spec->split == SPLIT_QUOTED_LINES;
	made->spec.continued = spec->continued && !made->by_words;
	made->lines = (struct lines){.delimiter = spec->delimiter,
	    .delimiter_len = spec->delimiter_len,
	    .csv = spec->split == SPLIT_CSV};
	made->in_first = spec->skip_first;
	made->every_item_counts = !spec->skip_empty && !spec->skip_blank && !spec->skip_first &&
	                          !spec->end && !made->spec.continued;
	made->final = SOURCE_ITEM;
	if (spec->path)
		err = stream_open(&made->stream, spec->path,
		    spec->block_bytes > 0 ? spec->block_bytes : BLOCK_BYTES,
		    !made->by_words && lines_refuse_nul(&made->lines), stop_fd);
	made->stream.max_bytes = made->spec.max_bytes;
	if (err == 0)
		*s = made;
	else
		source_free(made);
	return err;
}

enum source_status
source_next(struct source *s, struct item *out)
{
	if (s->final != SOURCE_ITEM)
		return s->final;
	return s->every_item_counts ? next_of_all(s, out) : next_that_counts(s, out);
}

bool
source_next_block(struct source *s, const struct block_limits *most, struct block *out)
{
	return s->final == SOURCE_ITEM && s->spec.path && !s->by_words && s->every_item_counts &&
	       lines_take_block(&s->lines, &s->stream, most, out);
}

bool
source_ready(const struct source *s)
{
	if (s->final != SOURCE_ITEM || !s->spec.path || s->stream.ended)
		return true;
	if (s->by_words)
		return !s->in_first && words_ready(&s->words, &s->stream);
	if (s->every_item_counts && s->spec.split == SPLIT_DELIMITER)
		return lines_delimiter(&s->lines, s->stream.data + s->stream.scan,
			   s->stream.end - s->stream.scan) != NULL;
	return is_ready_to_count(s);
}

bool
source_holds_one(struct source *s)
{
	struct stream *in = &s->stream;
	enum stream_hand hand;

	if (s->final != SOURCE_ITEM)
		return true;
	if (!s->spec.path)
		return !s->spec.split_list && !s->rest && s->next_value + 1 >= s->spec.list_len;
	if (s->by_words)
		return false;
	while (in->end - in->start <= in->block_bytes) {
		const char *const text = in->data + in->start;
		const char *const found = lines_delimiter(&s->lines, text, in->end - in->start);

		if (found && found + s->spec.delimiter_len < in->data + in->end)
			return false;
		if (in->ended)
			return true;
		/* Others may take what is there, and an item that is complete must not wait. */
		hand = stream_at_hand(in);
		if (hand == STREAM_WAITS || (hand == STREAM_HAS_DATA && found && in->pollable) ||
		    stream_fill(in) != STREAM_READ)
			return false;
	}
	return false;
}

int64_t
source_offset(const struct source *s)
{
	return s->spec.path ? stream_offset(&s->stream) : -1;
}

void
source_give_back(struct source *s)
{
	const int64_t offset = source_offset(s);

	/* A file that can't be set back is left where it is: it is a courtesy. */
	if (offset >= 0)
		(void)lseek(s->stream.fd, (off_t)offset, SEEK_SET);
}

const char *
source_error(const struct source *s)
{
	return s->error.data ? s->error.data : "out of memory";
}

void
source_free(struct source *s)
{
	if (!s)
		return;
	stream_close(&s->stream);
	buf_free(&s->joined);
	buf_free(&s->error);
	free(s);
}
