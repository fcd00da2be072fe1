/* SPDX-License-Identifier: MIT */
/*
 * Ending renames that were begun: after a crash, and when the ledger could not record the end of
 * one. Whether it was done in the spool shows where the inode is.
 */
#define _GNU_SOURCE
#include "space/rename_recover.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "space/moving.h"

struct recovery_search {
	int spool_fd;
	const struct space *space; /* whose renames are under way, or NULL */
};

/* Is what was to be renamed where it was to go? -EBUSY: it is under way. */
static int was_done(void *data, struct job_rename *rename)
{
	const struct recovery_search *search = data;
	int spool_fd = search->spool_fd;
	struct stat st;

	if (search->space && moving_is(search->space, rename->id))
		return -EBUSY;
	if (fstatat(spool_fd, rename->to, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	if (st.st_ino != rename->ino)
		return 0;
	rename->directory = S_ISDIR(st.st_mode);
	rename->to_directory = rename->exchange &&
			       fstatat(spool_fd, rename->from, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
			       S_ISDIR(st.st_mode);
	return 1;
}

int rename_recover(struct ledger *ledger, int spool_fd)
{
	return ledger_rename_unfinished(ledger, was_done,
					&(struct recovery_search){spool_fd, NULL});
}

int rename_settle(struct space *space)
{
	int r;

	if (!space->rename_unsettled)
		return 0;
	r = ledger_rename_unfinished(space->ledger, was_done,
				     &(struct recovery_search){space->nodes.root.fd, space});
	if (r == 0)
		r = ledger_commit(space->ledger, false);
	space->rename_unsettled = r < 0;
	return r;
}
