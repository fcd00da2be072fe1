/* SPDX-License-Identifier: MIT */
/* getattr, setattr, statfs. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "space/claim_row.h"
#include "space/content.h"
#include "space/import_edit.h"
#include "space/import_fetch.h"
#include "space/job_name.h"
#include "space/location.h"
#include "space/ops.h"
#include "space/pending_reply.h"
#include "space/refresh.h"
#include "space/sibling.h"
#include "space/stat_reply.h"
#include "space/truncate.h"
#include "space/version_text.h"

static void get_attributes(fuse_req_t req, struct node *node, void *data)
{
	(void)data;
	stat_reply(req, space_of(req), node);
}

void op_getattr(fuse_req_t req, fuse_ino_t id, struct fuse_file_info *fi)
{
	struct node *node = node_of(&space_of(req)->nodes, id);

	(void)fi;
	/* an open file has its attributes, and is not checked for a newer text: answer without a
	 * wait */
	if ((node->content && content_any_fd(node) >= 0) ||
	    (!version_text_await(req, node, get_attributes) &&
	     !import_await(req, node, NULL, 0, get_attributes) &&
	     !refresh_await(req, node, NULL, 0, get_attributes)))
		get_attributes(req, node, NULL);
}

static int set_owner(const char *path, bool follow, const struct stat *attr, int to_set)
{
	uid_t uid = to_set & FUSE_SET_ATTR_UID ? attr->st_uid : (uid_t)-1;
	gid_t gid = to_set & FUSE_SET_ATTR_GID ? attr->st_gid : (gid_t)-1;

	return (follow ? chown(path, uid, gid) : lchown(path, uid, gid)) < 0 ? -errno : 0;
}

/* Sets the mode of a file. Refuses a symbolic link: chmod(2) would follow the link out of the
 * spool. Returns 0 or -errno. */
static int set_mode(const struct space *space, const struct location *location, const char *path,
		    mode_t mode)
{
	const struct view *view = &space->options->view;
	struct stat st;
	int r = location_stat(location, &st);

	if (r == 0 && S_ISLNK(st.st_mode))
		r = -EOPNOTSUPP;
	if (r == 0 && !space->options->one_user)
		r = view_check_mode(view, &st, mode);
	if (r < 0)
		return r;
	mode = view_stored_mode(view, space->is_root, (st.st_mode & S_IFMT) | mode);
	return chmod(path, mode & 07777) < 0 ? -errno : 0;
}

/*
 * Accepts a change of a sibling's owner, mode or times without doing anything, so that chmod -R,
 * chown -R and other programs that walk a tree go on. The kernel has checked that the caller may
 * make the change. Two changes are refused with EPERM. One is a change of the size. The other is a
 * mode without a read bit that the sibling has. The sibling would keep the bit, and the caller
 * would believe that the text is private. (chmod -R takes the bit from the job file first, and so
 * from the sibling.)
 */
static int set_sibling(struct space *space, struct node *node, const struct stat *attr, int to_set)
{
	struct stat st;
	int r = sibling_stat(space, node, &st);

	if (r < 0)
		return r;
	if (to_set & FUSE_SET_ATTR_SIZE)
		return -EPERM;
	return (to_set & FUSE_SET_ATTR_MODE) && (st.st_mode & 0444 & ~attr->st_mode) ? -EPERM : 0;
}

/* Sets first the owner of a node, then its mode, as far as to_set names them. The size is set by
 * the caller after that. A derived node keeps both: see set_sibling(); -EPERM for .coc and what is
 * in it. Returns 0 or -errno. */
static int set_owner_and_mode(struct space *space, struct node *node, const struct stat *attr,
			      int to_set)
{
	char path[LOCATION_PATH_MAX];
	struct location location;
	bool follow;
	int r;

	if (node->kind == NODE_SIBLING)
		return set_sibling(space, node, attr, to_set);
	if (node->kind == NODE_CONTROL)
		return -EPERM;
	r = node_location(&space->nodes, node, &location);
	if (r < 0)
		return r;
	location_path(&location, path, &follow);
	/* a chown(2) that changes neither owner nor group comes as a SETATTR of nothing, and must
	 * change the ctime */
	if (!to_set || (to_set & (FUSE_SET_ATTR_UID | FUSE_SET_ATTR_GID)))
		r = set_owner(path, follow, attr, to_set);
	/* the mode comes after the owner, whose change clears the set-user-ID bits */
	if (r == 0 && (to_set & FUSE_SET_ATTR_MODE))
		r = set_mode(space, &location, path, attr->st_mode & 07777);
	return r;
}

/* Sets owner and mode of a node. The row of a job file records the new ones. Returns 0 or
 * -errno. */
static int change_owner_and_mode(struct space *space, struct node *node, const struct stat *attr,
				 int to_set)
{
	const int owners = FUSE_SET_ATTR_UID | FUSE_SET_ATTR_GID | FUSE_SET_ATTR_MODE;
	const struct name *link = to_set & owners ? node_job_name(space, node) : NULL;
	struct stat before;
	int r = link ? node_stat(&space->nodes, node, &before) : 0;

	if (r == 0)
		r = set_owner_and_mode(space, node, attr, to_set);
	if (link) /* the siblings take owner and mode from the file */
		sibling_cache_file_changed(space, node);
	return r == 0 && link ? claim_follow(space, link->parent, link->name, &before) : r;
}

/* The arguments of a SETATTR on an import, kept while the text of the import is fetched. (An import
 * is a job that no path of the ledger has, shown as a file.) */
struct setting {
	struct stat attr;
	int to_set;
	struct fuse_file_info fi;
	bool has_fi;
};

static void set_attributes_again(fuse_req_t req, struct node *node, void *data)
{
	struct setting *setting = data;

	op_setattr(req, node_id(&space_of(req)->nodes, node), &setting->attr, setting->to_set,
		   setting->has_fi ? &setting->fi : NULL);
}

void op_setattr(fuse_req_t req, fuse_ino_t id, struct stat *attr, int to_set,
		struct fuse_file_info *fi)
{
	struct space *space = space_of(req);
	struct node *node = node_of(&space->nodes, id);
	const struct setting setting = {.attr = *attr,
					.to_set = to_set,
					.fi = fi ? *fi : (struct fuse_file_info){0},
					.has_fi = fi};
	int r;

	if (import_edit(req, node, &setting, sizeof(setting), set_attributes_again))
		return;
	r = change_owner_and_mode(space, node, attr, to_set);
	if (r == 0 && (to_set & FUSE_SET_ATTR_SIZE)) {
		truncate_reply(req, node, attr, to_set, fi);
		return;
	}
	if (r == 0)
		r = stat_set_times(space, node, attr, to_set);
	if (r < 0)
		reply_recorded(space, req, r);
	else
		stat_reply_changed(req, space, node);
}

void op_statfs(fuse_req_t req, fuse_ino_t id)
{
	struct space *space = space_of(req);
	struct statvfs st;

	(void)id;
	if (fstatvfs(space->nodes.root.fd, &st) < 0)
		reply(req, -errno);
	else
		fuse_reply_statfs(req, &st);
}
