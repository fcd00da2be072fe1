/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "submit/queue_listing.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "base/escape.h"
#include "submit/bounds.h"

/* The first line of a story: its sentence. "-" when there is none. */
static int write_error(struct buf *text, const char *story)
{
	_cleanup_free_ char *sentence = NULL;

	if (!story || !*story)
		return buf_append(text, "-", 1);
	sentence = strndup(story, strcspn(story, "\n"));
	return sentence ? escape_append(text, sentence) : -ENOMEM;
}

/* When a submission is tried next, 0 for at once. */
static int64_t next_try(const struct queue_listing *pending, const struct job_pending *row)
{
	if (row->state != JOB_QUEUED)
		return 0;
	return row->next_try_ms > pending->resumes_ms ? row->next_try_ms : pending->resumes_ms;
}

/* A time as 2025-07-01T18:02:39Z; "-" for 0. */
static void tell_time(int64_t ms, char *word, size_t room)
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;

	if (!ms || !gmtime_r(&seconds, &tm) || !strftime(word, room, "%Y-%m-%dT%H:%M:%SZ", &tm))
		strcpy(word, "-");
}

static int write_line(void *data, struct job_pending *row)
{
	struct queue_listing *pending = data;
	struct buf *text = pending->text;
	char when[32];
	int r;

	pending->rows++;
	pending->last = row->id;
	if (!pending->may_see(pending->data, row)) {
		pending->hidden++;
		return 0;
	}
	tell_time(next_try(pending, row), when, sizeof(when));
	r = buf_printf(text, "%s\t%" PRId64 "\t%s\t", job_state_word(row->state), row->attempts,
		       when);
	if (r == 0)
		r = escape_append(text, row->path);
	if (r == 0)
		r = buf_append(text, "\t", 1);
	if (r == 0)
		r = write_error(text, row->last_error);
	return r < 0 ? r : buf_append(text, "\n", 1);
}

/* Writes some lines. 1 if there may be more, 0, or -errno. */
static int write_lines(struct queue_listing *pending)
{
	int64_t before = pending->rows;
	int r = ledger_pending(pending->ledger, pending->last, PENDING_AT_ONCE, write_line,
			       pending);

	if (r < 0)
		return r;
	pending->is_listed = pending->rows - before < PENDING_AT_ONCE;
	return !pending->is_listed && pending->rows < PENDING_LINES_MAX &&
	       pending->text->size < PENDING_TEXT_MAX;
}

/* Writes how many there are beyond the lines. */
static int write_rest(const struct queue_listing *pending, unsigned recorded)
{
	int64_t more = pending->queued.n + recorded - pending->rows;
	int r = 0;

	if (pending->hidden)
		r = buf_printf(pending->text, "and %" PRId64 " of files that you may not read\n",
			       pending->hidden);
	if (r == 0 && !pending->is_listed && more > 0)
		r = buf_printf(pending->text, "and %" PRId64 " more\n", more);
	return r;
}

int queue_listing_write(struct queue_listing *pending, unsigned recorded, struct buf *text)
{
	int r;

	pending->text = text;
	if (!pending->is_listed && pending->rows < PENDING_LINES_MAX &&
	    text->size < PENDING_TEXT_MAX) {
		r = write_lines(pending);
		if (r != 0)
			return r;
		if (!pending->is_listed)
			return 1;
	}
	r = pending->is_listed ? 0 : ledger_count_queued(pending->ledger, &pending->queued);
	return r != 0 ? r : write_rest(pending, recorded);
}
