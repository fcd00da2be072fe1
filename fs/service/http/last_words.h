/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_HTTP_LAST_WORDS_H
#define COCFS_SERVICE_HTTP_LAST_WORDS_H

#include <microhttpd.h>

#include "service/http/reply.h"

/*
 * Writes an answer to a connection past libmicrohttpd and shuts the connection, so that what
 * libmicrohttpd would send goes nowhere. Nothing is waited for: an answer that does not fit into
 * the socket is lost, and the connection is shut all the same.
 */
void last_words(struct MHD_Connection *connection, const struct reply *reply,
		const char *request_id);

#endif
