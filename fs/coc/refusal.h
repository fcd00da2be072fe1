/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_REFUSAL_H
#define COCFS_COC_REFUSAL_H

#include "base/err.h"
#include "coc/creds.h"

/* Why a call is not sent at all: each fills err, EACCES, with what to do. */

/* Too many authentication failures in a row. */
void refusal_paused(struct err *err);

/* There are no credentials (creds NULL), or they have ended. why: why new ones cannot be had; its
 * text is empty if nobody knows yet. */
void refusal_without_creds(const struct coc_creds *creds, const struct err *why, struct err *err);

#endif
