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

/* A call as HTTP: built, signed, ready to be sent. Pure: takes the time, touches no network. */
struct coc_request {
	const char *method;
	char *url;
	char *headers[HTTP_HEADERS_SENT_MAX]; /* "Name: value" */
	size_t n_headers;
	char *body; /* NULL: none */
	size_t body_size;
};

/* What is asked of the service; what an operation does not need is not looked at. */
struct request_spec {
	enum coc_operation operation;
	const char *endpoint; /* URL that was checked, no '/' at its end */
	const struct coc_creds *creds;
	long long now_s;		     /* since the epoch: the time that is signed */
	const char *document_id;	     /* show, update, delete */
	const char *version;		     /* show: "v1", …; NULL: the newest */
	const struct coc_document *document; /* create, update */
	const char *name_like;		     /* list; NULL: all */
	int64_t offset;			     /* list */
};

/* Builds and signs. Returns 0; -EINVAL: something that JSON or a path cannot carry; -EFBIG: more
 * content than the API takes; -ENOMEM; -EIO: the crypto library failed; err filled. */
int request_build(const struct request_spec *spec, struct coc_request *ret_request,
		  struct err *err);

/* Takes what is secret of the request out of a text of the answer: tokens, and the signature. */
void request_hide_secrets(const struct coc_request *request, char *text);

/* Wipes the headers, which hold tokens, and frees what request owns. */
void request_finish(struct coc_request *request);

#endif
