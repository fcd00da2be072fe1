/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_COC_H
#define COCFS_COC_COC_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "job/tag.h"

/*
 * The COC documents API over HTTP: create, list, show, update, delete, many at once on warm
 * connections, without a thread. Source: the API pages and official SDKs, see docs/api.md.
 * All functions belong to the loop's thread (base/loop.h).
 */
struct loop;
struct err;
struct coc_creds;
struct coc_client;
struct coc_call;

struct coc_client_options {
	const char *endpoint;	  /* URL without a path: "https://…", "http://127.0.0.1:PORT" */
	const char *unix_socket;  /* path of a Unix socket to talk to instead of TCP, or NULL */
	const char *cacert;	  /* PEM file of the CA to trust instead of the system's, or NULL */
	unsigned connections_max; /* connections open at once; 0: no bound. Requests beyond it
				   * wait */
};

/* What became of a call. The difference between the last three decides whether it may be
 * repeated. */
enum coc_outcome {
	COC_DONE,	   /* the service did it */
	COC_REFUSED,	   /* the service answered no, and did nothing */
	COC_NOT_PROCESSED, /* throttled (429) or IAM away (APIGW.0613): not processed, try later */
	COC_NOT_SENT,	   /* no byte of the request left: DNS, connection, TLS, paused calls */
	COC_UNKNOWN, /* it may have been processed: answer lost, late, 5xx, or not the API's */
};

/* What a job is made of; strings are UTF-8, borrowed for the length of the call that takes them. */
struct coc_document {
	const char *name;
	const void *content; /* bytes; must be valid UTF-8 without NUL to be carried by JSON */
	size_t content_size;
	const char *enterprise_project_id; /* create only */
	const char *risk_level;		   /* LOW, MEDIUM, HIGH */
	const char *description;	   /* NULL: left out */
	const struct job_tag *tags;	   /* create only */
	size_t n_tags;
	int64_t version; /* update: that the job has now, as far as is known; 0: not known */
};

/* A job as ListDocuments tells it (no content, risk level, description or tags). */
struct coc_summary {
	char *document_id, *name, *version, *creator, *modifier, *enterprise_project_id;
	int64_t create_time_ms, update_time_ms; /* since the epoch, by the service's clock */
};

/* A job as ShowDocument tells it: always the job that was asked for, with a name and a content.
 * Other fields that are absent are NULL; so is a version that is not of the form "v12". */
struct coc_details {
	char *document_id, *name, *content, *description, *risk_level, *enterprise_project_id,
		*version, *modifier;
	int64_t create_time_ms, update_time_ms;
};

/* An answer; lives until the callback that gets it returns. */
struct coc_answer {
	enum coc_outcome outcome;
	int errnum;		/* 0 when DONE, else the errno of the table in docs/errors.md */
	const struct err *err;	/* the whole story when not DONE, else NULL */
	unsigned status;	/* HTTP status, 0 without an answer */
	const char *error_code; /* "" without one */
	const char *error_msg;	/* "" without one */
	const char *request_id; /* "" without one */
	int64_t retry_after_ms; /* from Retry-After; -1 without one */

	const char *document_id;	     /* create: of the new job */
	const struct coc_details *details;   /* show */
	const struct coc_summary *summaries; /* list: one page */
	size_t n_summaries;
	size_t n_unusable; /* list: other rows, which name no job: no ID, no name, a
			    * text that is too long, or more rows than were asked for */
	int64_t total;	   /* list: jobs that match, over all pages; -1: the service does not say */
};

/* Has the service said no to what was asked? When it does not accept the credentials, that says
 * nothing of the job, and they can be put right. */
static inline bool coc_answer_refuses(const struct coc_answer *answer)
{
	return answer->outcome == COC_REFUSED && answer->errnum != EACCES;
}

/*
 * Called exactly once for a call that is not cancelled, from an iteration of the loop and never
 * from within the function that started the call. It may start other calls.
 */
typedef void coc_done_fn(void *data, const struct coc_answer *answer);

/*
 * Makes a client. creds stays the caller's and must outlive the client; the loop too. creds may be
 * NULL, see coc_client_note_lack(). Returns 0 and an owned client; -errno with err filled.
 */
int coc_client_create(struct loop *loop, const struct coc_client_options *options,
		      const struct coc_creds *creds, struct coc_client **ret_client,
		      struct err *err);

/* Cancels what is in flight (callbacks are not called) and frees; NULL is accepted. */
void coc_client_destroy(struct coc_client *client);

/*
 * Signs with other credentials from the next call on, and takes up calling again if it was paused
 * after three authentication failures in a row (more than five lock the key for five minutes).
 */
void coc_client_set_creds(struct coc_client *client, const struct coc_creds *creds);

/*
 * Says why other credentials cannot be had; why is copied. As long as there are no credentials, or
 * those that are set have expired, calls end as COC_NOT_SENT, EACCES with that story.
 * coc_client_set_creds() forgets it.
 */
void coc_client_note_lack(struct coc_client *client, const struct err *why);

/* True while calls are paused after authentication failures; they then end as COC_NOT_SENT,
 * EACCES. */
bool coc_client_paused(const struct coc_client *client);

/* Authentication failures in a row, of the credentials that are set. */
unsigned coc_client_auth_failures(const struct coc_client *client);

/* Does the API take a content of this size, in a create or in an update? 0, or -EFBIG with err
 * filled. */
int coc_content_check(size_t size, bool create, struct err *err);

/*
 * Starts a call; timeout_ms bounds it from now to its answer. Nothing is sent before the next
 * iteration of the loop: who cancels it in the same iteration takes it back. Return 0 and (if
 * ret_call is not NULL) a handle for coc_call_cancel() that is valid until the callback; -ENOMEM;
 * -EINVAL when the document cannot be carried by JSON (not UTF-8); -EFBIG, see coc_content_check();
 * err filled; the callback is not called then.
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

/* Gives a call up: its callback is not called. The request may still reach the service, unless the
 * call was started in this iteration of the loop. */
void coc_call_cancel(struct coc_call *call);

#endif
