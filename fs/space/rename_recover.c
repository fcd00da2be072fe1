/* SPDX-License-Identifier: MIT */
/*
 * Ending renames that were begun: after a crash, and when the ledger could not record the end of
 * one. Whether it was done in the spool shows where the inode is.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/stat.h>

#include "space/rename.h"

/* Is what was to be renamed where it was to go? */
static bool was_done(void *data, struct ledger_rename *rename)
{
	int spool_fd = *(const int *)data;
	struct stat st;

	if (fstatat(spool_fd, rename->to, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return false;
	if (st.st_ino != rename->ino)
		return false;
	rename->directory = S_ISDIR(st.st_mode);
	rename->to_directory = rename->exchange &&
			       fstatat(spool_fd, rename->from, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
			       S_ISDIR(st.st_mode);
	return true;
}

int rename_recover(struct ledger *ledger, int spool_fd)
{
	return ledger_rename_unfinished(ledger, was_done, &spool_fd);
}

int rename_settle(struct space *space)
{
	int r;

	if (!space->rename_unsettled)
		return 0;
	r = rename_recover(space->ledger, space->nodes.root.fd);
	if (r == 0)
		r = ledger_commit(space->ledger, false);
	space->rename_unsettled = r < 0;
	return r;
}
