/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_SUBMISSION_CONTENT_H
#define COCFS_SUBMIT_SUBMISSION_CONTENT_H

#include "submit/state.h"

/* Frees the content of a submission. The ledger still has it. */
void submission_drop_content(struct submission *submission);

/* Reads the content from the ledger, if the submission has none in memory. Returns 0, -EUCLEAN if
 * the content has another size than was recorded, or an error of ledger_content(). */
int submission_read_content(struct submission *submission);

#endif
