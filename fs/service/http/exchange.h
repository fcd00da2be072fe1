/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_HTTP_EXCHANGE_H
#define COCFS_SERVICE_HTTP_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "service/http/request.h"

/*
 * One request as it comes in, and the bound on what them all hold together. Knows the rules on
 * sizes, but no HTTP library; all of it belongs to the server's thread.
 */
struct exchange {
	char *raw;	      /* the target of the request line, as received */
	const char *received; /* where that target was: valid until its request is announced */
	size_t received_size;
	char method[16]; /* a longer one is cut; the API has none */
	bool announced;	 /* its headers have been seen */
	bool too_large;	 /* over COC_BODY_MAX: heard out, not kept */
	bool no_room;	 /* the bodies of all requests are over SERVICE_BODIES_MAX: likewise */
	bool is_last;	 /* nothing more is read from the connection after it */
	uint64_t heard;	 /* bytes of body, kept or not */
	struct buf body;
	unsigned status; /* of the answer, 0 without one */
	struct request request;
};

/* Bytes of bodies that are held, over all requests of a server. */
struct exchange_budget {
	uint64_t held;
};

/*
 * Begins a request for the target raw (copied). host ends its request ID. Returns 0 and an owned
 * exchange; -ENOMEM, -EIO.
 */
int exchange_create(const char *raw, const char *host, struct exchange **ret_exchange);

/* Frees it and gives back to the budget what it held; NULL is accepted. */
void exchange_destroy(struct exchange *exchange, struct exchange_budget *budget);

/*
 * Takes a part of the body. Returns 0; -EMSGSIZE: so much beyond the limit that the connection is
 * to be closed; -ENOMEM.
 */
int exchange_body(struct exchange *exchange, struct exchange_budget *budget, const void *bytes,
		  size_t size);

#endif
