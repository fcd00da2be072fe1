/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_HTTP_LAST_WORDS_H
#define COCFS_SERVICE_HTTP_LAST_WORDS_H

#include <microhttpd.h>

#include "service/http/reply.h"

/*
 * Sends an answer without libmicrohttpd, and shuts the connection down: nothing that libmicrohttpd
 * sends afterwards arrives. The function does not wait. If the answer does not fit into the socket,
 * it is lost, and the connection is shut down all the same.
 */
void last_words(struct MHD_Connection *connection, const struct reply *reply,
		const char *request_id);

#endif
