/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_IMPORTS_STATE_H
#define COCFS_SUBMIT_IMPORTS_STATE_H

#include "loop/loop.h"
#include "submit/imports.h"
#include "submit/placing.h"

/* The imports as the engine keeps them. */
struct imports {
	/* functions of fs/space; files.has is NULL until imports_begin() sets them */
	struct import_files files;
	enum jobs_shown shown;
	bool any;      /* the ledger may have imports; false: surely it has none */
	bool is_whole; /* imports_are_whole() returns this; the ledger keeps it, too */
	struct placing placing;
};

/* Returns 0 and owned imports, or -errno of the ledger or the memory. */
int imports_create(struct engine *engine, struct imports **ret_imports);

/* Stops the placing of files, and frees. NULL is accepted. */
void imports_destroy(struct imports *imports);

/* Does this mount make files for imports? Not with jobs=own, and not before imports_begin(). */
bool imports_are_placed(const struct engine *engine);

/* Records as an import a job that a scan has listed. Does nothing if this mount makes no files for
 * imports. Returns 0 or -errno. */
int imports_add(struct engine *engine, const char *job_id, int64_t create_ms);

#endif
