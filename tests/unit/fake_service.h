/* SPDX-License-Identifier: MIT */
#ifndef COCFS_TESTS_FAKE_SERVICE_H
#define COCFS_TESTS_FAKE_SERVICE_H

#include <sys/queue.h>

#include "base/err.h"
#include "coc/ops.h"
#include "loop/loop.h"

/*
 * A service in memory, in place of the client (coc/ops.h). The test decides when a request leaves,
 * when the service performs it, and what the caller hears. The three are independent: a request can
 * get lost before the service performs it, or after, or the service performs it late.
 */
#define FAKE_VERSIONS_MAX 100 /* of one job: the API's limit */

enum fake_kind { FAKE_CREATE, FAKE_UPDATE, FAKE_SHOW, FAKE_LIST, FAKE_DELETE, FAKE_KINDS };

/* What the caller of a request gets as its answer. Whether the service has performed the request is
 * another question: fake_request_perform(). */
enum fake_answer {
	FAKE_TRUTH,    /* the result: what the service did, or that the job is gone */
	FAKE_LOST,     /* no answer in time */
	FAKE_BROKEN,   /* status 500: the caller cannot know whether the service did it */
	FAKE_NONSENSE, /* status 200, but no answer of the API */
	FAKE_UNSENT,   /* no connection: the request was not sent */
	FAKE_BUSY,     /* status 429 */
	FAKE_DENIED,   /* status 401 */
	FAKE_REFUSED,  /* status 400 */
	FAKE_GONE,     /* status 400, the job does not exist */
	FAKE_OTHER_ID, /* to a create: an ID that the test gives */
	FAKE_ANSWERS
};

struct fake_job {
	char *id, *name, *project;
	char *content[FAKE_VERSIONS_MAX + 1]; /* version n is at index n */
	char *risk[FAKE_VERSIONS_MAX + 1], *description[FAKE_VERSIONS_MAX + 1];
	int version;
	bool foreign[FAKE_VERSIONS_MAX + 1]; /* version n was written by another client */
	int shown; /* the newest version at the last ShowDocument without a version */
	int named; /* set by tests: the newest version that a person has named as a base */
	bool gone;
	/* the number of the request that made the job; 0: another client made it */
	int64_t made_by;
	void *tag; /* the test's own mark of the job; the fake does not use it */
	LIST_ENTRY(fake_job) link;
};
LIST_HEAD(fake_job_list, fake_job);

/* A fault in the answers to lists. FLAW_NO_TOTAL: the number of all jobs is missing.
 * FLAW_UNUSABLE_ROW: a row has no usable ID. FLAW_NO_PROJECT: the rows have no project. FLAW_MOVES:
 * from the second page on, the number of all jobs is one more. */
enum fake_flaw { FLAW_NONE, FLAW_NO_TOTAL, FLAW_UNUSABLE_ROW, FLAW_NO_PROJECT, FLAW_MOVES };

struct fake_request {
	struct fake_service *service;
	enum fake_kind kind;
	int64_t number; /* rises with each request */
	/* id: the ID of the job that the request is for. version: the version that a ShowDocument
	 * asks for, or NULL */
	char *id, *version;
	char *name; /* of a create or an update; of a list: the name to look for */
	char *content, *project, *risk, *description;
	size_t n_tags;
	int64_t expected; /* of an update: the version that the job has before it; 0: not known */
	int64_t offset, timeout_ms;
	coc_done_fn *done;
	void *data;

	bool sent;	/* the request has left */
	bool given_up;	/* the caller hears nothing any more */
	bool performed; /* the service has done it */
	bool answered;	/* the answer waits for the loop's next iteration */
	enum fake_answer answer;
	int64_t retry_after_ms; /* of the answer; -1: the answer has none */
	int64_t given_up_ms;
	const char *told_id; /* the ID in the answer FAKE_OTHER_ID */

	struct fake_job *job; /* the job that this create has made; NULL: none */
	/* the job did not exist when the service performed the request */
	bool is_gone;
	struct coc_details details; /* owned */
	struct coc_summary *rows;   /* owned */
	size_t n_rows;
	int64_t total; /* of a list: the number of all jobs; -1: the answer does not say */
	TAILQ_ENTRY(fake_request) link;
};
TAILQ_HEAD(fake_request_list, fake_request);

struct fake_service {
	struct loop *loop;
	struct loop_timer due;
	struct fake_job_list jobs;
	struct fake_request_list open; /* requests without an answer, in their order */
	/* creates, updates and deletions that have left, and that the service may still perform:
	 * the caller gave them up, or has heard that their answer is lost */
	struct fake_request_list late;
	int64_t n_requests, n_ids;
	uint64_t counts[FAKE_KINDS];	  /* requests that were started, by kind */
	uint64_t sent_counts[FAKE_KINDS]; /* requests that left, by kind */
	uint64_t performed_counts[FAKE_KINDS];
	enum fake_flaw flaw;
	size_t page_rows; /* rows of a page of a list, at most; 0: the API's limit */
	/* the next request cannot be started, with this positive errno; 0: it can */
	int fail_next;
	bool paused;
	unsigned auth_failures;
	/* Called when a request leaves. From then on the service can perform the request. */
	void (*on_sent)(void *data, struct fake_request *request);
	void *on_sent_data;
};

void fake_service_init(struct fake_service *service, struct loop *loop);

/* Moves to another loop, after a crash: all open requests are given up. The service may still
 * perform the creates, updates and deletions that have left. */
void fake_service_move(struct fake_service *service, struct loop *loop);
void fake_service_finish(struct fake_service *service);

/* Returns the table of functions by which the engine calls this fake service instead of the client.
 * For engine_create(). */
struct coc_service fake_service_table(struct fake_service *service);

/* Lets the started requests leave, as the client does at the beginning of the loop's next
 * iteration. */
void fake_service_transmit(struct fake_service *service);

/* Returns the first request of a kind that has left and has no answer, or NULL. */
struct fake_request *fake_service_find(struct fake_service *service, enum fake_kind kind);

/* Makes the service perform the request, without an answer: makes or changes the job, or fills the
 * rows. A second call does nothing. */
void fake_request_perform(struct fake_request *request);

/* The caller hears this answer in the loop's next iteration. FAKE_TRUTH and FAKE_OTHER_ID perform
 * the request first, if it was not performed. */
void fake_request_answer(struct fake_request *request, enum fake_answer answer);

/* The service performs this create, but the caller hears that the create made the job `id`. The ID
 * is borrowed until then. */
void fake_request_answer_id(struct fake_request *request, const char *id);

/* Drops a request that was given up: the service will not perform it. */
void fake_request_forget(struct fake_request *request);

/* Makes a job in project 0 with risk level LOW, as another client would do. Returns the job, which
 * the service owns. */
struct fake_job *fake_service_make(struct fake_service *service, const char *name,
				   const char *content);

/* Adds a version with this content to a job, as another client would do with an update: name and
 * risk level stay, the description goes. */
void fake_job_write(struct fake_job *job, const char *content);

/* Returns the job with this ID, also a deleted job (gone); NULL: there is none. */
struct fake_job *fake_service_job(struct fake_service *service, const char *id);

/* Returns how many jobs exist; made_by_requests: count only those that requests have made. */
unsigned fake_service_count(const struct fake_service *service, bool made_by_requests);

#endif
