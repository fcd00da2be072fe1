/* SPDX-License-Identifier: MIT */
/*
 * setfattr -n coc.job_id -v ID FILE binds a file to a job of the service. Users need it when
 * several jobs have the file's name, and to bring back a job whose import was removed.
 *
 * First the service is asked for the job (ShowDocument). Then the ledger records the binding
 * (submit/job_naming.c). No text is sent. If the file is empty, it is filled with the job's text
 * before the binding. If the file has another text, that text stays, and is a draft (not
 * submitted).
 *
 * The file may change while the service is asked. So when the answer is there, the type, the owner
 * and the text of the file are checked again.
 */
#define _GNU_SOURCE
#include "space/set_job.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "bounds/api.h"
#include "space/adopter.h"
#include "space/claim.h"
#include "space/claim_row.h"
#include "space/content.h"
#include "space/content_read.h"
#include "space/incoming.h"
#include "space/job_name.h"
#include "space/location.h"
#include "space/path.h"
#include "space/pending_reply.h"
#include "submit/job_naming.h"

/* One setting of coc.job_id. It waits for the service, or for the job's text to be written into an
 * empty file. */
struct job_setting {
	struct space *space;
	struct node *node; /* we hold a reference */
	fuse_req_t req;	   /* NULL: the request was interrupted */
	uid_t user;
	char job_id[COC_DOCUMENT_ID_ROOM];
	struct show_waiter *asked; /* NULL: the service is not being asked */
	/* while the text is being written: a copy of the job; texts owns its strings */
	struct shown_job job;
	char *texts;		      /* one allocation, which has all strings of job */
	LIST_ENTRY(job_setting) link; /* in space->job_settings */
};

bool set_job_is_name(const char *name)
{
	return !strcmp(name, "coc.job_id") || !strcmp(name, "user.coc.job_id");
}

/* ---- the end of a setting ---- */

/* Ends the setting of coc.job_id and frees it. Its request, if it was not interrupted, is answered
 * with r: 0 or a negative errno. */
static void end_setting(struct job_setting *setting, int r)
{
	struct space *space = setting->space;
	fuse_req_t req = setting->req;

	LIST_REMOVE(setting, link);
	if (req) {
		fuse_req_interrupt_func(req, NULL, NULL);
		reply_recorded(space, req, r);
	}
	node_release(&space->nodes, setting->node);
	free(setting->texts);
	free(setting);
}

/* Writes to the log why a file cannot have the job; to .error too, if the file is still there.
 * Returns -err->errnum. */
static int refuse_setting(struct space *space, fuse_req_t req, struct node *node,
			  const struct err *err)
{
	const struct name *link = node_job_name(space, node);
	_cleanup_free_ char *path = NULL;
	struct author author;
	struct stat st;
	int r = link ? node_path_of(link->parent, link->name, &path) : -ESTALE;

	if (r == 0)
		r = node_stat(&space->nodes, node, &st);
	if (r == 0)
		r = claim_author(space, req, link->parent, link->name, &st, NULL, &author);
	if (r == 0)
		return job_naming_refuse(space->engine, path, &author, err);
	log_warning("%s: %s", path ? path : "a file that is gone", err->text);
	return -err->errnum;
}

/* Answers an interrupted request. What the setting waits for goes on; after that nothing is bound,
 * and end_setting() frees the setting. */
static void interrupt_setting(struct job_setting *setting)
{
	reply(steal_ptr(setting->req), -EINTR);
}

/* libfuse holds the lock of the request during this call, so only a reply may use the request. */
static void on_setting_interrupted(fuse_req_t req, void *data)
{
	(void)req;
	interrupt_setting(data);
}

void set_job_interrupt_all(struct space *space)
{
	struct job_setting *setting, *next;

	for (setting = LIST_FIRST(&space->job_settings); setting; setting = next) {
		next = LIST_NEXT(setting, link);
		if (setting->req) {
			fuse_req_interrupt_func(setting->req, NULL, NULL);
			reply(steal_ptr(setting->req), -EINTR);
		}
		if (!setting->asked)
			/* a thread is filling the file: on_file_filled() frees the setting */
			continue;
		show_drop(steal_ptr(setting->asked));
		end_setting(setting, 0);
	}
}

/* ---- checking and filling the file ---- */

/* Refuses a user who may write this file, but may not take jobs of the service
 * (adopter_may_take()). Returns a negative errno. */
static int refuse_user(struct space *space, fuse_req_t req, struct node *node)
{
	struct err err;

	err_set(&err, EPERM, "the jobs of the service are not this user's to take");
	err_detail(&err, "what_to_do",
		   "have the user who mounts set it, or mount with uid= or umask= that let this "
		   "user write such jobs");
	return refuse_setting(space, req, node, &err);
}

/* Refuses to set coc.job_id, because the value is no job ID: records that in the file's .error.
 * Returns a negative errno for the answer. */
static int refuse_value(struct space *space, fuse_req_t req, struct node *node)
{
	struct err err;

	err_set(&err, EINVAL, "the value of coc.job_id is no job ID");
	err_detail(&err, "what_to_do", "the IDs of the jobs are in .coc/jobs");
	return refuse_setting(space, req, node, &err);
}

/* Checks whether a request may bind this file to a job. Returns 0 if it may, and *ret_st has the
 * file's attributes. -ENODATA: this is no job file. -EPERM: the user may not; the .error tells that
 * only if the user may write the file. -EBUSY: the file is open for writing, and the user may bind
 * it. Or another -errno. */
static int check_file(struct space *space, fuse_req_t req, struct node *node, struct stat *ret_st)
{
	_cleanup_job_record_ struct job_record job = {0};
	const struct name *link = node->is_regular ? node_job_name(space, node) : NULL;
	struct access file;
	int r = link ? node_stat(&space->nodes, node, ret_st) : -ENODATA;

	if (r < 0)
		return r;
	r = claim_find(space, link->parent, link->name, ret_st, &job);
	if (r < 0 && r != -ENOENT)
		return r;
	if (r == 0 && !claim_may_take(space, req, link->parent, &job.holding, ret_st))
		return -EPERM;
	file = access_of(ret_st);
	if (!adopter_may_write(space, req, &file))
		return -EPERM;
	if (!adopter_may_take(space, req, ret_st->st_uid))
		return refuse_user(space, req, node);
	return node->content && node->content->writers ? -EBUSY : 0;
}

/* Has the file the text of the job? Returns 1, 0 or -errno. */
static int has_text(struct space *space, struct node *node, const struct shown_job *job)
{
	_cleanup_free_ char *content = NULL;
	struct location location;
	size_t size;
	int r = node_location(&space->nodes, node, &location);

	if (r == 0)
		r = content_read(&location, -1, &content, &size);
	if (r == 0)
		r = size == job->size && !memcmp(content, job->content, size);
	return r;
}

/* Checks the file once more, records in the ledger that the file has the job, and answers the
 * request. If the file has the job's text, the job's version becomes the base of the file;
 * otherwise the file has no base. (The base is the version that the next update replaces.) A
 * refusal is recorded in the file's .error. */
static void record_setting(struct job_setting *setting, const struct shown_job *job)
{
	struct space *space = setting->space;
	const struct name *link = node_job_name(space, setting->node);
	_cleanup_free_ char *path = NULL;
	struct author author;
	struct err err = {0};
	struct stat st;
	int r = check_file(space, setting->req, setting->node, &st), is_read;

	is_read = r == 0 ? has_text(space, setting->node, job) : r;
	r = is_read < 0 ? is_read : node_path_of(link->parent, link->name, &path);
	if (r == 0)
		r = claim_author(space, setting->req, link->parent, link->name, &st, NULL, &author);
	if (r == 0) {
		const struct job_naming naming = {
			.path = path, .author = &author, .job = job, .is_read = is_read};

		r = job_naming_record(space->engine, &naming, &err);
		if (r < 0 && err.errnum)
			r = refuse_setting(space, setting->req, setting->node, &err);
	}
	end_setting(setting, r);
}

static void on_file_filled(void *data, int result)
{
	struct job_setting *setting = data;

	if (result < 0 || !setting->req)
		end_setting(setting, result);
	else
		record_setting(setting, &setting->job);
}

/* May the job's text be written into the file? Returns 0, or -EBUSY: the file is open. */
static int may_fill(void *data)
{
	const struct job_setting *setting = data;
	const struct content *content = setting->node->content;

	return content && !LIST_EMPTY(&content->handles) ? -EBUSY : 0;
}

/* Copies a text with its NUL to *to, and moves *to behind the copy. Returns the copy; NULL if text
 * is NULL. */
static const char *keep_text(char **to, const char *text)
{
	char *kept = *to;

	if (!text)
		return NULL;
	*to = stpcpy(kept, text) + 1;
	return kept;
}

/* Copies the job into the setting, for the time that its text is being written into the file.
 * Returns 0 or -ENOMEM. */
static int keep_job(struct job_setting *setting, const struct shown_job *job)
{
	size_t size = job->size + 1;
	char *to;

	for (int i = 0; i < ATTR_COUNT; i++)
		size += job->attrs[i] ? strlen(job->attrs[i]) + 1 : 0;
	setting->texts = to = malloc(size);
	if (!to)
		return -ENOMEM;
	setting->job = *job;
	setting->job.job_id = setting->job_id;
	setting->job.modifier = NULL;
	setting->job.content = to;
	memcpy(to, job->content, job->size);
	to += job->size;
	*to++ = '\0';
	for (int i = 0; i < ATTR_COUNT; i++)
		setting->job.attrs[i] = keep_text(&to, job->attrs[i]);
	return 0;
}

/* Begins to write the job's text into the empty file that gets the job. on_file_filled() goes on.
 * If the file may not be filled any more, or there is no memory, the setting ends with an error. */
static void fill_file(struct job_setting *setting, const struct shown_job *job,
		      const struct stat *st)
{
	const struct name *link = node_job_name(setting->space, setting->node);
	const struct incoming_spec spec = {
		.parent = link->parent,
		.name = link->name,
		.ino = st->st_ino,
		.in_place = true,
		.content = job->content,
		.size = job->size,
		.update_ms = job->update_ms,
		.user = setting->user,
	};
	int r = may_fill(setting);

	if (r == 0)
		r = keep_job(setting, job);
	if (r < 0)
		end_setting(setting, r);
	else
		incoming_begin(setting->space, &spec, may_fill, on_file_filled, setting);
}

static void on_job_shown(void *data, int result, const struct shown_job *job)
{
	struct job_setting *setting = data;
	struct err err;
	struct stat st;
	int r;

	setting->asked = NULL;
	if (!setting->req) {
		end_setting(setting, 0);
		return;
	}
	if (result < 0) {
		err_set(&err, -result,
			result == -ESTALE ? "the service has no job %s"
					  : "the service cannot be asked for job %s",
			setting->job_id);
		err_detail(&err, "what_to_do",
			   result == -ESTALE ? "the IDs of the jobs are in .coc/jobs"
					     : "set it again later");
		end_setting(setting,
			    refuse_setting(setting->space, setting->req, setting->node, &err));
		return;
	}
	r = check_file(setting->space, setting->req, setting->node, &st);
	if (r < 0)
		end_setting(setting, r);
	else if (st.st_size == 0 && job->size)
		fill_file(setting, job, &st);
	else
		record_setting(setting, job);
}

void set_job(fuse_req_t req, struct node *node, const char *value, size_t size)
{
	struct space *space = space_of(req);
	struct job_setting *setting;
	struct stat st;
	int r = check_file(space, req, node, &st);

	if (r == 0 && (!size || size >= COC_DOCUMENT_ID_ROOM || memchr(value, '\0', size) ||
		       memchr(value, '/', size)))
		r = refuse_value(space, req, node);
	setting = r == 0 ? calloc(1, sizeof(*setting)) : NULL;
	if (!setting) {
		reply_recorded(space, req, r < 0 ? r : -ENOMEM);
		return;
	}
	*setting = (struct job_setting){
		.space = space, .node = node, .req = req, .user = fuse_req_ctx(req)->uid};
	memcpy(setting->job_id, value, size);
	r = show_job(space->engine, setting->job_id, 0, on_job_shown, setting, &setting->asked);
	if (r < 0) {
		free(setting);
		reply(req, r);
		return;
	}
	node_hold(node);
	LIST_INSERT_HEAD(&space->job_settings, setting, link);
	/* do not call fuse_req_interrupt_func() for an interrupted request: see
	 * pending_reply_begin() */
	if (fuse_req_interrupted(req))
		interrupt_setting(setting);
	else
		fuse_req_interrupt_func(req, on_setting_interrupted, setting);
}
