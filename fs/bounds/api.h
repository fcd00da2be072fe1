/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BOUNDS_API_H
#define COCFS_BOUNDS_API_H

/*
 * What the COC API takes, and what the client is ready to read of an answer. Sizes are in bytes
 * unless the name says otherwise.
 */

/* What the COC API takes (CreateDocument, UpdateDocument; "characters" are Unicode code points). */
#define COC_CONTENT_MAX 65536	      /* content of a job, 64 KB */
#define COC_UPDATE_CONTENT_MAX 65535  /* the same in an update: one byte less */
#define COC_VERSIONS_MAX 100	      /* versions of a job */
#define COC_NAME_MAX_CHARS 128	      /* name of a job */
#define COC_DESCRIPTION_MAX_CHARS 128 /* description, as UpdateDocument limits it */
#define COC_PROJECT_MAX_CHARS 128     /* enterprise_project_id */
#define COC_DOCUMENT_ID_MAX 128	      /* characters of a job ID, opaque */
/* The bytes of a job ID, with a NUL: characters have up to 4 bytes. */
#define COC_DOCUMENT_ID_ROOM (4 * COC_DOCUMENT_ID_MAX + 1)
#define COC_ERROR_CODE_MAX 64	 /* characters of an error_code: 8..36 are documented */
#define COC_ERROR_MSG_MAX 1024	 /* error_msg: 2..512 characters, of up to 4 bytes, cut here */
#define COC_REQUEST_ID_MAX 256	 /* characters of X-request-id: uuid-timestamp-hostname */
#define COC_BODY_MAX (12u << 20) /* request body that the API gateway takes */

/*
 * What the client is ready to read of an answer: a job, whose content has 65,536 bytes of up to 6
 * bytes in JSON escapes, and 64 KB for all the rest of it. A page of 100 jobs has 4 KB for each. To
 * read so much takes some milliseconds, and the loop waits. All other answers are an ID, or an
 * error: of these a little is kept, and the rest of a longer one is dropped.
 */
#define COC_ANSWER_MAX (6u * COC_CONTENT_MAX + (64u << 10))
/* What is kept of the texts in an answer, in bytes: of most at least twice what the API takes. */
#define COC_FIELD_MAX 1024    /* a name, a creator */
#define COC_FIELD_RISK_MAX 32 /* LOW, MEDIUM, HIGH */
#define COC_FIELD_PROJECT_MAX (4 * COC_PROJECT_MAX_CHARS)
#define COC_FIELD_DESCRIPTION_MAX 4096		    /* a create has no limit that is stated */
#define COC_FIELD_CONTENT_MAX (4 * COC_CONTENT_MAX) /* 65,536 characters */
#define COC_FIELD_VERSION_MAX 512		    /* 128 characters */
#define COC_ANSWER_SHORT_MAX (16u << 10)
#define COC_ANSWER_VALUES_MAX 5000  /* JSON values: 5 times those of 100 rows or versions */
#define COC_ANSWER_DEPTH_MAX 32	    /* nesting: a row of a list is 3 deep */
#define COC_LIST_PAGE 100	    /* jobs a page asked of ListDocuments, as Terraform does */
#define RETRY_AFTER_MAX_MS 86400000 /* a day: no Retry-After keeps a submission longer */

#endif
