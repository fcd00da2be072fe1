/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_HTTP_REQUEST_H
#define COCFS_SERVICE_HTTP_REQUEST_H

#include <stddef.h>
#include <stdint.h>

#include "bounds/api.h"
#include "service/bounds.h"
#include "service/http/uri.h"
#include "sign/sign.h"

/* A whole request, as the server gives it to the operations. The request and its strings live until
 * the answer is made. */
struct request {
	char id[COC_REQUEST_ID_MAX]; /* the X-request-id of the answer */
	int64_t now_ms;		     /* when the request began, since the epoch */
	int64_t clock_ms;	     /* when the request began, on the monotonic clock */
	const char *method;
	struct uri uri;
	struct sign_header headers[SERVICE_HEADERS_MAX]; /* as received */
	size_t n_headers;
	const char *body; /* "": there is no body */
	size_t body_size;
};

#endif
