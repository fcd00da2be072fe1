/* SPDX-License-Identifier: MIT */
/* Imports: what a mount does with them at its beginning, and what fs/space asks and records of
 * them. The comment at the top of placing.c explains how they get their files. */
#define _GNU_SOURCE
#include "submit/imports.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "ledger/catalogue.h"
#include "ledger/imports.h"
#include "ledger/texts.h"
#include "submit/bounds.h"
#include "submit/imports_state.h"
#include "submit/state.h"

int imports_create(struct engine *engine, struct imports **ret_imports)
{
	struct imports *imports = calloc(1, sizeof(*imports));
	int any = ledger_imports_any(engine->ledger);
	int whole = ledger_imports_are_whole(engine->ledger);
	int shown = engine->options.jobs == JOBS_AS_BEFORE
			    ? ledger_imports_by_default(engine->ledger)
			    : 0;

	if (!imports || any < 0 || whole < 0 || shown < 0) {
		free(imports);
		return any < 0 ? any : whole < 0 ? whole : shown < 0 ? shown : -ENOMEM;
	}
	imports->any = any;
	imports->is_whole = whole;
	imports->shown = engine->options.jobs;
	if (imports->shown == JOBS_AS_BEFORE)
		imports->shown = shown ? JOBS_READ : JOBS_OWN;
	*ret_imports = imports;
	return 0;
}

void imports_destroy(struct imports *imports)
{
	if (!imports)
		return;
	placing_cancel(&imports->placing);
	free(imports);
}

/* ---- the beginning of a mount ---- */

struct beginning {
	struct engine *engine;
	struct buf lost; /* IDs of imports whose content was fetched, and whose file is gone;
			  * each ends with a NUL */
	/* IDs of imports that are not read-only any more, but whose story says so; each ends with a
	 * NUL */
	struct buf editable;
	char last[COC_DOCUMENT_ID_ROOM];
	int n;
};

/* Makes the file of an import if it has none. Returns 1 if the content of the import was fetched
 * before, and was lost with the file; else 0, or -errno. */
static int restore_file(const struct import_files *files, const struct import_record *import)
{
	int r = files->has(files->data, import->name);

	if (r != 0)
		return r < 0 ? r : 0;
	r = files->make(files->data, import->name);
	return r < 0 ? r : import->version > 0;
}

static int begin_import(void *data, const struct import_record *import)
{
	struct beginning *beginning = data;
	const struct imports *imports = beginning->engine->imports;
	int r;

	beginning->n++;
	snprintf(beginning->last, sizeof(beginning->last), "%s", import->job_id);
	if (imports->shown == JOBS_ALL && import->error &&
	    !strncmp(import->error, IMPORT_IS_READ_ONLY, strlen(IMPORT_IS_READ_ONLY))) {
		r = buf_append(&beginning->editable, import->job_id, strlen(import->job_id) + 1);
		if (r < 0)
			return r;
	}
	if (import->state == IMPORT_PLACED && imports->shown != JOBS_OWN) {
		r = restore_file(&imports->files, import);
		return r <= 0 ? r
			      : buf_append(&beginning->lost, import->job_id,
					   strlen(import->job_id) + 1);
	}
	return placing_remove_file(beginning->engine, import);
}

/* Records for each import whose ID is in `lost` that its content has to be fetched again. Returns 0
 * or -errno. */
static int forget_lost(struct engine *engine, const struct buf *lost)
{
	int r = 0;

	for (const char *id = lost->data; r == 0 && id && id < lost->data + lost->size;
	     id += strlen(id) + 1)
		r = ledger_import_fetched(engine->ledger,
					  &(struct import_record){.job_id = (char *)id});
	return r;
}

/* Removes the story of each import whose ID is in `editable`: the story is no longer true. Returns
 * 0 or -errno. */
static int end_stories(struct engine *engine, const struct buf *editable)
{
	int r = 0;

	for (const char *id = editable->data; r == 0 && id && id < editable->data + editable->size;
	     id += strlen(id) + 1)
		r = ledger_import_tell(engine->ledger, id, NULL);
	return r;
}

/* Places the imports that an earlier scan has listed, and that have no files yet because the mount
 * of that scan showed none or was killed. Does nothing if no scan has read the list to its end.
 * Returns 0 or -errno. */
static int place_known(struct engine *engine)
{
	struct imports *imports = engine->imports;
	int64_t scanned_ms = 0;
	int r = ledger_catalogue_when(engine->ledger, &scanned_ms);

	if (r == 0 && scanned_ms && !imports->is_whole) {
		r = ledger_imports_add_listed(engine->ledger);
		imports->any = true;
	}
	if (r == 0 && scanned_ms)
		placing_begin(&imports->placing, engine, NULL, NULL);
	return r;
}

int imports_begin(struct engine *engine, const struct import_files *files)
{
	struct beginning beginning = {.engine = engine};
	int r = 0;

	engine->imports->files = *files;
	while (r == 0 && engine->imports->any) {
		beginning.n = 0;
		r = ledger_imports_named(engine->ledger, beginning.last, IMPORTS_AT_ONCE,
					 begin_import, &beginning);
		if (beginning.n < IMPORTS_AT_ONCE)
			break;
	}
	if (r == 0)
		r = forget_lost(engine, &beginning.lost);
	if (r == 0)
		r = end_stories(engine, &beginning.editable);
	buf_finish(&beginning.lost);
	buf_finish(&beginning.editable);
	return r == 0 && imports_are_placed(engine) ? place_known(engine) : r;
}

/* ---- what fs/space asks about imports ---- */

enum jobs_shown imports_shown(const struct engine *engine)
{
	return engine->imports->shown;
}

bool imports_any(const struct engine *engine)
{
	return engine->imports->any && engine->imports->shown != JOBS_OWN;
}

bool imports_are_whole(const struct engine *engine)
{
	return engine->imports->is_whole;
}

int imports_find(struct engine *engine, const char *name, struct import_record *ret_import)
{
	return imports_any(engine) ? ledger_import_find(engine->ledger, name, ret_import) : -ENOENT;
}

int imports_find_removed(struct engine *engine, const char *name, struct import_record *ret_import)
{
	int r = imports_any(engine) ? ledger_import_remembered(engine->ledger, name, ret_import)
				    : -ENOENT;

	if (r == 0 && (ret_import->state != IMPORT_REMOVED || !ret_import->version))
		r = -ENOENT;
	return r;
}

int imports_glance(struct engine *engine, const char *name, struct import_glance *ret_glance)
{
	return imports_any(engine) ? ledger_import_glance(engine->ledger, name, ret_glance)
				   : -ENOENT;
}

int imports_is_due(struct engine *engine, const struct import_record *import)
{
	const int64_t refresh_ms = engine->options.refresh_ms, now_ms = engine_realtime_ms(engine);
	int64_t scanned_ms = 0;
	int r;

	if (!import->version)
		return 1;
	if (import->listed_version <= import->version && import->checked_ms <= now_ms &&
	    now_ms - import->checked_ms < refresh_ms)
		return 0;
	r = ledger_catalogue_when(engine->ledger, &scanned_ms);
	if (r < 0)
		return r;
	return import->listed_version != import->version || scanned_ms > now_ms ||
	       now_ms - scanned_ms >= refresh_ms;
}

int imports_walk(struct engine *engine, const char *after, int max,
		 int (*fn)(void *data, const struct import_record *import), void *data)
{
	return imports_any(engine) ? ledger_imports_placed(engine->ledger, after, max, fn, data)
				   : 0;
}

/* ---- what fs/space and scans record of imports ---- */

bool imports_are_placed(const struct engine *engine)
{
	return engine->imports->shown != JOBS_OWN && engine->imports->files.has;
}

int imports_add(struct engine *engine, const char *job_id, int64_t create_ms)
{
	if (!imports_are_placed(engine))
		return 0;
	engine->imports->any = true;
	return ledger_import_add(engine->ledger, job_id, create_ms);
}

int imports_fetched(struct engine *engine, const struct import_record *import)
{
	struct import_record now = *import;

	now.checked_ms = engine_realtime_ms(engine);
	return ledger_import_fetched(engine->ledger, &now);
}

int imports_tell(struct engine *engine, const struct import_record *import, const char *story)
{
	return ledger_import_tell(engine->ledger, import->job_id, story);
}

int imports_read(struct engine *engine, const struct import_record *import)
{
	return ledger_import_read(engine->ledger, import->job_id);
}

/* Records that the file of a row has the import's version as its unread version. The base is the
 * version that was read here last; if none was, there is no base. Returns 0 or -errno. */
static int record_unread(struct engine *engine, int64_t row, const struct import_record *import,
			 int64_t newest)
{
	struct ledger_text text = {.row = row,
				   .version = newest,
				   .base = import->read_version,
				   .unread = import->version,
				   .has_digest = true};

	memcpy(text.digest, import->digest, sizeof(text.digest));
	return ledger_put_text(engine->ledger, &text);
}

int imports_bind(struct engine *engine, const struct import_record *import,
		 const struct owner *owner, int64_t *ret_row)
{
	const int64_t version = import->version, listed = import->listed_version;
	const bool is_unread = import->read_version < version;
	const struct ledger_binding binding = {
		.job_id = import->job_id,
		.versions = {.base = version, .newest = listed > version ? listed : version},
		.digest = import->digest,
		.attrs = &import->attrs,
	};
	int64_t row;
	int r = ledger_ensure(engine->ledger, import->name, owner, &row);

	if (r == 0)
		r = ledger_bind(engine->ledger, row, &binding);
	if (r == 0 && is_unread)
		r = record_unread(engine, row, import, binding.versions.newest);
	if (r < 0)
		return r;
	log_info("%s is bound to the job %s: the file is edited", import->name, import->job_id);
	*ret_row = row;
	return 0;
}

int imports_hide(struct engine *engine, const struct import_record *import)
{
	return ledger_import_hide(engine->ledger, import->job_id);
}

int imports_give_name(struct engine *engine, const char *name)
{
	int r = engine->imports->any ? ledger_import_has_name(engine->ledger, name) : 0;

	if (r <= 0)
		return r;
	r = ledger_import_take_name(engine->ledger, name);
	placing_name_taken(&engine->imports->placing);
	/* commit now: a crash must not leave a user's file under a name that the ledger has as an
	 * import's */
	return r < 0 ? r : submit_save(engine);
}
