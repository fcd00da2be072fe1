/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_ANSWER_H
#define COCFS_COC_ANSWER_H

#include "base/err.h"
#include "base/utf8.h"
#include "bounds/api.h"
#include "coc/coc.h"

/* From the bytes of an HTTP answer to what became of the call. Pure: no clock, no network. */
enum coc_operation { COC_OP_CREATE, COC_OP_LIST, COC_OP_SHOW, COC_OP_UPDATE, COC_OP_DELETE };

/* What came back; all borrowed. */
struct answer_source {
	enum coc_operation operation;
	const char *document_id; /* the job that the call was about: update, delete, show */
	int64_t version;	 /* that the job has before an update, as far as is known; else 0 */
	unsigned status;
	const char *request_id;	 /* header X-Request-Id, or NULL */
	const char *retry_after; /* header Retry-After, or NULL */
	const void *body;
	size_t body_size;
	bool cut;	      /* the body goes on, and is not told any more */
	const char *endpoint; /* URL that was called, for the story */
	int64_t now_s;	      /* since the epoch: what a Retry-After date is compared with */
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
	size_t n_summaries; /* rows to free, also after a failure */
};

/*
 * Reads an answer. Never fails: what cannot be understood is an answer, too (outcome UNKNOWN; so is
 * running out of memory, with ENOMEM). Give it back with answer_finish().
 */
void answer_read(const struct answer_source *source, struct answer *ret_answer);

/* Makes an answer of a failure that has no HTTP answer; err is copied. */
void answer_lost(enum coc_outcome outcome, const struct err *err, struct answer *ret_answer);

/* Frees what the answer owns. */
void answer_finish(struct answer *answer);

#endif
