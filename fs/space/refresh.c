/* SPDX-License-Identifier: MIT */
/*
 * A job file follows its job. When a process opens or stats the file, and the service was not asked
 * for the job lately (submit/freshness.c), the request waits for a check: one ShowDocument. If the
 * service has a newer text, that text replaces the text of the file as a new inode (incoming.c).
 * The request goes on with the new inode.
 *
 * Only a clean file is replaced: it has the text that the ledger records, it is not open, and
 * nothing of it is unfinished. The outcome of its last commit is not checked. After a refused
 * commit the file's text differs from the text that the ledger records, so the file is not clean.
 * All this is checked again right before the new text takes the name, because other requests come
 * meanwhile. If a process has the file open, the file stays as it is, and its check is made when it
 * is closed.
 *
 * If the service is away, the request gets the file that is there. No request waits longer than
 * REFRESH_WAIT_MS, and after such a wait no request waits for a while. If the service does not know
 * a job, nothing changes here: the keys may be those of another account. The file warns
 * (coc.warnings), and the next commit reports it.
 *
 * LOOKUP does not wait, because a listing of a directory may look up thousands of names. Its answer
 * gives the attributes a timeout of 0, so the kernel asks for them (GETATTR), and GETATTR waits.
 */
#define _GNU_SOURCE
#include "space/refresh.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/crash.h"
#include "base/log.h"
#include "space/bounds.h"
#include "space/checks.h"
#include "space/content.h"
#include "space/file_version.h"
#include "space/incoming.h"
#include "space/job_name.h"
#include "submit/show.h"
#include "submit/freshness.h"

/* A check whether the service has a newer text of one job file, and the replacement of the file's
 * text that may follow. */
struct refresh {
	struct space *space;
	struct node *node;	   /* we hold a reference */
	struct freshness fresh;	   /* what the ledger says about the file */
	struct show_waiter *asked; /* NULL: the service is not being asked */
	uid_t user;		   /* the user whose request began the check */
	/* set while the requests in waiting wait; see on_patience_over() */
	struct loop_timer patience;
	int64_t version; /* the version whose text the file gets */
	unsigned char digest[CONTENT_DIGEST_SIZE];
	struct waiting_requests waiting; /* the requests that wait for this check */
	LIST_ENTRY(refresh) link;	 /* in space->refreshes */
};

static bool is_open(const struct node *node)
{
	return node->content && !LIST_EMPTY(&node->content->handles);
}

/* ---- the end of a refresh ---- */

/* Ends a refresh and frees it. The requests that wait for it go on if r is 0; otherwise each is
 * answered with r, a negative errno. */
static void end_refresh(struct refresh *refresh, int r)
{
	struct space *space = refresh->space;

	LIST_REMOVE(refresh, link);
	loop_timer_cancel(&refresh->patience);
	waiting_requests_end(&refresh->waiting, r);
	node_release(&space->nodes, refresh->node);
	free(refresh);
}

void refresh_interrupt_all(struct space *space)
{
	struct refresh *refresh, *next;

	for (refresh = LIST_FIRST(&space->refreshes); refresh; refresh = next) {
		next = LIST_NEXT(refresh, link);
		waiting_requests_end(&refresh->waiting, -EINTR);
		if (!refresh->asked)
			/* a thread writes the new text: on_incoming_done() frees the refresh */
			continue;
		show_drop(steal_ptr(refresh->asked));
		end_refresh(refresh, 0);
	}
}

/* A timer's callback, when a check has not ended within REFRESH_WAIT_MS. The requests that wait for
 * this check go on with the file that is there. The check itself goes on. For REFRESH_SLOW_MS, or
 * until the service answers a check, no new check begins. */
static void on_patience_over(void *data)
{
	struct refresh *refresh = data;
	struct space *space = refresh->space;

	space->refresh_slow_until_ms = loop_now_ms(space->loop) + REFRESH_SLOW_MS;
	waiting_requests_end(&refresh->waiting, 0);
}

/* ---- the check ---- */

/* Checks that the node still has the row, the job and the version that refresh->fresh names, and
 * that the text of its file may be replaced. Returns 0, and updates refresh->fresh. -EBUSY: this is
 * not so, or the file is open. Or another -errno. */
static int check_clean(struct refresh *refresh)
{
	struct freshness fresh;
	struct stat st;
	int r = file_version_of_node(refresh->space, refresh->node, &st, &fresh);

	if (r < 0)
		return r;
	if (fresh.row != refresh->fresh.row || strcmp(fresh.job_id, refresh->fresh.job_id) ||
	    !fresh.is_settled || !fresh.has_digest || is_open(refresh->node) ||
	    freshness_version(&fresh) != freshness_version(&refresh->fresh))
		return -EBUSY;
	refresh->fresh = fresh;
	return 0;
}

static int may_replace(void *data)
{
	return check_clean(data);
}

/* Records in the ledger which version of the job the file has now, after its new text was written.
 * Returns 0 or -errno; on failure the log has a warning. */
static int record_text(struct refresh *refresh)
{
	int r = freshness_take(refresh->space->engine, &refresh->fresh, refresh->version,
			       refresh->digest);

	CRASH_POINT("refresh-recorded");
	if (r < 0)
		log_warning("the ledger cannot record that a file has v%lld of job %s: %s",
			    (long long)refresh->version, refresh->fresh.job_id, strerror(-r));
	return r;
}

static void on_incoming_done(void *data, int result)
{
	struct refresh *refresh = data;

	if (result >= 0) {
		record_text(refresh);
		log_info("job %s: its file has v%lld now", refresh->fresh.job_id,
			 (long long)refresh->version);
		end_refresh(refresh, result == INCOMING_NEW_NODE ? -ESTALE : 0);
		return;
	}
	if (result != -EBUSY)
		log_warning("v%lld of job %s cannot be put into its file: %s",
			    (long long)refresh->version, refresh->fresh.job_id, strerror(-result));
	freshness_again(refresh->space->engine, &refresh->fresh);
	end_refresh(refresh, 0);
}

/* Replaces the file by a new one with the text of the job's newer version. on_incoming_done() ends
 * the refresh. */
static void bring_text_in(struct refresh *refresh, const struct shown_job *job)
{
	struct space *space = refresh->space;
	const struct name *link = node_job_name(space, refresh->node);
	const struct incoming_spec spec = {
		.parent = link->parent,
		.name = link->name,
		.ino = refresh->node->ino,
		.digest = refresh->fresh.digest,
		.content = job->content,
		.size = job->size,
		.update_ms = job->update_ms,
		.user = refresh->user,
	};

	incoming_begin(space, &spec, may_replace, on_incoming_done, refresh);
}

/* Takes the newer version that the service has shown. If the file is clean, the file gets its text.
 * If the file or the ledger's record has that text already, the ledger records the new version. If
 * the file is not clean, the ledger records only that there is a newer version; nothing if the file
 * has lost its job. Ends the refresh, now or when the text is in the file. */
static void take_newer(struct refresh *refresh, const struct shown_job *job)
{
	struct space *space = refresh->space;
	unsigned char digest[CONTENT_DIGEST_SIZE];
	int r = check_clean(refresh);

	refresh->version = job->version;
	if (r == 0)
		r = content_digest(job->content, job->size, refresh->digest);
	if (r == 0 && !memcmp(refresh->digest, refresh->fresh.digest, sizeof(digest))) {
		freshness_same(space->engine, &refresh->fresh, job->version);
		end_refresh(refresh, 0);
		return;
	}
	if (r == 0)
		r = file_version_digest(space, refresh->node, digest);
	/* the file has the newer text already: after a crash between its write and its record */
	if (r == 0 && !memcmp(refresh->digest, digest, sizeof(digest))) {
		record_text(refresh);
		end_refresh(refresh, 0);
		return;
	}
	if (r == 0 && !memcmp(refresh->fresh.digest, digest, sizeof(digest))) {
		bring_text_in(refresh, job);
		return;
	}
	if (r != -ENOENT && refresh->fresh.newest < job->version)
		freshness_see(space->engine, &refresh->fresh, job->version);
	end_refresh(refresh, 0);
}

static void on_refresh_shown(void *data, int result, const struct shown_job *job)
{
	struct refresh *refresh = data;
	struct space *space = refresh->space;

	refresh->asked = NULL;
	if (result == 0) {
		space->refresh_slow_until_ms = 0;
		/* ignore an error: the next update asks the service again */
		freshness_hold(space->engine, &refresh->fresh, job->version, job->attrs);
	}
	if (result == 0 && job->version > freshness_version(&refresh->fresh)) {
		take_newer(refresh, job);
		return;
	}
	if (result == -ESTALE && !refresh->fresh.is_gone)
		log_warning("job %s is gone on the service: its file stays as it is",
			    refresh->fresh.job_id);
	else if (result < 0 && result != -ESTALE)
		freshness_again(space->engine, &refresh->fresh);
	end_refresh(refresh, 0);
}

static struct refresh *find_refresh(const struct space *space, const struct node *node)
{
	struct refresh *refresh;

	LIST_FOREACH (refresh, &space->refreshes, link) {
		if (refresh->node == node)
			return refresh;
	}
	return NULL;
}

/* Is a check of the file's version due, and can the service be asked now? No if the row is not
 * settled (a submission is unfinished, say). No if the time of the check has not come (due_ms),
 * unless a newer version is known (is_behind). No for a draft whose commit was refused (the file
 * has another text than the ledger records): that text stays. */
static bool is_check_due(struct space *space, struct node *node, const struct freshness *fresh)
{
	if (!fresh->is_settled || (fresh->due_ms && !fresh->is_behind) ||
	    !file_version_can_check(space))
		return false;
	return !fresh->is_refused || file_version_has_text(space, node, fresh);
}

/* Begins a refresh if a check of the node's job is due: asks the service for the job. Returns the
 * refresh; NULL: no check is due, the service cannot be asked now, or memory is short. */
static struct refresh *begin_refresh(struct space *space, struct node *node, uid_t user)
{
	struct refresh *refresh;
	struct freshness fresh;
	struct stat st;

	if (file_version_of_node(space, node, &st, &fresh) < 0 ||
	    !is_check_due(space, node, &fresh) || !checks_take_question(space))
		return NULL;
	refresh = calloc(1, sizeof(*refresh));
	if (!refresh)
		return NULL;
	*refresh = (struct refresh){.space = space, .node = node, .fresh = fresh, .user = user};
	if (show_job(space->engine, fresh.job_id, 0, on_refresh_shown, refresh, &refresh->asked) <
	    0) {
		free(refresh);
		return NULL;
	}
	node_hold(node);
	LIST_INSERT_HEAD(&space->refreshes, refresh, link);
	loop_timer_set(space->loop, &refresh->patience, loop_now_ms(space->loop) + REFRESH_WAIT_MS,
		       on_patience_over, refresh);
	return refresh;
}

bool refresh_await(fuse_req_t req, struct node *node, const void *data, size_t size,
		   request_again_fn *again)
{
	struct space *space = space_of(req);
	struct refresh *refresh;

	if (!node->is_regular || is_open(node) || fuse_req_interrupted(req))
		return false;
	refresh = find_refresh(space, node);
	if (refresh && !refresh->patience.loop)
		return false; /* no request waits for this check any more (on_patience_over()) */
	if (!refresh)
		refresh = begin_refresh(space, node, fuse_req_ctx(req)->uid);
	return refresh &&
	       waiting_requests_add(&refresh->waiting, req, node, data, size, again) == 0;
}
