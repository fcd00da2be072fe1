/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_HTTP_FRAMING_H
#define COCFS_SERVICE_HTTP_FRAMING_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Where a request ends on its connection, as its headers say (RFC 9112, 6.3). Two readers that
 * disagree, such as a load balancer and this service, take the end of one request for the
 * beginning of another. Two that take another host for the one that is meant take the request for
 * another one. So a request that leaves room for two opinions is refused and its
 * connection closed. Pure: it is told the headers and says what is wrong.
 */
struct framing {
	bool is_http_1_0, needs_host;
	bool bad_name, bad_length, bad_encoding, bad_host;
	size_t n_lengths, n_encodings, n_hosts;
};

/* Takes one more header of the request into account. */
void framing_take(struct framing *framing, const char *name, const char *value);

/* What is wrong, to be followed by nothing; NULL: the end of the request is certain. */
const char *framing_fault(const struct framing *framing);

#endif
