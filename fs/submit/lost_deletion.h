/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_LOST_DELETION_H
#define COCFS_SUBMIT_LOST_DELETION_H

#include "submit/state.h"

/* A deletion whose answer was lost. */

/* Takes a deletion that may have been done, err says why nobody knows: asks the service, and ends
 * it. */
void lost_deletion_ask(struct submission *submission, const struct err *err);

#endif
