/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_REMOVED_NAME_H
#define COCFS_SUBMIT_REMOVED_NAME_H

#include "submit/state.h"

/* Names that remember a job and have no file: removed_name.c has the essay. */

/*
 * Finds the row that has a job, if there is no file of its name. Returns 0 if a file of taker's
 * owner may take the job over. It is -ENOENT if no row has the job, if the file is there, or if
 * the name is another user's. It is -EBUSY if something of the row is queued, under way or in
 * doubt. Or it is another -errno. *ret_removed is to be finished in any case.
 */
int removed_name_find(struct engine *engine, const char *job_id, const struct holding *taker,
		      struct job_record *ret_removed);

/* The same for a create. With adopt=same only a row is found that has the text of the create, and a
 * job that was not made here. */
int removed_name_find_for(const struct submission *submission, const char *job_id,
			  struct job_record *ret_removed);

/* The path of the row that has a job, for a message to a user of this owner's: owned, or NULL if it
 * is another user's or cannot be read. */
char *removed_name_path(struct engine *engine, int64_t row, const struct holding *reader);

#endif
