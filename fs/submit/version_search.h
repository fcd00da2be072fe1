/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_VERSION_SEARCH_H
#define COCFS_SUBMIT_VERSION_SEARCH_H

#include "submit/state.h"

/* Looks for the version that an update has made: the comment at the top of version_search.c
 * explains how. */

/* Called once from an iteration of the loop, when the search is over: submission->search has the
 * result. failed: the answer that ended the search early, or NULL. */
typedef void version_search_done_fn(struct submission *submission, const struct coc_answer *failed);

/* Begins the search. Each question to the service has at most timeout_ms. Returns 0, or -errno if
 * nothing was asked. */
int version_search_begin(struct submission *submission, int64_t timeout_ms,
			 version_search_done_fn *done);

/* Ends an update that was done, with the versions that the search has found. The file warns of
 * versions that others have written. */
void version_search_settle(struct submission *submission);

/* Fills err: the update was not done, and somebody else has written a version since. */
void version_search_explain(const struct submission *submission, struct err *err);

#endif
