/* SPDX-License-Identifier: MIT */
/*
 * An editor reads version 1 of an import, another user writes version 2, a search by cron reads the
 * import here, and the editor saves. That save must be refused: the editor's text was made from
 * version 1, and would overwrite version 2. For a bound file readers.c sees to that. The readers of
 * a bound file are noted under the number of its row, and an import has no row. So its readers are
 * noted under a number made from the job ID. When the first edit binds the path, their notes move
 * to the row.
 */
#define _GNU_SOURCE
#include "space/import_reading.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/hash.h"
#include "base/log.h"
#include "space/import.h"
#include "submit/imports.h"

/* Makes a number from a job ID. The number is negative, because the numbers of rows are positive.
 * Of 2^63 pairs of jobs one pair has the same number; then a commit may be refused without a
 * reason. */
static int64_t number_of_job(const char *job_id)
{
	uint64_t hash = hash_text(HASH_BEGIN, job_id, strlen(job_id));

	return -(int64_t)(hash >> 1) - 1;
}

bool import_reading_find(struct space *space, const struct node *node, int64_t *ret_number,
			 uint64_t *ret_text, bool *ret_unread)
{
	_cleanup_import_record_ struct import_record import = {0};

	if (import_find_node(space, node, &import) < 0 || !import.version)
		return false;
	*ret_number = number_of_job(import.job_id);
	*ret_text = readers_text(import.digest);
	*ret_unread = import.read_version != import.version;
	return true;
}

bool import_reading_begin(struct space *space, struct node *node, int64_t *ret_number,
			  uint64_t *ret_text)
{
	_cleanup_import_record_ struct import_record import = {0};
	int r;

	if (import_find_node(space, node, &import) < 0 || !import.version)
		return false;
	*ret_number = number_of_job(import.job_id);
	*ret_text = readers_text(import.digest);
	if (import.read_version == import.version)
		return true;
	readers_base_moves(&space->readers, *ret_number, import.read_version);
	r = imports_read(space->engine, &import);
	if (r < 0)
		log_warning("the ledger cannot record that v%lld of job %s was read: %s",
			    (long long)import.version, import.job_id, strerror(-r));
	return true;
}

void import_reading_bound(struct space *space, const char *job_id, int64_t row)
{
	readers_move(&space->readers, number_of_job(job_id), row);
}
