/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_HTTP_REQUEST_H
#define COCFS_SERVICE_HTTP_REQUEST_H

#include <stddef.h>
#include <stdint.h>

#include "bounds/api.h"
#include "service/bounds.h"
#include "service/http/uri.h"
#include "sign/sign.h"

/* A whole request, as the server hands it to the operations. It lives until the answer is given. */
struct request {
	char id[COC_REQUEST_ID_MAX]; /* X-request-id of its answer */
	int64_t now_ms;		     /* time of day when it began, since the epoch */
	int64_t clock_ms;	     /* the same moment, monotonic */
	const char *method;
	struct uri uri;
	struct sign_header headers[SERVICE_HEADERS_MAX]; /* as received */
	size_t n_headers;
	const char *body; /* "" when empty */
	size_t body_size;
};

#endif
