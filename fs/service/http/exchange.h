/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_HTTP_EXCHANGE_H
#define COCFS_SERVICE_HTTP_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "service/http/request.h"

/*
 * One request while it comes in, and the bound on the bodies of all requests. This code has the
 * rules on sizes, and uses no HTTP library. Only the server's thread calls it.
 */
struct exchange {
	char *raw;	      /* the target of the request line, as received; owned */
	const char *received; /* where the target was received: valid until the headers have been
				 read */
	size_t received_size;
	char method[16]; /* a longer method is cut: the API has none */
	bool announced;	 /* the headers have been read */
	bool too_large;	 /* the body is over COC_BODY_MAX: it is read, and not kept */
	bool no_room;	 /* SERVICE_BODIES_MAX is used up: the body is read, and not kept */
	bool is_last;	 /* the connection is closed after this request */
	uint64_t heard;	 /* bytes of the body that came, kept or not */
	struct buf body;
	unsigned status; /* of the answer; 0: there is none yet */
	struct request request;
};

/* How many bytes the bodies of all requests of a server hold together: at most
 * SERVICE_BODIES_MAX. */
struct exchange_budget {
	uint64_t held;
};

/*
 * Begins a request for the target raw. Copies raw, and keeps the pointer too, as received. The
 * request ID ends in host. Returns 0 and an exchange that the caller destroys; or -ENOMEM, or -EIO
 * if the kernel gives no random numbers.
 */
int exchange_create(const char *raw, const char *host, struct exchange **ret_exchange);

/* Frees an exchange, and takes its body off the budget. NULL is accepted. */
void exchange_destroy(struct exchange *exchange, struct exchange_budget *budget);

/*
 * Takes the next part of the body. Returns 0, also if the body is not kept: see too_large and
 * no_room. Returns -EMSGSIZE if more than SERVICE_BODY_DRAIN_MAX bytes came: close the connection.
 * Returns -ENOMEM.
 */
int exchange_body(struct exchange *exchange, struct exchange_budget *budget, const void *bytes,
		  size_t size);

#endif
