/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_IMPORTS_STATE_H
#define COCFS_SUBMIT_IMPORTS_STATE_H

#include "loop/loop.h"
#include "submit/imports.h"
#include "submit/placing.h"

/* The imports as the engine has them. */
struct imports {
	struct import_files files; /* has NULL: the mount has not begun */
	enum jobs_shown shown;
	bool any;      /* there may be some in the ledger */
	bool is_whole; /* imports_are_whole() */
	struct placing placing;
};

/* Returns 0 and owned imports, or -errno of the ledger or the memory. */
int imports_create(struct engine *engine, struct imports **ret_imports);

/* Stops what is under way. NULL is accepted. */
void imports_destroy(struct imports *imports);

/* Does this mount make files of imports? */
bool imports_are_placed(const struct engine *engine);

/* A scan has listed a job. Returns 0 or -errno. */
int imports_add(struct engine *engine, const char *job_id, int64_t create_ms);

#endif
