/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SIGN_SIGN_H
#define COCFS_SIGN_SIGN_H

#include <stddef.h>

#include "base/buf.h"

/*
 * SDK-HMAC-SHA256, the signature of Huawei Cloud's API gateway (facts in docs/api.md). The client
 * signs with it, the local service checks with it. Pure: no clock, no network.
 */

#define SIGN_ALGORITHM "SDK-HMAC-SHA256"
#define SIGN_HEX_SIZE 65     /* 64 hex digits and a NUL */
#define SIGN_DATE_SIZE 17    /* "YYYYMMDDTHHMMSSZ" and a NUL */
#define SIGN_QUERY_MAX 16384 /* the most parameters of a query: 32 KB of URI hold no more */
#define SIGN_HEADERS_MAX 32  /* the most headers that are signed */

struct sign_header {
	const char *name;  /* in any case; it is signed in lower case */
	const char *value; /* it is signed without the blanks at its ends */
};

/* A query parameter, not percent-encoded. A value of NULL is signed like "", as "key=". */
struct sign_param {
	const char *key, *value;
};

struct sign_request {
	const char *method;
	const char *path; /* not encoded, such as "/v1/documents"; signed with a "/" at its end */
	const struct sign_param *params; /* the parameters of the query, in any order */
	size_t n_params;
	const struct sign_header
		*headers; /* those to sign, in any order; must contain x-sdk-date */
	size_t n_headers;
	const void *body; /* may be NULL if body_size is 0 */
	size_t body_size;
};

/* Percent-encodes a text as the canonical form does (unreserved bytes stay, upper-case hex), and
 * appends it to out. keep_slash: 1 leaves '/' as it is, for a path; 0 encodes '/'. Returns 0 or
 * -ENOMEM. */
int sign_encode(struct buf *out, const char *text, int keep_slash);

/* Appends the canonical request to out. Returns 0, -E2BIG if there are more than SIGN_QUERY_MAX
 * parameters or SIGN_HEADERS_MAX headers, -ENOMEM, or -EINVAL if there is no x-sdk-date header. */
int sign_canonical_request(const struct sign_request *request, struct buf *out);

/* Appends the names of the signed headers to out: lower case, sorted, joined by ';'. Returns 0,
 * -E2BIG, -ENOMEM or -EINVAL: see sign_canonical_request(). */
int sign_signed_headers(const struct sign_request *request, struct buf *out);

/* Calculates the signature of a request, in hex. sk: the secret key. Returns 0, -E2BIG, -ENOMEM or
 * -EINVAL (see sign_canonical_request()), or -EIO if the crypto library fails. */
int sign_request(const struct sign_request *request, const void *sk, size_t sk_size,
		 char ret_hex[SIGN_HEX_SIZE]);

/* Calculates the SHA-256 of size bytes, in hex. Returns 0, or -EIO if the crypto library fails. */
int sign_sha256_hex(const void *bytes, size_t size, char ret_hex[SIGN_HEX_SIZE]);

/* Writes a time (seconds since the epoch) in the form of X-Sdk-Date. Writes "" if the year has not
 * four digits. */
void sign_date(long long unix_s, char ret_date[SIGN_DATE_SIZE]);

/* Reads an X-Sdk-Date ("20250701T180239Z") into seconds since the epoch. Returns 0, or -EINVAL if
 * it has another form or is no real date. */
int sign_date_parse(const char *date, long long *ret_unix_s);

#endif
