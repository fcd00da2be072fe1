/* SPDX-License-Identifier: MIT */
/*
 * Ends renames whose end the ledger could not record. The place of the renamed inode in the spool
 * shows whether such a rename was done (witness.c). Renames that a crash has left are ended before
 * there is a space, by submit_recover().
 */
#include "space/rename_recover.h"

#include <errno.h>

#include "space/moving.h"
#include "space/witness.h"

static int was_done(void *data, struct job_rename *rename)
{
	struct space *space = data;

	if (moving_is(space, rename->id))
		return -EBUSY;
	return witness_was_renamed(&space->nodes.root.fd, rename);
}

int rename_settle(struct space *space)
{
	return submit_settle_renames(space->engine, was_done, space);
}
