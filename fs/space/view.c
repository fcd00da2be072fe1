/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "space/view.h"

#include <errno.h>

#define PERMISSIONS 0777

bool view_is_set(const struct view *view)
{
	return view->has_uid || view->has_gid || view->has_fmask || view->has_dmask;
}

static void show_owner(const struct view *view, struct stat *st)
{
	if (view->has_uid)
		st->st_uid = view->uid;
	if (view->has_gid)
		st->st_gid = view->gid;
}

/* Finds the mask for a file of this type: the permission bits that the mount does not show. Returns
 * false if no mask applies: the mount shows the mode as it is, always for a symbolic link. */
static bool find_mask(const struct view *view, mode_t mode, mode_t *ret_mask)
{
	*ret_mask = S_ISDIR(mode) ? view->dmask : view->fmask;
	return !S_ISLNK(mode) && (S_ISDIR(mode) ? view->has_dmask : view->has_fmask);
}

void view_apply(const struct view *view, struct stat *st)
{
	mode_t mask;

	show_owner(view, st);
	/* as fuse(8) defines a mask: show all bits that are not in the mask, and no others */
	if (find_mask(view, st->st_mode, &mask))
		st->st_mode = (st->st_mode & S_IFMT) | (PERMISSIONS & ~mask);
}

void view_apply_derived(const struct view *view, struct stat *st)
{
	mode_t mask;

	show_owner(view, st);
	if (find_mask(view, st->st_mode, &mask))
		st->st_mode &= S_IFMT | (PERMISSIONS & ~mask);
}

mode_t view_stored_mode(const struct view *view, bool is_root, mode_t mode)
{
	mode_t mask;

	if (is_root || !find_mask(view, mode, &mask))
		return mode;
	return mode | (S_ISDIR(mode) ? 0700 : 0600);
}

int view_check_mode(const struct view *view, const struct stat *st, mode_t mode)
{
	mode_t mask;

	if (!find_mask(view, st->st_mode, &mask))
		return 0;
	return 0444 & ~mask & ~mode ? -EPERM : 0;
}
