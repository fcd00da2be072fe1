/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_COC_H
#define COCFS_COC_COC_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "job/tag.h"

/*
 * The COC documents API over HTTP: create, list, show, update, delete, many calls at the same time
 * on open connections, without a thread. Sources: the API pages and the official SDKs, see
 * docs/api.md. CONTRIBUTING.md ("Words") explains the words of this project: job, row, sibling,
 * story and others. All functions must be called from the loop's thread (loop/loop.h).
 */
struct loop;
struct err;
struct coc_creds;
struct coc_client;
struct coc_call;

struct coc_client_options {
	const char *endpoint;	 /* URL without a path: "https://…", "http://127.0.0.1:PORT" */
	const char *unix_socket; /* path of a Unix socket to use instead of TCP, or NULL */
	const char *cacert;	 /* PEM file of the CA to trust instead of the system's, or NULL */
	/* the most connections at the same time (0: no bound); further requests wait */
	unsigned connections_max;
};

/* What became of a call. After COC_NOT_PROCESSED or COC_NOT_SENT the call may be made again. After
 * COC_UNKNOWN a second call might do the same twice. */
enum coc_outcome {
	COC_DONE,    /* the service did it */
	COC_REFUSED, /* the service said no, and did nothing */
	/* throttled (429), too early (425) or IAM away (APIGW.0613): not processed, try later */
	COC_NOT_PROCESSED,
	COC_NOT_SENT, /* no byte of the request left: DNS, connection, TLS, paused calls */
	COC_UNKNOWN,  /* it may have been processed: answer lost, late, 5xx, or not the API's */
};

/* The content and the values of a job. Strings are UTF-8, and borrowed until the function that
 * takes them returns. */
struct coc_document {
	const char *name;
	const void *content; /* bytes; JSON can only carry valid UTF-8 without a NUL */
	size_t content_size;
	const char *enterprise_project_id; /* only a create sends it */
	const char *risk_level;		   /* LOW, MEDIUM, HIGH */
	const char *description;	   /* NULL: the request has no description */
	const struct job_tag *tags;	   /* only a create sends them */
	size_t n_tags;
	int64_t version; /* update: the version that the job has now; 0: not known */
};

/* A job as a row of ListDocuments shows it (no content, risk level, description or tags). */
struct coc_summary {
	char *document_id, *name, *version, *creator, *modifier, *enterprise_project_id;
	/* since the epoch, by the service's clock; 0: not told */
	int64_t create_time_ms, update_time_ms;
};

/* A job as ShowDocument shows it. It is always the job that was asked for, with a name and a
 * content. Other fields may be NULL: they were absent. version is also NULL if it does not have the
 * form "v12". */
struct coc_details {
	char *document_id, *name, *content, *description, *risk_level, *enterprise_project_id,
		*version, *modifier;
	int64_t create_time_ms, update_time_ms;
};

/* An answer. It lives until the callback that gets it returns. */
struct coc_answer {
	enum coc_outcome outcome;
	int errnum;		/* 0 for COC_DONE, else the errno of the table in docs/errors.md */
	const struct err *err;	/* the error with all details; NULL for COC_DONE */
	unsigned status;	/* HTTP status, 0 without an HTTP answer */
	const char *error_code; /* "" if there is none */
	const char *error_msg;	/* "" if there is none */
	const char *request_id; /* "" if there is none */
	int64_t retry_after_ms; /* from Retry-After; -1 if there is none */

	const char *document_id;	     /* a create: the ID of the new job; else NULL */
	const struct coc_details *details;   /* a show: the job; else NULL */
	const struct coc_summary *summaries; /* a list: one page of jobs; else NULL */
	size_t n_summaries;
	/* list: rows of the page that are not in summaries. They have no ID or no name, or a text
	 * that is wrong or too long, or they are beyond COC_LIST_PAGE rows */
	size_t n_unusable;
	int64_t total; /* list: jobs that match, on all pages; -1: the service does not say */
};

/* Has the service refused this call for good? Not if it does not accept the credentials: that
 * refusal says nothing of the job, and credentials can be put right. */
static inline bool coc_answer_refuses(const struct coc_answer *answer)
{
	return answer->outcome == COC_REFUSED && answer->errnum != EACCES;
}

/*
 * Called exactly once for a call that is not cancelled. Called from an iteration of the loop, never
 * from within the function that started the call. It may start and cancel other calls, and destroy
 * the client.
 */
typedef void coc_done_fn(void *data, const struct coc_answer *answer);

/*
 * Makes a client. creds stays the caller's and must outlive the client; so must the loop. creds may
 * be NULL, see coc_client_note_lack(). Returns 0 and an owned client, or -errno with err filled.
 */
int coc_client_create(struct loop *loop, const struct coc_client_options *options,
		      const struct coc_creds *creds, struct coc_client **ret_client,
		      struct err *err);

/* Cancels the calls in flight without calling their callbacks, and frees. NULL is accepted. */
void coc_client_destroy(struct coc_client *client);

/*
 * Signs with other credentials from the next call on; creds is as in coc_client_create(). Ends a
 * pause after three authentication failures in a row (more than five lock the key for five
 * minutes).
 */
void coc_client_set_creds(struct coc_client *client, const struct coc_creds *creds);

/*
 * Records why there are no other credentials; why is copied. While there are no credentials, or
 * those that are set have expired, calls end as COC_NOT_SENT, EACCES with this error.
 * coc_client_set_creds() deletes it.
 */
void coc_client_note_lack(struct coc_client *client, const struct err *why);

/* Are calls paused after authentication failures? Then each call ends as COC_NOT_SENT, EACCES. */
bool coc_client_paused(const struct coc_client *client);

/* Returns how many authentication failures in a row the set credentials have had. */
unsigned coc_client_auth_failures(const struct coc_client *client);

/* Checks whether the API takes a content of this size, in a create or in an update. Returns 0 if it
 * does, or -EFBIG with err filled. */
int coc_content_check(size_t size, bool create, struct err *err);

/*
 * Start a call. timeout_ms is the time from now to its answer. Nothing is sent before the next
 * iteration of the loop: if you cancel the call in the same iteration, nothing is sent at all.
 * Return 0 and (if ret_call is not NULL) a handle for coc_call_cancel(), which is valid until the
 * callback. Or return -errno with err filled, and the callback is not called. -ENOMEM. -EIO: the
 * crypto library failed. -EINVAL: a text is not UTF-8, the content has a NUL, or document_id is no
 * job ID. -EFBIG: see coc_content_check().
 *
 * coc_show_version() shows a version such as "v3"; NULL shows the newest. coc_list() asks for the
 * page of COC_LIST_PAGE jobs from the number `offset` on. name_like: a part of their names; NULL:
 * all jobs.
 */
int coc_create(struct coc_client *client, const struct coc_document *document, int64_t timeout_ms,
	       coc_done_fn *done, void *data, struct coc_call **ret_call, struct err *err);
int coc_update(struct coc_client *client, const char *document_id,
	       const struct coc_document *document, int64_t timeout_ms, coc_done_fn *done,
	       void *data, struct coc_call **ret_call, struct err *err);
int coc_show(struct coc_client *client, const char *document_id, int64_t timeout_ms,
	     coc_done_fn *done, void *data, struct coc_call **ret_call, struct err *err);
int coc_show_version(struct coc_client *client, const char *document_id, const char *version,
		     int64_t timeout_ms, coc_done_fn *done, void *data, struct coc_call **ret_call,
		     struct err *err);
int coc_list(struct coc_client *client, const char *name_like, int64_t offset, int64_t timeout_ms,
	     coc_done_fn *done, void *data, struct coc_call **ret_call, struct err *err);
int coc_delete(struct coc_client *client, const char *document_id, int64_t timeout_ms,
	       coc_done_fn *done, void *data, struct coc_call **ret_call, struct err *err);

/* Gives up a call: its callback is not called. Does nothing while the callback of the call runs.
 * The request may still reach the service, unless the call was started in this iteration of the
 * loop. */
void coc_call_cancel(struct coc_call *call);

#endif
