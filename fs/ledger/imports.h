/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LEDGER_IMPORTS_H
#define COCFS_LEDGER_IMPORTS_H

#include "bounds/api.h"
#include "job/import.h"
#include "ledger/ledger.h"

/*
 * The imports in the ledger, by job ID. A job never has both a row of a path and a placed import.
 * Changes become visible and durable like those of the rest of the ledger (ledger.h). Functions
 * without another word return 0 or -errno.
 */

/* Does a mount of this ledger show imports if no option says so? Not if an older cocfs has made the
 * ledger. Returns 1, 0 or -errno. */
int ledger_imports_by_default(struct ledger *ledger);

/* Has a mount ever placed all imports of one scan? Until then only a part of them is there. Returns
 * 1, 0 or -errno. */
int ledger_imports_are_whole(struct ledger *ledger);

/* Records that all imports of one scan are placed: ledger_imports_are_whole() says yes from now
 * on. */
int ledger_imports_set_whole(struct ledger *ledger);

/* Is there any import or tombstone? Returns 1, 0 or -errno. */
int ledger_imports_any(struct ledger *ledger);

/* Makes an import of a job that the service lists. Does nothing if the job is an import, is bound
 * to a path, or was forgotten on demand. */
int ledger_import_add(struct ledger *ledger, const char *job_id, int64_t create_ms);

/* Does for all jobs of the catalogue what ledger_import_add() does for one, in one statement. */
int ledger_imports_add_listed(struct ledger *ledger);

/* ---- by the name of the file: placed imports, unless the comment says otherwise ---- */

/* Finds an import by the name of its file. -ENOENT: there is none. */
int ledger_import_find(struct ledger *ledger, const char *name, struct import_record *ret_import);

/* Reads what the siblings of an import show. -ENOENT: there is no such import. */
int ledger_import_glance(struct ledger *ledger, const char *name, struct import_glance *ret_glance);

/* Finds the tombstone of the import whose file had this name last. -ENOENT: there is none. */
int ledger_import_remembered(struct ledger *ledger, const char *name,
			     struct import_record *ret_import);

/* ---- by job ID ---- */

/* Finds an import or a tombstone by its job ID. -ENOENT: there is none. */
int ledger_import_get(struct ledger *ledger, const char *job_id, struct import_record *ret_import);

/* Does any import or tombstone have this name? Returns 1, 0 or -errno. */
int ledger_import_has_name(struct ledger *ledger, const char *name);

/* Gives an import a name, and records it as placed. No other import may have the name. */
int ledger_import_place(struct ledger *ledger, const char *job_id, const char *name);

/* Records what was read from the service for a placed import: version, digest, attrs and
 * checked_ms. A new version removes the .error. */
int ledger_import_fetched(struct ledger *ledger, const struct import_record *import);

/* Records why an edit of the import was refused. story NULL removes the .error. */
int ledger_import_tell(struct ledger *ledger, const char *job_id, const char *story);

/* Records that a process reads the version that the file of an import has: import->read_version. */
int ledger_import_read(struct ledger *ledger, const char *job_id);

/* Records that a user has removed the file: a tombstone is left, which keeps the name for now. */
int ledger_import_hide(struct ledger *ledger, const char *job_id);

/* Call this when the job is gone, or a path was bound to it. A placed import is leaving from now
 * on; any other import or tombstone is deleted. A job without an import is accepted. */
int ledger_import_leave(struct ledger *ledger, const char *job_id);

/* Call this when the row of a path was bound to the job. The file of the import leaves, unless it
 * is the file of this row. A job without an import is accepted. */
int ledger_import_bound(struct ledger *ledger, const char *job_id, int64_t row);

/* Deletes an import or a tombstone, in any state. A job without an import is accepted. */
int ledger_import_drop(struct ledger *ledger, const char *job_id);

/* Call this when another file gets a name that an import had. A placed import has to be placed
 * anew. A tombstone keeps the name, which remembers the job. */
int ledger_import_take_name(struct ledger *ledger, const char *name);

/* ---- many imports, in slices. fn as for ledger_catalogue_ids() ---- */

/* How far a walk over imports has come. All zeros: the beginning. */
struct import_place {
	int64_t create_ms;
	char job_id[COC_DOCUMENT_ID_ROOM];
};

/* Calls fn for imports that are not placed, the oldest job first, with the name that the catalogue
 * has for the job. fn has to move *place on. */
int ledger_imports_unplaced(struct ledger *ledger, const struct import_place *place, int max,
			    int (*fn)(void *data, const char *job_id, int64_t create_ms,
				      const char *job_name),
			    void *data);

/* Calls fn for imports with a job ID after `after` that have a name no other file has got, in the
 * order of the IDs. */
int ledger_imports_named(struct ledger *ledger, const char *after, int max,
			 int (*fn)(void *data, const struct import_record *import), void *data);

/* Calls fn for at most max imports that are leaving: the job is gone or bound to a path, and the
 * import's file is still to be removed. */
int ledger_imports_leaving(struct ledger *ledger, int max,
			   int (*fn)(void *data, const struct import_record *import), void *data);

/* Calls fn for placed imports, in the order of their names, after the name `after`. version 0: its
 * content was not fetched. */
int ledger_imports_placed(struct ledger *ledger, const char *after, int max,
			  int (*fn)(void *data, const struct import_record *import), void *data);

/* Has any import begun to leave since the last call? */
bool ledger_imports_take_leaving(struct ledger *ledger);

#endif
