/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "submit/submit.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/escape.h"
#include "submit/bounds.h"
#include "submit/listing_rest.h"
#include "submit/outage.h"
#include "submit/rows.h"

/* Appends the first line of a story, which is its sentence, or "-" if there is no story. */
static int write_error(struct buf *text, const char *story)
{
	_cleanup_free_ char *sentence = NULL;

	if (!story || !*story)
		return buf_puts(text, "-");
	sentence = strndup(story, strcspn(story, "\n"));
	return sentence ? escape_append(text, sentence) : -ENOMEM;
}

/* Returns when a submission is tried next, in ms since the epoch. 0: now, or it is not queued. */
static int64_t next_try(const struct queue_listing *listing, const struct job_pending *row)
{
	if (row->state != JOB_QUEUED)
		return 0;
	return row->next_try_ms > listing->resumes_ms ? row->next_try_ms : listing->resumes_ms;
}

static int write_line(const struct queue_listing *listing, const struct job_pending *row)
{
	struct buf *text = listing->text;
	char when[CLOCK_WORD_ROOM];
	int r;

	clock_write_utc(next_try(listing, row), when);
	buf_printf(text, "%s\t%" PRId64 "\t%s\t", job_state_word(row->state), row->attempts, when);
	escape_append(text, row->path);
	buf_puts(text, "\t");
	r = write_error(text, row->last_error);
	return r < 0 ? r : buf_puts(text, "\n");
}

static int list_row(void *data, struct job_pending *row)
{
	struct queue_listing *listing = data;

	listing->rows++;
	listing->last = row->id;
	if (listing->may_see(listing->data, row))
		return listing->text ? write_line(listing, row) : 0;
	listing->hidden++;
	return 0;
}

/* May further submissions be listed in .coc/queue? No if all are listed, or if PENDING_LINES_MAX or
 * PENDING_TEXT_MAX is reached. */
static bool has_room(const struct queue_listing *listing)
{
	return !listing->is_listed && listing->rows < PENDING_LINES_MAX &&
	       (!listing->text || listing->text->size < PENDING_TEXT_MAX);
}

/* Lists some submissions. Returns 1 if there may be more of them, 0 if not, or -errno. */
static int list_rows(struct engine *engine, struct queue_listing *listing)
{
	int64_t before = listing->rows;
	int r = ledger_pending(engine->ledger, listing->last, PENDING_AT_ONCE, list_row, listing);

	if (r < 0)
		return r;
	listing->is_listed = listing->rows - before < PENDING_AT_ONCE;
	return !listing->is_listed;
}

int submit_write_queue(struct engine *engine, struct queue_listing *listing, struct buf *text)
{
	int r = 0;

	if (!listing->rows)
		listing->resumes_ms = engine_queue_resumes_ms(engine);
	listing->text = text;
	if (has_room(listing)) {
		r = list_rows(engine, listing);
		if (r != 0)
			return r;
	}
	if (!listing->is_listed) {
		r = ledger_count_queued(engine->ledger, &listing->queued);
		if (r != 0)
			return r;
		listing->more = listing->queued.n + engine_recorded(engine) - listing->rows;
		if (listing->more < 0)
			listing->more = 0;
	}
	return text ? listing_write_rest(text, listing->hidden, "of files that you may not read",
					 listing->more)
		    : 0;
}
