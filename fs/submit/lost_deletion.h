/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_LOST_DELETION_H
#define COCFS_SUBMIT_LOST_DELETION_H

#include "submit/state.h"

/* A deletion whose answer was lost. */

/* Asks the service for the job of a deletion that may have been done. Ends the deletion when the
 * answer comes: as done if the job is gone, else as failed, with err, which says why the outcome
 * was not known. If the service cannot be asked, the deletion fails immediately. */
void lost_deletion_ask(struct submission *submission, const struct err *err);

#endif
