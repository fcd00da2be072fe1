/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_REFUSAL_H
#define COCFS_COC_REFUSAL_H

#include "base/err.h"
#include "coc/creds.h"

/* The errors of a call that is not sent at all. Each function fills err with EACCES and what to
 * do. */

/* Fills err: calls are paused after COC_AUTH_FAILURES_MAX authentication failures in a row. */
void refusal_paused(struct err *err);

/* Fills err: there are no credentials (creds NULL), or they have expired. why: why there are no new
 * ones; why->text is empty if that is not known yet. */
void refusal_without_creds(const struct coc_creds *creds, const struct err *why, struct err *err);

#endif
