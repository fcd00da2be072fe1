/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_HTTP_URI_H
#define COCFS_SERVICE_HTTP_URI_H

#include <stddef.h>

#include "sign/sign.h"

#define URI_SEGMENTS_MAX 8 /* segments of a path that are kept: a path of the API has fewer */

/*
 * The target of a request line, parsed and decoded. Each segment is decoded by itself, so an
 * encoded slash does not divide a segment.
 */
struct uri {
	char *memory;	  /* holds all the texts below */
	const char *path; /* the whole path, decoded: the client has signed this text */
	const char *segments[URI_SEGMENTS_MAX];
	size_t n_segments; /* all segments; those beyond URI_SEGMENTS_MAX are not kept */
	struct sign_param *params;
	size_t n_params;
};

/*
 * Parses "/path?query". Returns 0 and texts that uri_finish() frees. Returns -EINVAL if the target
 * does not begin with '/', or has a wrong escape, a NUL, or bytes that are not UTF-8. Returns
 * -E2BIG for more than SIGN_QUERY_MAX parameters, or -ENOMEM.
 */
int uri_parse(const char *raw, struct uri *ret_uri);

/* Frees the texts. A zeroed uri is accepted. */
void uri_finish(struct uri *uri);

/* Returns the value of the first parameter with this key; NULL if there is none, or if the value is
 * empty. */
const char *uri_param(const struct uri *uri, const char *key);

#endif
