/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_REQUEST_H
#define COCFS_COC_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "coc/coc.h"
#include "coc/answer.h"
#include "coc/bounds.h"
#include "coc/creds.h"

/* A call as an HTTP request: built, signed, ready to be sent. Pure: it gets the time, and uses no
 * network. */
struct coc_request {
	const char *method;
	char *url;
	char *headers[HTTP_HEADERS_SENT_MAX]; /* each is "Name: value" */
	size_t n_headers;
	char *body; /* NULL: the request has no body */
	size_t body_size;
};

/* What to ask of the service. Members that an operation does not need are ignored. */
struct request_spec {
	enum coc_operation operation;
	const char *endpoint; /* a URL from coc_endpoint_check(), so without a '/' at its end */
	const struct coc_creds *creds;
	long long now_s;		     /* since the epoch: the time that is signed */
	const char *document_id;	     /* only show, update and delete have it */
	const char *version;		     /* show: "v1", …; NULL: the newest */
	const struct coc_document *document; /* only create and update have it */
	const char *name_like;		     /* only list has it; NULL: all names */
	int64_t offset;			     /* only list has it */
};

/* Builds and signs a request. Returns 0, or -errno with err filled. -EINVAL: a text is not UTF-8,
 * the content has a NUL, or document_id is no job ID. -EFBIG: the content is longer than the API
 * takes. -ENOMEM. -EIO: the crypto library failed. */
int request_build(const struct request_spec *spec, struct coc_request *ret_request,
		  struct err *err);

/* Replaces the secrets of the request (tokens and the signature) by "***" where any of the n texts
 * has them. The texts are those of the answer. */
void request_hide_secrets(const struct coc_request *request, char *const *texts, size_t n);

/* Wipes the headers, which hold tokens, and frees what request owns. */
void request_finish(struct coc_request *request);

#endif
