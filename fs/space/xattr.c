/* SPDX-License-Identifier: MIT */
/* Extended attributes: user.coc.* is checked and committed, coc.* is made from the ledger
 * (coc_facts.c), and the spool has all others. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "job/fixed.h"
#include "space/caller.h"
#include "space/claim.h"
#include "space/claim_row.h"
#include "space/coc_facts.h"
#include "space/commit.h"
#include "space/content.h"
#include "space/directory_story.h"
#include "space/import.h"
#include "space/import_edit.h"
#include "space/job_name.h"
#include "space/location.h"
#include "space/ops.h"
#include "space/path.h"
#include "space/pending_reply.h"
#include "space/queue_view.h"
#include "space/set_job.h"
#include "space/sibling.h"
#include "space/xattr.h"

bool xattr_is_passed(const char *name)
{
	return strncmp(name, "system.posix_acl_", strlen("system.posix_acl_")) != 0 &&
	       strcmp(name, "security.selinux") != 0 &&
	       strncmp(name, DIR_STORY_PREFIX, strlen(DIR_STORY_PREFIX)) != 0;
}

static bool is_coc_name(const char *name)
{
	return !strncmp(name, ATTR_XATTR_PREFIX, strlen(ATTR_XATTR_PREFIX));
}

/* Can this node have attributes of jobs, whose values are checked? */
static bool is_checked(const struct node *node)
{
	return node->kind == NODE_DIR || node->is_regular;
}

/* Answers a GETXATTR with value; if room is 0, with its size; if room is too small, with ERANGE. */
static void reply_value(fuse_req_t req, const char *value, size_t size, size_t room)
{
	if (!room)
		fuse_reply_xattr(req, size);
	else if (size > room)
		reply(req, -ERANGE);
	else
		fuse_reply_buf(req, value, size);
}

/* Answers a GETXATTR of coc.hidden with the count n; with ENODATA if n is 0, with r if r < 0. */
static void reply_hidden(fuse_req_t req, int64_t n, int r, size_t room)
{
	char number[32];

	snprintf(number, sizeof(number), "%lld", (long long)n);
	if (r < 0 || !n)
		reply(req, r < 0 ? r : -ENODATA);
	else
		reply_value(req, number, strlen(number), room);
}

/* If the node is a sibling that is gone, answers req with the error and returns true. */
static bool answers_gone(fuse_req_t req, struct node *node)
{
	int r = sibling_check(space_of(req), node);

	if (r < 0)
		reply(req, r);
	return r < 0;
}

void op_getxattr(fuse_req_t req, fuse_ino_t id, const char *name, size_t size)
{
	struct space *space = space_of(req);
	struct node *node = node_of(&space->nodes, id);
	_cleanup_free_ char *value = NULL;
	char path[LOCATION_PATH_MAX];
	size_t length;
	ssize_t n;
	bool follow;
	int r;

	if (answers_gone(req, node))
		return;
	if (node->kind == NODE_DIR && !strcmp(name, "coc.hidden")) {
		queue_view_hidden(space, req, node, size, reply_hidden);
		return;
	}
	if (fact_is_base(name))
		name = "coc.base";
	if (set_job_is_name(name))
		name = "coc.job_id";
	if (fact_is_name(name)) {
		r = fact_get(space, req, node, name, &value, &length);
		if (r < 0)
			reply(req, r);
		else
			reply_value(req, value, length, size);
		return;
	}
	r = !xattr_is_passed(name)  ? -EOPNOTSUPP
	    : node_is_derived(node) ? -ENODATA
				    : node_spool_path(&space->nodes, node, path, &follow);
	value = r < 0 || !size ? NULL : malloc(size);
	if (r < 0 || (size && !value)) {
		reply(req, r < 0 ? r : -ENOMEM);
		return;
	}
	n = follow ? getxattr(path, name, value, size) : lgetxattr(path, name, value, size);
	if (n < 0)
		reply(req, -errno);
	else if (!size)
		fuse_reply_xattr(req, (size_t)n);
	else
		fuse_reply_buf(req, value, (size_t)n);
}

/* Records in the .error of a job file or an import that the value of an attribute was refused. */
static void refuse_job(struct space *space, fuse_req_t req, struct node *node,
		       const struct name *link, const struct err *err)
{
	_cleanup_free_ char *path = NULL;
	struct author author;
	struct stat st;
	int r = import_tell(space, link->parent, link->name, err);

	if (r == 0)
		r = node_stat(&space->nodes, node, &st);
	if (r == 0)
		r = node_path_of(link->parent, link->name, &path);
	if (r == 0)
		r = claim_author(space, req, link->parent, link->name, &st, NULL, &author);
	if (r == 0)
		submit_refuse(space->engine, path, &author, false, err);
}

/* Refuses the value of the attribute `name`; err says why. A closed job file gets an .error. A file
 * that is open for writing, or that has no job file name yet, must not become a job without the
 * attribute: its content counts as spoiled. Jobs below a directory would be submitted without the
 * attribute: the directory shows coc.error. Returns -err->errnum or -ENOMEM. */
static int refuse_attribute(struct space *space, fuse_req_t req, struct node *node,
			    const char *name, const struct err *err)
{
	const struct name *link = node_job_name(space, node);

	if (link && !(node->content && node->content->writers)) {
		refuse_job(space, req, node, link, err);
		return -err->errnum;
	}
	log_warning("%s: %s", node->link.name ? node->link.name : "the root", err->text);
	if (node->kind == NODE_DIR) {
		dir_story_put(space, node, name, err);
	} else if (node->is_regular) {
		if (!content_get(node))
			return -ENOMEM;
		content_spoil(node->content, err, attr_from_xattr(name));
	}
	return -err->errnum;
}

static int refuse_unknown(enum attr attr, struct err *err)
{
	err_set(err, EPERM,
		"%s cannot change once a job exists, and the service does not tell what it is",
		attr_field(attr));
	err_detail(err, "what_to_do", "leave it, or make a new job: setfattr -x coc.job_id FILE");
	return -EPERM;
}

/* Refuses a new value of an attribute that is fixed once a job exists (job/fixed.h), if the file
 * has a job. Returns 0 if the value may be set, or -errno with err filled. */
static int check_fixed_attribute(struct space *space, struct node *node, enum attr attr,
				 const char *value, size_t size, struct err *err)
{
	_cleanup_job_record_ struct job_record job = {0};
	const struct name *link = node_job_name(space, node);
	struct stat st;

	if (!link || !attr_is_fixed(attr) || node_stat(&space->nodes, node, &st) < 0 ||
	    claim_find(space, link->parent, link->name, &st, &job) < 0 || !job.job_id)
		return 0;
	/* the service does not tell the value. A file that is open for writing is maybe a copy with
	 * the same value: let it go on */
	if (job.sent.unresolved & 1U << attr)
		return node->content && node->content->writers ? 0 : refuse_unknown(attr, err);
	return attr_check_fixed(attr, value, size, job.sent.value[attr], "leave it", err);
}

/* Refuses to set a fact (coc.*). If user.coc.* has that name too, records the refusal as for
 * user.coc.*: a program that ignores the error must not submit the file. Returns -errno. */
static int refuse_fact(struct space *space, fuse_req_t req, struct node *node, const char *fact)
{
	char meant[sizeof(ATTR_XATTR_PREFIX) + 32];
	struct err err;

	if (!is_checked(node) ||
	    snprintf(meant, sizeof(meant), "user.%s", fact) >= (int)sizeof(meant) ||
	    attr_from_xattr(meant) < 0)
		return -EPERM;
	err_set(&err, EINVAL, "%s cannot be set: %s is meant", fact, meant);
	err_detail(&err, "what_to_do", "setfattr -n %s -v VALUE FILE", meant);
	return refuse_attribute(space, req, node, meant, &err);
}

/* Returns 0 if the attribute `name` may get this value; otherwise as refuse_attribute(). */
static int check_attribute(struct space *space, fuse_req_t req, struct node *node, const char *name,
			   const char *value, size_t size)
{
	int attr = attr_from_xattr(name), r;
	struct err err = {0};

	if (attr < 0) {
		r = err_set(&err, EINVAL, "%s is not an attribute of a job", name);
		err_detail(&err, "what_to_do",
			   "user.coc. and one of risk_level, enterprise_project_id, name, "
			   "description, tags");
	} else {
		r = attr_check((enum attr)attr, value, size, &err);
		if (r < 0)
			err_detail(&err, "what_to_do",
				   "set a good value: setfattr -n %s -v VALUE FILE", name);
		else
			r = check_fixed_attribute(space, node, (enum attr)attr, value, size, &err);
	}
	return r < 0 ? refuse_attribute(space, req, node, name, &err) : 0;
}

/* Commits a job file whose attributes were set (named: 1 << attr) or removed (0). Answers req. */
static void commit_change(struct space *space, fuse_req_t req, struct node *node, unsigned named)
{
	struct pending_reply *wait = pending_reply_plain(space, req);

	/* if the file is open for writing, its close commits: count this as a write */
	if (node->content && node->content->writers)
		node->content->written++;
	if (!wait) {
		reply(req, -ENOMEM);
		return;
	}
	wait->named = named;
	wait->keeps_text = true;
	commit_closed(space, node, wait);
}

/* Commits the text of a job file as an update of the version that the user names (coc.base).
 * Answers req. */
static void set_base(struct space *space, fuse_req_t req, struct node *node, const char *value,
		     size_t size)
{
	struct pending_reply *wait;
	int64_t base = 0;
	int r = fact_check_base(space, req, node, value, size, &base);

	wait = r == 0 ? pending_reply_plain(space, req) : NULL;
	if (!wait) {
		reply(req, r < 0 ? r : -ENOMEM);
		return;
	}
	wait->base = base;
	wait->keeps_text = true;
	commit_closed(space, node, wait);
}

/* Must an import be fetched and bound to its job before this attribute is set on it? */
static bool edits_import(const char *name)
{
	return fact_is_base(name) || set_job_is_name(name) ||
	       (!fact_is_name(name) && xattr_is_passed(name));
}

/* The data of a SETXATTR that waits for an import. The name, a NUL, and the value follow. */
struct setting_xattr {
	int flags;
	size_t name_size, size;
};

static void set_xattr_again(fuse_req_t req, struct node *node, void *data)
{
	const struct setting_xattr *setting = data;
	const char *name = (const char *)(setting + 1);

	op_setxattr(req, node_id(&space_of(req)->nodes, node), name, name + setting->name_size,
		    setting->size, setting->flags);
}

/* Returns true if the edit of an import took req: it is answered, or goes on after the edit. */
static bool import_edit_xattr(fuse_req_t req, struct node *node, const char *name,
			      const char *value, size_t size, int flags)
{
	const struct setting_xattr setting = {
		.flags = flags, .name_size = strlen(name) + 1, .size = size};
	const size_t all = sizeof(setting) + setting.name_size + size;
	_cleanup_free_ char *data = NULL;

	if (!import_is_node(space_of(req), node))
		return false;
	data = malloc(all);
	if (!data) {
		reply(req, -ENOMEM);
		return true;
	}
	memcpy(data, &setting, sizeof(setting));
	memcpy(data + sizeof(setting), name, setting.name_size);
	memcpy(data + sizeof(setting) + setting.name_size, value, size);
	return import_edit(req, node, data, all, set_xattr_again);
}

void op_setxattr(fuse_req_t req, fuse_ino_t id, const char *name, const char *value, size_t size,
		 int flags)
{
	struct space *space = space_of(req);
	struct node *node = node_of(&space->nodes, id);
	bool ours = is_coc_name(name) && is_checked(node), follow;
	char path[LOCATION_PATH_MAX];
	int r = 0;

	if (answers_gone(req, node))
		return;
	if (edits_import(name) && import_edit_xattr(req, node, name, value, size, flags))
		return;
	if (fact_is_base(name)) {
		set_base(space, req, node, value, size);
		return;
	}
	if (set_job_is_name(name)) {
		set_job(req, node, value, size);
		return;
	}
	if (fact_is_name(name))
		r = refuse_fact(space, req, node, name);
	else if (node_is_derived(node))
		r = -EPERM;
	else if (!xattr_is_passed(name))
		r = -EOPNOTSUPP;
	else if (ours)
		r = check_attribute(space, req, node, name, value, size);
	if (r == 0)
		r = caller_has_room(space, fuse_req_ctx(req)->uid);
	if (r == 0)
		r = node_spool_path(&space->nodes, node, path, &follow);
	node->is_plain = false; /* the directory may have an attribute of jobs from now on */
	if (r == 0 && (follow ? setxattr(path, name, value, size, flags)
			      : lsetxattr(path, name, value, size, flags)) < 0)
		r = -errno;
	if (r < 0) {
		reply_recorded(space, req, r);
		return;
	}
	if (ours && node->kind == NODE_DIR)
		dir_story_end(space, node, name);
	if (!ours || node->kind == NODE_DIR) {
		reply(req, 0);
		return;
	}
	if (node->content && node->content->refusal &&
	    node->content->refusal_attr == attr_from_xattr(name))
		content_heal(node->content);
	content_let_go(node);
	commit_change(space, req, node, 1U << attr_from_xattr(name));
}

/* Makes the name of a job file forget an attribute that it keeps (owner.h). Returns 1 if the name
 * kept the attribute, 0 if not, or -errno. */
static int disown_attribute(struct space *space, struct node *node, const char *name)
{
	const struct name *link = node_job_name(space, node);
	_cleanup_job_record_ struct job_record job = {0};
	_cleanup_free_ char *path = NULL;
	int attr = attr_from_xattr(name), r;
	struct stat st;

	if (!link || attr < 0)
		return 0;
	r = node_stat(&space->nodes, node, &st);
	if (r == 0)
		r = claim_find(space, link->parent, link->name, &st, &job);
	if (r == 0)
		r = node_path_of(link->parent, link->name, &path);
	if (r == -ENOENT) /* the name keeps nothing for this file */
		return 0;
	return r < 0 ? r
		     : submit_change(space->engine,
				     &(struct submit_change){.kind = CHANGE_DISOWN,
							     .path = path,
							     .attr = (enum attr)attr});
}

void op_removexattr(fuse_req_t req, fuse_ino_t id, const char *name)
{
	struct space *space = space_of(req);
	struct node *node = node_of(&space->nodes, id);
	char path[LOCATION_PATH_MAX];
	bool follow, has_ended, was_kept;
	int r;

	if (answers_gone(req, node))
		return;
	if (fact_is_name(name)) {
		reply_recorded(space, req, fact_remove(space, req, node, name));
		return;
	}
	/* a derived file has no attribute that could be removed */
	r = !xattr_is_passed(name)  ? -EOPNOTSUPP
	    : node_is_derived(node) ? -ENODATA
				    : node_spool_path(&space->nodes, node, path, &follow);
	has_ended = r == 0 && is_coc_name(name) && node->kind == NODE_DIR &&
		    dir_story_end(space, node, name);
	/* first what the name keeps: else the commit of a closed file puts the attribute back */
	r = r == 0 ? disown_attribute(space, node, name) : r;
	was_kept = r > 0;
	if (r >= 0)
		r = (follow ? removexattr(path, name) : lremovexattr(path, name)) < 0 ? -errno : 0;
	if (r == -ENODATA && (was_kept || has_ended))
		r = 0; /* only the name kept the attribute, or a directory has lost its coc.error */
	if (r == 0 && is_coc_name(name) && is_checked(node))
		commit_change(space, req, node, 0);
	else
		reply(req, r);
}
