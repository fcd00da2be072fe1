/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_LOST_DELETION_H
#define COCFS_SUBMIT_LOST_DELETION_H

#include "submit/state.h"

/* A deletion whose answer was lost. */

/* Asks the service what became of a deletion that may have been done, and ends the deletion. err
 * says why the outcome is not known. */
void lost_deletion_ask(struct submission *submission, const struct err *err);

#endif
