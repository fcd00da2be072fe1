/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_VIEW_H
#define COCFS_SPACE_VIEW_H

#include <stdbool.h>
#include <sys/stat.h>

/*
 * Owner, group and mode as a mount shows them: uid=, gid=, umask=, fmask=, dmask=. The spool keeps
 * what it has. What is shown counts: the kernel checks permissions by it (default_permissions). So
 * everything below decides by what is shown, and nothing by what the spool has.
 */
struct view {
	bool has_uid, has_gid, has_fmask, has_dmask;
	uid_t uid;
	gid_t gid;
	mode_t fmask, dmask; /* bits that files, and directories, do not show */
};

/* Does the mount show anything but what the spool has? */
bool view_is_set(const struct view *view);

/* Makes of what the spool has what is shown. A symbolic link keeps its mode. */
void view_apply(const struct view *view, struct stat *st);

/* The same for a file that is not in the spool: its mode has only bits that it can have. */
void view_apply_derived(const struct view *view, struct stat *st);

/* The mode that the spool gets. A mount of an ordinary user opens the spool's files with that
 * user's rights only. So where a mask decides what is shown, the owner keeps the right to read and
 * write. */
mode_t view_stored_mode(const struct view *view, bool is_root, mode_t mode);

/*
 * May a file's mode be changed to this, where other users may look? -EPERM if the file would go on
 * showing a read bit that is to be taken away: the user would believe that the file is private. 0
 * otherwise. The spool keeps the mode, for mounts that show it.
 */
int view_check_mode(const struct view *view, const struct stat *st, mode_t mode);

#endif
