/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "submit/catalogue.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/escape.h"
#include "job/version.h"
#include "ledger/catalogue.h"
#include "submit/bounds.h"
#include "submit/imports.h"
#include "submit/listing_rest.h"
#include "submit/state.h"

/* The most jobs that a call of catalogue_listing_write() looks at: the call holds the loop about 2
 * ms. */
#define JOBS_AT_ONCE 250

/* Appends a field, then the character end. An empty or missing field is "-". */
static int write_field(struct buf *text, const char *field, char end)
{
	escape_append(text, field && *field ? field : "-");
	return buf_append(text, &end, 1);
}

/* Appends the line of a job. path: of the file that has the job, or NULL. */
static int write_job(struct buf *text, const struct ledger_catalogue_row *row, const char *path)
{
	const struct ledger_listed *job = &row->job;
	char version[VERSION_ROOM] = "-", when[CLOCK_WORD_ROOM] = "-";

	if (job->version)
		version_write(job->version, version);
	if (job->update_ms)
		clock_write_utc(job->update_ms, when);
	write_field(text, job->job_id, '\t');
	buf_printf(text, "%s\t%s\t", version, when);
	write_field(text, job->modifier, '\t');
	write_field(text, job->project, '\t');
	write_field(text, path, '\t');
	return write_field(text, job->name, '\n');
}

/* Returns the path that is bound to the job of this row, or the name of the job's import. NULL if
 * the file of the bound path was removed, if the job has neither, or if this mount shows no
 * imports. */
static const char *find_path(const struct catalogue_listing *listing,
			     const struct ledger_catalogue_row *row,
			     const struct catalogue_binding *binding)
{
	if (!row->path)
		return imports_any(listing->engine) ? row->import_name : NULL;
	return !listing->has_file || listing->has_file(listing->data, binding) ? row->path : NULL;
}

static int write_row(void *data, const struct ledger_catalogue_row *row)
{
	struct catalogue_listing *listing = data;
	const struct catalogue_binding binding = {
		.path = row->path, .is_aside = row->is_aside, .holding = row->holding};

	listing->rows++;
	snprintf(listing->last, sizeof(listing->last), "%s", row->job.job_id);
	if (!listing->may_see(listing->data, row->path ? &binding : NULL)) {
		listing->hidden++;
	} else if (listing->text->size >= JOBS_TEXT_MAX) {
		listing->more++;
	} else {
		return write_job(listing->text, row, find_path(listing, row, &binding));
	}
	return 0;
}

int catalogue_listing_write(struct catalogue_listing *listing, struct buf *text)
{
	const int64_t before = listing->rows;
	int r;

	listing->text = text;
	r = ledger_catalogue_list(listing->engine->ledger, listing->last, JOBS_AT_ONCE, write_row,
				  listing);
	if (r < 0)
		return r;
	if (listing->rows - before == JOBS_AT_ONCE)
		return 1;
	return listing_write_rest(text, listing->hidden, "that you may not read", listing->more);
}
