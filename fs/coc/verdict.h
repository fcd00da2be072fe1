/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_VERDICT_H
#define COCFS_COC_VERDICT_H

#include <stdbool.h>

#include "coc/coc.h"

/* What an answer that is not a success means: the one table from the service to errno. */
struct verdict {
	enum coc_outcome outcome;
	int errnum;
	const char *sentence;	/* what is wrong */
	const char *what_to_do; /* one thing that mends it */
};

/* One version too many: what COC says to that is not public. */
extern const struct verdict verdict_too_many_versions;

/*
 * The verdict for an HTTP status and an error code ("" without one). A status of 200 is for an
 * answer that carries an error code all the same. Pure; never fails.
 */
const struct verdict *verdict_find(unsigned status, const char *error_code);

/* The same for an answer that is not JSON, by its text as it is shown ("" for an empty one).
 * plain_http: the call was not over TLS. */
const struct verdict *verdict_find_page(unsigned status, const char *text, bool plain_http);

#endif
