/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LEDGER_IMPORTS_H
#define COCFS_LEDGER_IMPORTS_H

#include "bounds/api.h"
#include "job/import.h"
#include "ledger/ledger.h"

/*
 * The imports in the ledger, by job ID. No job has both a row of a path and an import that is
 * placed. It changes and becomes durable like the rest of the ledger (ledger.h).
 */

/* Does a mount of this ledger show imports when nobody says? A ledger that an older cocfs has made
 * does not. 1, 0 or -errno. */
int ledger_imports_by_default(struct ledger *ledger);

/* Were all imports of one scan placed once? Until then there is only a part of them. 1, 0 or
 * -errno. */
int ledger_imports_are_whole(struct ledger *ledger);

/* They were. */
int ledger_imports_set_whole(struct ledger *ledger);

/* Is there any import, tombstones too? 1, 0 or -errno. */
int ledger_imports_any(struct ledger *ledger);

/* The service lists a job: it becomes an import, unless it is one, or a path is bound to it, or its
 * binding is forgotten. */
int ledger_import_add(struct ledger *ledger, const char *job_id, int64_t create_ms);

/* The same for all jobs of the catalogue. */
int ledger_imports_add_listed(struct ledger *ledger);

/* ---- by name: only those that are placed ---- */

/* Finds an import by the name of its file. -ENOENT. */
int ledger_import_find(struct ledger *ledger, const char *name, struct import_record *ret_import);

/* The siblings of an import. -ENOENT. */
int ledger_import_glance(struct ledger *ledger, const char *name, struct import_glance *ret_glance);

/* Finds the tombstone of the import whose file had this name last. -ENOENT. */
int ledger_import_remembered(struct ledger *ledger, const char *name,
			     struct import_record *ret_import);

/* ---- by job ---- */

/* Finds an import, be it a tombstone. -ENOENT. */
int ledger_import_get(struct ledger *ledger, const char *job_id, struct import_record *ret_import);

/* Has any import this name, a tombstone too? 1, 0 or -errno. */
int ledger_import_has_name(struct ledger *ledger, const char *name);

/* An import gets a name that no other one has. */
int ledger_import_place(struct ledger *ledger, const char *job_id, const char *name);

/* What was read of the service for an import that is placed: version, digest, attrs and checked_ms
 * of import. With another version its .error goes. */
int ledger_import_fetched(struct ledger *ledger, const struct import_record *import);

/* Keeps why an edit of the import was refused; NULL: its .error goes. */
int ledger_import_tell(struct ledger *ledger, const char *job_id, const char *story);

/* A process reads the version that the file has. */
int ledger_import_read(struct ledger *ledger, const char *job_id);

/* A user has removed its file: a tombstone is left, which keeps the name for now. */
int ledger_import_hide(struct ledger *ledger, const char *job_id);

/* The job is gone, or a path was bound to it. An import that is placed is leaving from now on,
 * any other one is forgotten, a tombstone too. No such import is accepted. */
int ledger_import_leave(struct ledger *ledger, const char *job_id);

/* A row of a path was bound to the job. The file of the import leaves, unless it is this path's. No
 * such import is accepted. */
int ledger_import_bound(struct ledger *ledger, const char *job_id, int64_t row);

/* Forgets an import. */
int ledger_import_drop(struct ledger *ledger, const char *job_id);

/* Another file has got this name, which an import had: a placed one has to be placed anew. A
 * tombstone keeps the name, which remembers the job. */
int ledger_import_take_name(struct ledger *ledger, const char *name);

/* ---- many of them, in slices: fn as in catalogue.h ---- */

/* Where a walk has come to. All zeros: at the beginning. */
struct import_place {
	int64_t create_ms;
	char job_id[COC_DOCUMENT_ID_ROOM];
};

/* Those that are not placed, in the order of their jobs' age, with the name that the catalogue has
 * for the job; fn moves place on. */
int ledger_imports_unplaced(struct ledger *ledger, const struct import_place *place, int max,
			    int (*fn)(void *data, const char *job_id, int64_t create_ms,
				      const char *job_name),
			    void *data);

/* Those that have a name which no other file has got, after a job ID, in the order of the IDs. */
int ledger_imports_named(struct ledger *ledger, const char *after, int max,
			 int (*fn)(void *data, const struct import_record *import), void *data);

/* Those that are leaving. */
int ledger_imports_leaving(struct ledger *ledger, int max,
			   int (*fn)(void *data, const struct import_record *import), void *data);

/* Those that are placed, by name after a name; version tells which of them are fetched. */
int ledger_imports_placed(struct ledger *ledger, const char *after, int max,
			  int (*fn)(void *data, const struct import_record *import), void *data);

/* Has any import begun to leave since this was asked last? */
bool ledger_imports_take_leaving(struct ledger *ledger);

#endif
