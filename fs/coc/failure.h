/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_FAILURE_H
#define COCFS_COC_FAILURE_H

#include "coc/transfer.h"

/* What curl, the kernel and the TLS library know of an exchange that has no answer; borrowed. */
struct failure {
	const struct transfer *transfer; /* that has ended */
	CURLcode code;	 /* CURLE_OK: the answer came too early; CURLE_OPERATION_TIMEDOUT stands for
			    our own deadline, too */
	long os_errno;	 /* CURLINFO_OS_ERRNO */
	const char *url; /* that was called */
	const char *cacert; /* the CA file that was named, or NULL */
	bool answered;	    /* the service has answered an earlier request */
};

/* Fills err with what is wrong, the errno that names it, and what mends it. Returns -errno. */
int failure_tell(const struct failure *failure, struct err *err);

#endif
