/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_VIEW_H
#define COCFS_SPACE_VIEW_H

#include <stdbool.h>
#include <sys/stat.h>

/*
 * Owner, group and mode as a mount shows them: uid=, gid=, umask=, fmask=, dmask=. The spool keeps
 * its own values. The kernel checks permissions by the values that the mount shows
 * (default_permissions). So decide about permissions by the shown values only, never by those of
 * the spool.
 */
struct view {
	/* false: the member without has_ does not count */
	bool has_uid, has_gid, has_fmask, has_dmask;
	uid_t uid;
	gid_t gid;
	/* permission bits that files (fmask) and directories (dmask) do not show */
	mode_t fmask, dmask;
};

/* Does any option change the owner, the group or the mode that the mount shows? */
bool view_is_set(const struct view *view);

/* Replaces owner, group and mode of a file of the spool by the values that the mount shows. A
 * symbolic link keeps its mode. */
void view_apply(const struct view *view, struct stat *st);

/* Replaces owner, group and mode of a derived file (one that is not in the spool) by the values
 * that the mount shows. A mask only takes bits away here: a derived file must not get more rights
 * than st has. */
void view_apply_derived(const struct view *view, struct stat *st);

/* Returns the mode to store in the spool when a user asks for mode, which has the type too. If
 * cocfs does not run as root, it can open the spool's files only with its own rights. Then, if a
 * mask decides which mode is shown, the stored mode is mode with the owner's rights to read and
 * write added (and to search a directory). Otherwise it is mode. */
mode_t view_stored_mode(const struct view *view, bool is_root, mode_t mode);

/*
 * May a chmod(2) set this mode on a file? st: the attributes of the file; only the type counts.
 * Returns 0 if it may. -EPERM: mode lacks a read bit that the mask would go on showing, so the user
 * would wrongly believe that the file is private.
 */
int view_check_mode(const struct view *view, const struct stat *st, mode_t mode);

#endif
