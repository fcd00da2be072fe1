/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_FAILURE_H
#define COCFS_COC_FAILURE_H

#include "coc/transfer.h"

/* What curl, the kernel and the TLS library know of an exchange that brought no answer.
 * Borrowed. */
struct failure {
	const struct transfer *transfer; /* the exchange, which has ended */
	/* CURLE_OK: a success came before the whole request was sent. CURLE_OPERATION_TIMEDOUT:
	 * also for the deadline of http.c */
	CURLcode code;
	long os_errno;	    /* errno of the connection: CURLINFO_OS_ERRNO */
	const char *url;    /* of the request, with the query */
	const char *cacert; /* the CA file of the options, or NULL */
	bool answered;	    /* the service has answered an earlier request */
};

/* Fills err with what is wrong, the errno for it, and what mends it. Returns -errno. */
int failure_tell(const struct failure *failure, struct err *err);

#endif
