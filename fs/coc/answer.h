/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_ANSWER_H
#define COCFS_COC_ANSWER_H

#include "base/err.h"
#include "base/utf8.h"
#include "bounds/api.h"
#include "coc/coc.h"

/* This header: reads the bytes of an HTTP answer, and says what became of the call. Pure: no clock,
 * no network. */

enum coc_operation { COC_OP_CREATE, COC_OP_LIST, COC_OP_SHOW, COC_OP_UPDATE, COC_OP_DELETE };

/* What came back for a call. All borrowed. */
struct answer_source {
	enum coc_operation operation;
	const char *document_id; /* the ID of the job that an update, a deletion or a show is for */
	int64_t version;	 /* update: the version that the job has before it; 0: not known */
	unsigned status;
	const char *request_id;	 /* value of the header X-Request-Id, or NULL */
	const char *retry_after; /* value of the header Retry-After, or NULL */
	const void *body;
	size_t body_size;
	bool cut;	      /* the body is longer; only its beginning is here */
	const char *endpoint; /* the URL that was called, for the story */
	int64_t now_s;	      /* the time now, since the epoch, for a Retry-After that is a date */
};

/* An answer and what it points to. Must not be copied: it points into itself. */
struct answer {
	struct coc_answer answer;
	struct err err;
	char error_code[COC_ERROR_CODE_MAX * UTF8_CHAR_MAX + 1];
	char error_msg[COC_ERROR_MSG_MAX + 1];
	char request_id[COC_REQUEST_ID_MAX * UTF8_CHAR_MAX + 1];
	char document_id[COC_DOCUMENT_ID_MAX * UTF8_CHAR_MAX + 1];
	struct coc_details details;
	struct coc_summary *summaries;
	/* rows in summaries, which answer_finish() frees, also after a failure */
	size_t n_summaries;
};

/*
 * Reads an answer. Never fails: ret_answer->answer.outcome says what became of the call. An answer
 * that proves nothing has the outcome COC_UNKNOWN, and so has one for which there is no memory
 * (ENOMEM). Give it back with answer_finish().
 */
void answer_read(const struct answer_source *source, struct answer *ret_answer);

/* Makes an answer for a call that got no HTTP answer. err is copied. Give it back with
 * answer_finish(). */
void answer_lost(enum coc_outcome outcome, const struct err *err, struct answer *ret_answer);

/* Frees what the answer owns. */
void answer_finish(struct answer *answer);

#endif
