/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_HTTP_URI_H
#define COCFS_SERVICE_HTTP_URI_H

#include <stddef.h>

#include "sign/sign.h"

#define URI_SEGMENTS_MAX 8 /* more than any path of the API has */

/*
 * What a request line asks for, taken apart and decoded. Segments are decoded one by one, so that
 * an encoded slash never makes two of one.
 */
struct uri {
	char *memory;	  /* all the texts below */
	const char *path; /* decoded as a whole, as it is signed */
	const char *segments[URI_SEGMENTS_MAX];
	size_t n_segments; /* all that there are; those beyond URI_SEGMENTS_MAX are not kept */
	struct sign_param *params;
	size_t n_params;
};

/*
 * Takes "/path?query" apart. Returns 0 and texts that uri_finish() frees; -EINVAL: it does not
 * begin with '/', a wrong escape, a NUL, or not UTF-8; -E2BIG: more than SIGN_QUERY_MAX parameters;
 * -ENOMEM.
 */
int uri_parse(const char *raw, struct uri *ret_uri);

/* Frees the texts; a zeroed uri is accepted. */
void uri_finish(struct uri *uri);

/* The first value of a parameter; NULL when it is absent or empty. */
const char *uri_param(const struct uri *uri, const char *key);

#endif
