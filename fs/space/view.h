/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_VIEW_H
#define COCFS_SPACE_VIEW_H

#include <stdbool.h>
#include <sys/stat.h>

/*
 * Owner, group and mode as a mount shows them: uid=, gid=, umask=, fmask=, dmask=. The spool keeps
 * its own values. The kernel checks permissions by the values that the mount shows
 * (default_permissions). So the code of this folder decides by the shown values only, never by
 * those of the spool.
 */
struct view {
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
 * that the mount shows. A mask takes bits away here and adds none: a derived file can have no
 * more. */
void view_apply_derived(const struct view *view, struct stat *st);

/* Returns the mode to store in the spool when a user asks for mode. The mount of an ordinary user
 * opens the spool's files with that user's rights only. So if a mask decides which mode is shown,
 * the stored mode keeps the owner's rights to read and write. */
mode_t view_stored_mode(const struct view *view, bool is_root, mode_t mode);

/*
 * Checks whether the mode of a file may become mode. st is the file as the mount shows it. Returns
 * 0 if it may. -EPERM: mode takes a read bit away, and the mask would go on showing that bit. The
 * user would believe that the file is private. The spool keeps the mode for mounts that show the
 * spool's modes.
 */
int view_check_mode(const struct view *view, const struct stat *st, mode_t mode);

#endif
