/* SPDX-License-Identifier: MIT */
#ifndef COCFS_TESTS_FAKE_SERVICE_H
#define COCFS_TESTS_FAKE_SERVICE_H

#include <sys/queue.h>

#include "base/err.h"
#include "coc/ops.h"
#include "loop/loop.h"

/*
 * A service in memory, in the place of the client (coc/ops.h). The test decides when a request
 * leaves, when the service does it, and what the caller hears. Each can be the case without the
 * others: a request that was lost before the service did it, or after, or that is done late.
 */
#define FAKE_VERSIONS_MAX 100 /* of a job, as the API's */

enum fake_kind { FAKE_CREATE, FAKE_UPDATE, FAKE_SHOW, FAKE_LIST, FAKE_DELETE, FAKE_KINDS };

/* What the caller hears. */
enum fake_answer {
	FAKE_TRUTH,    /* what the service did, or that the job is gone */
	FAKE_LOST,     /* nothing in time */
	FAKE_BROKEN,   /* status 500: nobody knows */
	FAKE_NONSENSE, /* status 200, and not an answer of the API */
	FAKE_UNSENT,   /* no connection */
	FAKE_BUSY,     /* status 429 */
	FAKE_DENIED,   /* status 401 */
	FAKE_REFUSED,  /* status 400 */
	FAKE_GONE,     /* status 400, the job does not exist */
	FAKE_OTHER_ID, /* a create: an ID that the test says */
	FAKE_ANSWERS
};

struct fake_job {
	char *id, *name, *project;
	char *content[FAKE_VERSIONS_MAX + 1]; /* of version n at n */
	char *risk[FAKE_VERSIONS_MAX + 1], *description[FAKE_VERSIONS_MAX + 1];
	int version;
	bool foreign[FAKE_VERSIONS_MAX + 1]; /* somebody else has written version n */
	int shown;			     /* the newest version when it was shown last */
	int named;			     /* the test's: the version that a person has named */
	bool gone;
	int64_t made_by; /* the number of the request; 0: somebody else */
	void *tag;	 /* the test's */
	LIST_ENTRY(fake_job) link;
};
LIST_HEAD(fake_job_list, fake_job);

/* What a list leaves out or adds. */
enum fake_flaw { FLAW_NONE, FLAW_NO_TOTAL, FLAW_UNUSABLE_ROW, FLAW_NO_PROJECT, FLAW_MOVES };

struct fake_request {
	struct fake_service *service;
	enum fake_kind kind;
	int64_t number;	    /* rising */
	char *id, *version; /* of the job that is meant; version: of a show, may be NULL */
	char *name;	    /* of a create, an update; a list: what is looked for */
	char *content, *project, *risk, *description;
	size_t n_tags;
	int64_t expected; /* version of an update */
	int64_t offset, timeout_ms;
	coc_done_fn *done;
	void *data;

	bool sent;	/* it is on the wire */
	bool given_up;	/* the caller hears nothing any more */
	bool performed; /* the service has done it */
	bool answered;	/* the answer is on its way to the caller */
	enum fake_answer answer;
	int64_t retry_after_ms;
	int64_t given_up_ms;
	const char *told_id;

	struct fake_job *job;	    /* that it has made */
	bool is_gone;		    /* of the job that is meant, when it was performed */
	struct coc_details details; /* owned */
	struct coc_summary *rows;   /* owned */
	size_t n_rows;
	int64_t total;
	TAILQ_ENTRY(fake_request) link;
};
TAILQ_HEAD(fake_request_list, fake_request);

struct fake_service {
	struct loop *loop;
	struct loop_timer due;
	struct fake_job_list jobs;
	struct fake_request_list open; /* not answered yet, in their order */
	struct fake_request_list
		late; /* given up, and not performed: the service may still do it */
	int64_t n_requests, n_ids;
	uint64_t counts[FAKE_KINDS];	  /* of requests that were started */
	uint64_t sent_counts[FAKE_KINDS]; /* of those that left */
	uint64_t performed_counts[FAKE_KINDS];
	enum fake_flaw flaw;
	size_t page_rows; /* of a page of a list, at most; 0: as many as the API's */
	int fail_next;	  /* the next request cannot be started: a positive errno */
	bool paused;
	unsigned auth_failures;
	/* Called when a request leaves: the moment from which it can be done. */
	void (*on_sent)(void *data, struct fake_request *request);
	void *on_sent_data;
};

void fake_service_init(struct fake_service *service, struct loop *loop);

/* Another loop, after a crash: whatever was open is given up; it may still be performed. */
void fake_service_move(struct fake_service *service, struct loop *loop);
void fake_service_finish(struct fake_service *service);

/* The table to be given to engine_create(). */
struct coc_service fake_service_table(struct fake_service *service);

/* Requests that were started leave: what the client does at the beginning of its next iteration. */
void fake_service_transmit(struct fake_service *service);

/* The first request of a kind that is on the wire and not answered; NULL: none is. */
struct fake_request *fake_service_find(struct fake_service *service, enum fake_kind kind);

/* The service does what is asked. Once. */
void fake_request_perform(struct fake_request *request);

/* The caller hears this in the loop's next iteration. The truth: it is performed if it was not. */
void fake_request_answer(struct fake_request *request, enum fake_answer answer);

/* A create hears that it has made this job. */
void fake_request_answer_id(struct fake_request *request, const char *id);

/* It is not done any more. */
void fake_request_forget(struct fake_request *request);

/* Somebody else makes a job. */
struct fake_job *fake_service_make(struct fake_service *service, const char *name,
				   const char *content);

/* Somebody else writes a version. */
void fake_job_write(struct fake_job *job, const char *content);

struct fake_job *fake_service_job(struct fake_service *service, const char *id);

/* Jobs that are there, and of these those that requests have made. */
unsigned fake_service_count(const struct fake_service *service, bool made_by_requests);

#endif
