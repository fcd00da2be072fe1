/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_HTTP_FRAMING_H
#define COCFS_SERVICE_HTTP_FRAMING_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Where a request ends on its connection, by its headers (RFC 9112, 6.3). A load balancer and this
 * service must agree on the end. If they disagree, one of them takes the rest of a request for the
 * beginning of another. If they disagree on the host, the request goes to a wrong host. So a
 * request that can be understood in two ways is refused, and its connection is closed. Pure: takes
 * headers, returns what is wrong. The caller sets is_http_1_0 and needs_host (the request must have
 * a Host header), and zeroes the rest.
 */
struct framing {
	bool is_http_1_0, needs_host;
	bool bad_name, bad_length, bad_encoding, bad_host;
	size_t n_lengths, n_encodings, n_hosts;
};

/* Looks at one header of the request. Call this function for each header, in any order, and then
 * framing_fault(). */
void framing_take(struct framing *framing, const char *name, const char *value);

/* Returns what is wrong with the headers, as the end of a sentence, not to be freed. Returns NULL
 * if nothing is wrong: the end of the request and its host are certain. */
const char *framing_fault(const struct framing *framing);

#endif
