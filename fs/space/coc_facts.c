/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "space/coc_facts.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/log.h"
#include "job/version.h"
#include "space/backup.h"
#include "space/caller.h"
#include "space/claim_row.h"
#include "space/content.h"
#include "space/content_read.h"
#include "space/directory_story.h"
#include "space/import.h"
#include "space/job_name.h"
#include "space/location.h"
#include "space/path.h"
#include "space/file_version.h"
#include "space/unmade.h"
#include "submit/freshness.h"

#define PREFIX "coc."

bool fact_is_name(const char *name)
{
	return !strncmp(name, PREFIX, strlen(PREFIX));
}

/* Finds the row of a job file; for an import the row that it would have. (An import is a job that
 * no path of the ledger has, shown as a file.) If the file is no import and has no row, *ret_job
 * stays empty, and 0 is returned too. Returns 0, -ENODATA (no job file), -ENOENT (the file is gone)
 * or another -errno. */
static int find_fact_source(struct space *space, struct node *node, struct stat *ret_st,
			    struct job_record *ret_job)
{
	const struct name *link = node_job_name(space, node);
	int r = link ? node_stat(&space->nodes, node, ret_st) : -ENODATA;

	if (r < 0)
		return r;
	r = claim_find(space, link->parent, link->name, ret_st, ret_job);
	if (r == -ENOENT && link->parent == &space->nodes.root)
		r = import_find_path(space, link->name, ret_job);
	return r == -ENOENT ? 0 : r;
}

static int copy_fact(const char *text, char **ret_value, size_t *ret_size)
{
	char *value;

	if (!text || !*text)
		return -ENODATA;
	value = strdup(text);
	if (!value)
		return -ENOMEM;
	*ret_value = value;
	*ret_size = strlen(value);
	return 0;
}

/* Copies the number of a version as a text such as "v12". Returns 0, -ENODATA (version is 0, or the
 * row has no job) or -ENOMEM. */
static int copy_version(const struct job_record *job, int64_t version, char **ret_value,
			size_t *ret_size)
{
	char text[32];

	snprintf(text, sizeof(text), "v%lld", (long long)version);
	return copy_fact(job->job_id && version ? text : NULL, ret_value, ret_size);
}

/* Returns text, a private text of the row job, or NULL if the caller of req may not see it. */
static const char *shown_text(struct space *space, fuse_req_t req, const struct stat *st,
			      const struct job_record *job, const char *text)
{
	struct caller caller;

	caller_init(&caller, req);
	return claim_shows_text(space, &job->holding, st->st_uid, &caller) ? text : NULL;
}

/* Finds the value that an attribute had when the service last showed the job. A name and a
 * description are private texts: if the caller may not see them, the answer is -ENODATA. Returns 0,
 * -ENODATA (no value) or -ENOMEM. */
static int get_attribute(struct space *space, fuse_req_t req, const struct stat *st,
			 const struct job_record *job, enum attr attr, char **ret_value,
			 size_t *ret_size)
{
	const char *value = job->job_id ? job->held.value[attr] : NULL;

	if (attr == ATTR_NAME || attr == ATTR_DESCRIPTION)
		value = shown_text(space, req, st, job, value);
	return copy_fact(value, ret_value, ret_size);
}

/* Finds why the file was refused (coc.error). A text that could not be written to the ledger yet
 * comes before the text in the row. Returns 0, -ENODATA (no text, or the caller may not see it)
 * or -ENOMEM. */
static int get_error(struct space *space, fuse_req_t req, struct node *node, const struct stat *st,
		     const struct job_record *job, char **ret_value, size_t *ret_size)
{
	const struct name *link = node_job_name(space, node);
	_cleanup_free_ char *path = NULL;
	struct job_record unrecorded = {0};
	const char *story = NULL;

	if (link && node_path_of(link->parent, link->name, &path) == 0)
		story = submit_story(space->engine, path, &unrecorded.holding);
	if (story)
		return copy_fact(shown_text(space, req, st, &unrecorded, story), ret_value,
				 ret_size);
	return copy_fact(shown_text(space, req, st, job, job->error), ret_value, ret_size);
}

/*
 * Finds the state of a job file now. The row has the state after the last commit. If that state is
 * JOB_SUBMITTED, and the row has a digest, and the file's content now has another, the state
 * is JOB_DRAFT. Otherwise the state is the row's. Returns 0 or -errno.
 */
static int state_now(struct space *space, struct node *node, const struct job_record *job,
		     enum job_state *ret_state)
{
	unsigned char digest[CONTENT_DIGEST_SIZE];
	struct location location;
	int r;

	*ret_state = job->state;
	if (job->state != JOB_SUBMITTED || !job->has_digest)
		return 0;
	r = node_location(&space->nodes, node, &location);
	if (r == 0)
		r = content_read_digest(&location, content_read_fd(node), digest);
	if (r < 0)
		return r;
	if (memcmp(digest, job->digest, sizeof(digest)))
		*ret_state = JOB_DRAFT;
	return 0;
}

static int get_refusal(const struct err *refusal, char **ret_value, size_t *ret_size)
{
	_cleanup_free_ char *story = err_story(refusal);

	return story ? copy_fact(story, ret_value, ret_size) : -ENOMEM;
}

/* Finds the text of coc.warnings: the warnings of the DSL check, and a line if the job is gone on
 * the service. Returns 0, -ENODATA (no warning) or -ENOMEM. */
static int get_warnings(struct space *space, fuse_req_t req, struct node *node,
			const struct stat *st, const struct job_record *job, char **ret_value,
			size_t *ret_size)
{
	const char *text = shown_text(space, req, st, job, job->warnings);
	const struct name *link = node_job_name(space, node);
	_cleanup_buf_ struct buf warnings = {0};
	struct freshness fresh;
	int r;

	if (!link || file_version_find(space, link->parent, link->name, st, &fresh) < 0 ||
	    !fresh.is_gone)
		return copy_fact(text, ret_value, ret_size);
	r = buf_printf(&warnings, "%sthe job is gone on the service\n", text ? text : "");
	return r < 0 ? r : copy_fact(warnings.data, ret_value, ret_size);
}

/* Finds a virtual attribute of a directory, "refused" or "error". Returns 0; -ENODATA: another
 * name, or an empty text; or another -errno. */
static int get_of_directory(struct space *space, struct node *node, const char *fact,
			    char **ret_value, size_t *ret_size)
{
	_cleanup_buf_ struct buf text = {0};
	int r = -ENODATA;

	if (!strcmp(fact, "refused"))
		r = unmade_write(space, node, &text);
	else if (!strcmp(fact, "error"))
		r = dir_story_write(space, node, &text);
	return r < 0 ? r : copy_fact(text.data, ret_value, ret_size);
}

int fact_get(struct space *space, fuse_req_t req, struct node *node, const char *name,
	     char **ret_value, size_t *ret_size)
{
	_cleanup_job_record_ struct job_record job = {0};
	const char *fact = name + strlen(PREFIX);
	enum job_state state;
	struct stat st;
	int r, attr = attr_find(fact, strlen(fact));

	if (node->kind == NODE_DIR)
		return get_of_directory(space, node, fact, ret_value, ret_size);
	r = find_fact_source(space, node, &st, &job);
	/* a scratch file: why it may not become a job file */
	if (r == -ENODATA && !strcmp(fact, "error") && node->content && node->content->refusal)
		return get_refusal(node->content->refusal, ret_value, ret_size);
	if (r < 0)
		return r;
	if (attr >= 0)
		return get_attribute(space, req, &st, &job, (enum attr)attr, ret_value, ret_size);
	if (!strcmp(fact, "job_id"))
		return copy_fact(job.job_id, ret_value, ret_size);
	if (!strcmp(fact, "request_id"))
		return copy_fact(job.request_id, ret_value, ret_size);
	if (!strcmp(fact, "error"))
		return get_error(space, req, node, &st, &job, ret_value, ret_size);
	if (!strcmp(fact, "warnings"))
		return get_warnings(space, req, node, &st, &job, ret_value, ret_size);
	if (!strcmp(fact, "version"))
		return copy_version(&job, job.version, ret_value, ret_size);
	if (!strcmp(fact, "base"))
		return copy_version(&job, job.base, ret_value, ret_size);
	if (!strcmp(fact, "backup")) {
		r = backup_is(space, node, &job);
		return r <= 0 ? (r < 0 ? r : -ENODATA) : copy_fact("yes", ret_value, ret_size);
	}
	if (strcmp(fact, "state"))
		return -ENODATA;
	if (job.job_id && !job.row)
		return copy_fact(IMPORT_STATE_WORD, ret_value, ret_size);
	r = state_now(space, node, &job, &state);
	return r < 0 ? r : copy_fact(job_state_word(state), ret_value, ret_size);
}

/* Is there a binding that the removal of coc.job_id can end? Yes, if the row (job) has a job ID, or
 * if a create for the file's path is under way. Returns 1, 0 or -errno. */
static int has_job_to_forget(struct space *space, const struct node *node,
			     const struct job_record *job)
{
	const struct name *link = node_job_name(space, node);
	_cleanup_free_ char *path = NULL;
	int r;

	if (job->job_id || !job->row || !link)
		/* an import has a job ID and no row: there is no binding to end */
		return job->job_id && job->row;
	r = node_path_of(link->parent, link->name, &path);
	return r < 0 ? r : submit_ask(space->engine, PATH_IS_UNDER_WAY, path);
}

bool fact_is_base(const char *name)
{
	return !strcmp(name, PREFIX "base") || !strcmp(name, "user." PREFIX "base");
}

int fact_check_base(struct space *space, fuse_req_t req, struct node *node, const char *value,
		    size_t size, int64_t *ret_base)
{
	_cleanup_job_record_ struct job_record job = {0};
	struct stat st;
	int64_t base = version_number_of(value, size);
	int r = node->kind == NODE_DIR ? -ENODATA : find_fact_source(space, node, &st, &job);

	if (r == 0 && !job.job_id)
		r = -ENODATA;
	if (r == 0 &&
	    !claim_may_take(space, req, node_job_name(space, node)->parent, &job.holding, &st))
		r = -EPERM;
	if (r == 0 && !base)
		r = -EINVAL;
	if (r == 0 && node->content && node->content->writers)
		r = -EBUSY;
	if (r == 0)
		*ret_base = base;
	return r;
}

int fact_remove(struct space *space, fuse_req_t req, struct node *node, const char *name)
{
	_cleanup_job_record_ struct job_record job = {0};
	struct stat st;
	int r;

	if (strcmp(name, PREFIX "job_id")) {
		_cleanup_free_ char *value = NULL;
		size_t size;

		r = fact_get(space, req, node, name, &value, &size);
		return r < 0 ? r : -EPERM;
	}
	r = find_fact_source(space, node, &st, &job);
	if (r < 0)
		return r;
	r = has_job_to_forget(space, node, &job);
	if (r <= 0)
		return r < 0 ? r : -ENODATA;
	if (!claim_may_take(space, req, node_job_name(space, node)->parent, &job.holding, &st))
		return -EPERM;
	return submit_change(space->engine,
			     &(struct submit_change){.kind = CHANGE_FORGET, .record = &job});
}
