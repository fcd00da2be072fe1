/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_VERDICT_H
#define COCFS_COC_VERDICT_H

#include <stdbool.h>

#include "coc/coc.h"

/* What an answer means that is not a success. verdict.c has the table of all verdicts. */
struct verdict {
	enum coc_outcome outcome;
	int errnum;
	const char *sentence;	/* says what is wrong */
	const char *what_to_do; /* says one thing that mends it */
};

/* The verdict for a refused update if the job has as many versions as the service takes. What COC
 * itself answers then is not public. */
extern const struct verdict verdict_too_many_versions;

/*
 * Returns the verdict for an HTTP status and an error code ("" if there is none). Use status 200
 * only for an answer that carries an error code. Pure; never fails.
 */
const struct verdict *verdict_find(unsigned status, const char *error_code);

/* Returns the verdict for an answer that is not JSON. text: the answer as people see it ("" if it
 * is empty). plain_http: the call was not over TLS. */
const struct verdict *verdict_find_page(unsigned status, const char *text, bool plain_http);

#endif
