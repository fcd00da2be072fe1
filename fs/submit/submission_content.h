/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_SUBMISSION_CONTENT_H
#define COCFS_SUBMIT_SUBMISSION_CONTENT_H

#include "submit/state.h"

/* Frees the content of a submission that the ledger has. */
void submission_drop_content(struct submission *submission);

/* Reads the content from the ledger, if the submission has none. Returns 0; -EUCLEAN: it is not
 * what was recorded; or what ledger_content() returns. */
int submission_read_content(struct submission *submission);

#endif
