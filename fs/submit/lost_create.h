/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_LOST_CREATE_H
#define COCFS_SUBMIT_LOST_CREATE_H

#include "submit/lost.h"

/* The search for the jobs that lost creates may have made. */

/* Looks for the jobs that the lost creates of a name may have made. Ends the round with one of the
 * functions of lost_round.h. */
void lost_create_look(struct lost_answer *lost);

#endif
