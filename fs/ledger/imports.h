/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LEDGER_IMPORTS_H
#define COCFS_LEDGER_IMPORTS_H

#include "bounds/api.h"
#include "job/import.h"
#include "ledger/ledger.h"

/*
 * The imports in the ledger, by job ID: the jobs of the service that no path is bound to. The
 * states of an import (enum import_state):
 *
 * - unplaced: it has no file yet.
 * - placed: it has a name, and a file of this name in the root.
 * - leaving: its job is gone or was bound to a path, and the caller has yet to remove its file.
 * - tombstone: a user has removed its file, which does not come back. Later another file may have
 *   got the name (IMPORT_TAKEN).
 *
 * Where a comment here says "import", a tombstone does not count. No job is both bound to a path
 * and a placed import. Changes become visible and durable like those of the rest of the ledger
 * (ledger.h). Functions return 0 or -errno, unless their comment says otherwise.
 */

/* Does a mount of this ledger show imports if no option says so? Not if an older cocfs has made the
 * ledger. Returns 1, 0 or -errno. */
int ledger_imports_by_default(struct ledger *ledger);

/* Has a mount ever placed all imports of one scan? Until then only a part of the imports has files.
 * Returns 1, 0 or -errno. */
int ledger_imports_are_whole(struct ledger *ledger);

/* Records that all imports of one scan are placed: ledger_imports_are_whole() says yes from now
 * on. */
int ledger_imports_set_whole(struct ledger *ledger);

/* Is there an import, placed or not, or a tombstone? Returns 1, 0 or -errno. */
int ledger_imports_any(struct ledger *ledger);

/* Makes an unplaced import of a job that the service lists. create_ms: when the job was made (since
 * the epoch). Does nothing if the job is an import or a tombstone, is bound to a path, or was
 * forgotten on demand. */
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

/* ---- one import or tombstone, by job ID unless the comment says otherwise ---- */

/* Finds an import or a tombstone by its job ID. -ENOENT: there is none. */
int ledger_import_get(struct ledger *ledger, const char *job_id, struct import_record *ret_import);

/* Does any import or tombstone have this name? Returns 1, 0 or -errno. */
int ledger_import_has_name(struct ledger *ledger, const char *name);

/* Gives an import a name, and records it as placed. The caller makes sure that no other import and
 * no tombstone has the name. */
int ledger_import_place(struct ledger *ledger, const char *job_id, const char *name);

/* Records what was read from the service for a placed import: version, digest, attrs and
 * checked_ms. A new version removes the .error. */
int ledger_import_fetched(struct ledger *ledger, const struct import_record *import);

/* Records in the .error of an import why an edit was refused. story NULL removes the .error. */
int ledger_import_tell(struct ledger *ledger, const char *job_id, const char *story);

/* Records that a process has read the content of an import's file: the version that the file has
 * becomes the import's read_version. */
int ledger_import_read(struct ledger *ledger, const char *job_id);

/* Records that a user has removed the file of a placed import: a tombstone is left, which keeps the
 * name. */
int ledger_import_hide(struct ledger *ledger, const char *job_id);

/* Call this when the job of an import is gone, or a path was bound to the job. A placed import is
 * leaving from now on; any other import or tombstone is deleted. A job without an import is
 * accepted. */
int ledger_import_leave(struct ledger *ledger, const char *job_id);

/* Call this when the row of a path was bound to the job. If the import's file is the file of this
 * row, only the import is deleted. Otherwise the import is leaving, as after ledger_import_leave().
 * A job without an import is accepted. */
int ledger_import_bound(struct ledger *ledger, const char *job_id, int64_t row);

/* Deletes an import or a tombstone, in any state. A job without an import is accepted. */
int ledger_import_drop(struct ledger *ledger, const char *job_id);

/* Call this when another file gets the name of an import. A placed import is unplaced then, and an
 * import that is leaving is deleted. A tombstone keeps the name: the name remembers its job. */
int ledger_import_take_name(struct ledger *ledger, const char *name);

/* ---- many imports, in slices of at most max. fn must not write to the ledger, and stops the
 * function with a negative value, which the function returns ---- */

/* The last import that ledger_imports_unplaced() has given to fn. All zeros: none yet. */
struct import_place {
	int64_t create_ms;
	char job_id[COC_DOCUMENT_ID_ROOM];
};

/* Calls fn for the unplaced imports after *place, the oldest job first. job_name: the name that the
 * catalogue has for the job. For the next call fn must set *place to the import that it got. */
int ledger_imports_unplaced(struct ledger *ledger, const struct import_place *place, int max,
			    int (*fn)(void *data, const char *job_id, int64_t create_ms,
				      const char *job_name),
			    void *data);

/* Calls fn for the imports and tombstones with a job ID after `after`, in the order of the IDs.
 * Leaves out those without a name, and those whose name another file has got (IMPORT_TAKEN). */
int ledger_imports_named(struct ledger *ledger, const char *after, int max,
			 int (*fn)(void *data, const struct import_record *import), void *data);

/* Calls fn for imports that are leaving: the job is gone or bound to a path, and the caller has to
 * remove the import's file. */
int ledger_imports_leaving(struct ledger *ledger, int max,
			   int (*fn)(void *data, const struct import_record *import), void *data);

/* Calls fn for the placed imports with a name after `after`, in the order of their names. If
 * import->version is 0, its content was not fetched yet. */
int ledger_imports_placed(struct ledger *ledger, const char *after, int max,
			  int (*fn)(void *data, const struct import_record *import), void *data);

/* Has any import begun to leave since the last call? */
bool ledger_imports_take_leaving(struct ledger *ledger);

#endif
