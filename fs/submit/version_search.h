/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_VERSION_SEARCH_H
#define COCFS_SUBMIT_VERSION_SEARCH_H

#include "submit/state.h"

/* Looks for the version that an update has made: version_search.c has the essay. */

/* Called once from an iteration of the loop, when the search is over: submission->search has what
 * was found. failed: the answer that says why the service could not be asked, or NULL. */
typedef void version_search_done_fn(struct submission *submission, const struct coc_answer *failed);

/* Begins; each question has at most timeout_ms. Returns 0; -errno, and nothing was asked. */
int version_search_begin(struct submission *submission, int64_t timeout_ms,
			 version_search_done_fn *done);

/* An update was done: it ends as what the search has found, and the file warns of other versions.
 */
void version_search_settle(struct submission *submission);

/* An update was not done, and somebody else has written since: says so. */
void version_search_explain(const struct submission *submission, struct err *err);

#endif
