/*
 * The odometer. Its wheels are groups of parts; the last turns fastest. product.at is the wheel
 * that turns next: behind it all are to be set to their beginnings. Any step may be cut off by
 * SOURCE_STOPPED and be gone on with later, so whatever a step has done is in the structs. Knows
 * nothing of files. No lock.
 */
#include "input/product.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static enum source_status
fail(struct product *p, const struct part *part)
{
	p->failed = part;
	return p->final = SOURCE_ERROR;
}

/* The part's current values are those of this item. */
static int
show(struct part *part, const struct item *item)
{
	if (part->columns)
		return columns_split(part->columns, item, &part->row);
	part->one = *item;
	part->row = (struct row){.items = &part->one, .n = 1};
	return 0;
}

/* The part's values in row i of its group, from what is kept. */
static int
show_kept(const struct product *p, struct part *part, uint64_t i)
{
	const struct item item = cache_get(&part->kept, (size_t)(p->wrap ? i % part->kept.n : i));

	return show(part, &item);
}

/* Is there another part that may still make this one start again? */
static bool
may_wrap(const struct product *p, const struct part *part)
{
	size_t i;

	for (i = 0; p->wrap && i < p->n_parts; i++)
		if (&p->parts[i] != part && !p->parts[i].ended)
			return true;
	return false;
}

/* A new item was read. */
static int
take(struct product *p, const struct group *group, struct part *part, const struct item *item)
{
	struct item copy;

	if (!group->keep && !may_wrap(p, part)) {
		if (!part->shared) {
			if (part->kept.n > 0)
				cache_free(&part->kept);
			return show(part, item);
		}
		cache_reset(&part->kept);
	}
	if (cache_add(&part->kept, item) != 0)
		return ENOMEM;
	copy = cache_get(&part->kept, part->kept.n - 1);
	return show(part, &copy);
}

/* SOURCE_ITEM: the part shows what it has in the group's next row. SOURCE_END: nothing. */
static enum source_status
step_part(struct product *p, struct group *group, struct part *part)
{
	struct item item;
	enum source_status status = SOURCE_END;

	if (!part->ended)
		status = source_next(part->source, &item);
	if (status == SOURCE_ERROR)
		return fail(p, part);
	if (status == SOURCE_ITEM) {
		group->fresh = true;
		return take(p, group, part, &item) == 0 ? SOURCE_ITEM : fail(p, NULL);
	}
	if (status != SOURCE_END || !p->wrap)
		return status;
	part->ended = true;
	if (part->kept.n == 0)
		/* there is nothing to start again with, or nobody to do it for */
		return SOURCE_END;
	return show_kept(p, part, group->row) == 0 ? SOURCE_ITEM : fail(p, NULL);
}

/*
 * The next row of a group that is read for the first time. Lists go first: when one of them is at
 * its end, nobody has to wait for the others, and no line of theirs is taken for nothing.
 */
static enum source_status
read_group(struct product *p, struct group *group)
{
	enum source_status status;

	for (; group->cursor < 2 * group->n; group->cursor++) {
		struct part *part = &p->parts[group->first + group->cursor % group->n];

		if (part->list != (group->cursor < group->n))
			continue;
		status = step_part(p, group, part);
		if (status != SOURCE_ITEM && status != SOURCE_END)
			return status;
		if (status == SOURCE_END)
			break;
	}
	if (group->cursor < 2 * group->n || !group->fresh) {
		group->complete = true;
		group->rows = group->row;
		return SOURCE_END;
	}
	group->cursor = 0;
	group->fresh = false;
	group->row++;
	return SOURCE_ITEM;
}

static int
show_group(struct product *p, const struct group *group, uint64_t row)
{
	size_t i;

	for (i = 0; i < group->n; i++)
		if (show_kept(p, &p->parts[group->first + i], row) != 0)
			return ENOMEM;
	return 0;
}

static enum source_status
step_group(struct product *p, struct group *group)
{
	if (!group->complete)
		return read_group(p, group);
	if (group->row == group->rows)
		return SOURCE_END;
	if (show_group(p, group, group->row) != 0)
		return fail(p, NULL);
	group->row++;
	return SOURCE_ITEM;
}

/* The parts one behind the other. */
static int
put_together(struct product *p, struct row *out)
{
	size_t n = 0;
	size_t i;

	if (p->n_parts == 1) {
		*out = p->parts[0].row;
		return 0;
	}
	for (i = 0; i < p->n_parts; i++)
		n += p->parts[i].row.n;
	if (n > p->cap) {
		struct item *items = realloc(p->items, 2 * n * sizeof(*items));

		if (!items)
			return ENOMEM;
		p->items = items;
		p->cap = 2 * n;
	}
	n = 0;
	for (i = 0; i < p->n_parts; i++) {
		const struct row *row = &p->parts[i].row;

		memcpy(p->items + n, row->items, row->n * sizeof(*row->items));
		n += row->n;
	}
	*out = (struct row){.items = p->items, .n = n};
	return 0;
}

int
product_start(struct product *p)
{
	size_t i;

	p->final = SOURCE_ITEM;
	p->groups = calloc(p->n_parts, sizeof(*p->groups));
	if (!p->groups)
		return ENOMEM;
	for (i = 0; i < p->n_parts; i++) {
		if (i == 0 || !(p->wrap || p->parts[i].linked)) {
			p->groups[p->n_groups] =
			    (struct group){.first = i, .keep = p->keep_all || i > 0};
			p->n_groups++;
		}
		p->groups[p->n_groups - 1].n++;
	}
	return 0;
}

enum source_status
product_next(struct product *p, struct row *out)
{
	if (p->final != SOURCE_ITEM)
		return p->final;
	while (p->at < p->n_groups) {
		struct group *group = &p->groups[p->at];
		const enum source_status status = step_group(p, group);

		if (status == SOURCE_ITEM) {
			p->at++;
			continue;
		}
		if (status != SOURCE_END)
			return status;
		/* A group without rows: there are none at all. */
		if (p->at == 0 || group->rows == 0)
			return p->final = SOURCE_END;
		group->row = 0;
		p->at--;
	}
	p->at = p->n_groups - 1;
	return put_together(p, out) == 0 ? SOURCE_ITEM : fail(p, NULL);
}

int
product_at(struct product *p, uint64_t i, struct row *out)
{
	size_t g;

	for (g = p->n_groups; g > 0; g--) {
		const struct group *group = &p->groups[g - 1];

		if (show_group(p, group, i % group->rows) != 0)
			return ENOMEM;
		i /= group->rows;
	}
	return put_together(p, out);
}

bool
product_ready(const struct product *p)
{
	size_t g;
	size_t i;

	if (p->final != SOURCE_ITEM)
		return true;
	for (g = p->n_groups; g > 0; g--) {
		const struct group *group = &p->groups[g - 1];

		/* Set to its beginning, it waits for the one before it. */
		if (group->complete && group->row > 0 && group->row < group->rows)
			return true;
		/* It may be at its end, and then the group before it is asked: so go on. */
		for (i = group->first; i < group->first + group->n && !group->complete; i++)
			if (!p->parts[i].ended && !source_ready(p->parts[i].source))
				return false;
	}
	return true;
}

void
product_free(struct product *p)
{
	size_t i;

	for (i = 0; i < p->n_parts; i++)
		cache_free(&p->parts[i].kept);
	free(p->groups);
	free(p->items);
}
