/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "job/pending.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "base/escape.h"
#include "base/limits.h"

struct writing {
	struct buf *text;
	int64_t resumes_ms;
	pending_filter *may_see;
	void *data;
	int64_t rows, hidden;
};

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
static int64_t next_try(const struct writing *writing, const struct ledger_pending *row)
{
	if (row->state != JOB_QUEUED)
		return 0;
	return row->next_try_ms > writing->resumes_ms ? row->next_try_ms : writing->resumes_ms;
}

/* A time as 2025-07-01T18:02:39Z; "-" for 0. */
static void tell_time(int64_t ms, char *word, size_t room)
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;

	if (!ms || !gmtime_r(&seconds, &tm) || !strftime(word, room, "%Y-%m-%dT%H:%M:%SZ", &tm))
		strcpy(word, "-");
}

static int write_line(void *data, struct ledger_pending *row)
{
	struct writing *writing = data;
	struct buf *text = writing->text;
	char when[32];
	int r;

	writing->rows++;
	if (!writing->may_see(writing->data, row)) {
		writing->hidden++;
		return 0;
	}
	tell_time(next_try(writing, row), when, sizeof(when));
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

int pending_write(struct ledger *ledger, int64_t resumes_ms, pending_filter *may_see, void *data,
		  struct buf *text)
{
	struct writing writing = {
		.text = text, .resumes_ms = resumes_ms, .may_see = may_see, .data = data};
	int64_t total, queued;
	int r = ledger_pending(ledger, PENDING_LINES_MAX, write_line, &writing);

	if (r == 0 && writing.hidden)
		r = buf_printf(text, "and %" PRId64 " of files that you may not read\n",
			       writing.hidden);
	if (r < 0 || writing.rows < PENDING_LINES_MAX)
		return r;
	r = ledger_count_pending(ledger, &total, &queued);
	if (r == 0 && total > writing.rows)
		r = buf_printf(text, "and %" PRId64 " more\n", total - writing.rows);
	return r;
}
