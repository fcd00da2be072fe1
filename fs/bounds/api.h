/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BOUNDS_API_H
#define COCFS_BOUNDS_API_H

/*
 * Bounds of the COC API, and of the answers that the client reads. A name with MAX is the most that
 * is accepted or kept, in bytes unless the name or the comment says otherwise.
 */

/* What the COC API takes in CreateDocument and UpdateDocument. "Characters" are Unicode code
 * points. */
#define COC_CONTENT_MAX 65536	      /* bytes of a job's content in a create */
#define COC_UPDATE_CONTENT_MAX 65535  /* bytes of the content in an update */
#define COC_VERSIONS_MAX 100	      /* versions of a job */
#define COC_NAME_MAX_CHARS 128	      /* name of a job */
#define COC_DESCRIPTION_MAX_CHARS 128 /* description, as UpdateDocument limits it */
#define COC_PROJECT_MAX_CHARS 128     /* enterprise_project_id */
/* Characters of a job ID; nothing else is known of its form. */
#define COC_DOCUMENT_ID_MAX 128
/* Room for a job ID in bytes, with a NUL: a character has up to 4 bytes. */
#define COC_DOCUMENT_ID_ROOM (4 * COC_DOCUMENT_ID_MAX + 1)
#define COC_ERROR_CODE_MAX 64 /* characters of an error_code: 8..36 are documented */
/* Bytes of an error_msg that are kept. 2..512 characters are documented, of up to 4 bytes each. */
#define COC_ERROR_MSG_MAX 1024
#define COC_REQUEST_ID_MAX 256	 /* characters of X-request-id: uuid-timestamp-hostname */
#define COC_BODY_MAX (12u << 20) /* bytes of a request body that the API gateway takes */

/*
 * What the client reads of an answer. The longest answer is a job: a content of 65,536 bytes, where
 * JSON escapes make up to 6 bytes of each, and 64 KB for all other fields. A page of 100 jobs has 4
 * KB for each job. To parse so much takes some milliseconds, and the loop waits. All other answers
 * are an ID or an error: the client keeps COC_ANSWER_SHORT_MAX bytes of such an answer and drops
 * the rest.
 */
#define COC_ANSWER_MAX (6u * COC_CONTENT_MAX + (64u << 10))
/* The bytes that the client keeps of each text in an answer: for most at least twice what the API
 * takes. */
#define COC_FIELD_MAX 1024    /* the name of a job, or of its creator */
#define COC_FIELD_RISK_MAX 32 /* risk_level: LOW, MEDIUM or HIGH */
#define COC_FIELD_PROJECT_MAX (4 * COC_PROJECT_MAX_CHARS)
#define COC_FIELD_DESCRIPTION_MAX 4096		    /* a create has no documented limit */
#define COC_FIELD_CONTENT_MAX (4 * COC_CONTENT_MAX) /* 65,536 characters of up to 4 bytes */
#define COC_FIELD_VERSION_MAX 512		    /* 128 characters of up to 4 bytes */
#define COC_ANSWER_SHORT_MAX (16u << 10)
#define COC_ANSWER_VALUES_MAX 5000 /* JSON values: 5 times those of 100 jobs or versions */
#define COC_ANSWER_DEPTH_MAX 32	   /* nesting of JSON values: a job in a list is 3 deep */
#define COC_LIST_PAGE 100 /* limit= of ListDocuments: jobs on a page; Terraform asks for 100 */
#define RETRY_AFTER_MAX_MS 86400000 /* a day: a longer Retry-After counts as a day */

#endif
