/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_MOUNT_H
#define COCFS_SUBMIT_MOUNT_H

#include "submit/submit.h"

/* The door of submit for the program that mounts: from the opening to the end. */

/* What the spool says of what is recorded. */
struct spool_witness {
	rename_was_done_fn *was_renamed;
	/* Whose the file of a path is. A negative errno: it cannot be told now. */
	int (*find_owner)(void *data, const char *path, struct owner *ret_owner);
	void *data;
};

/*
 * Takes up what an earlier mount left unfinished: submissions, and renames in the spool. Records
 * the owners of rows that an older cocfs has made. Returns 0, or -errno with err filled.
 */
int submit_recover(struct engine *engine, const struct spool_witness *witness, struct err *err);

#endif
