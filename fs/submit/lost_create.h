/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_LOST_CREATE_H
#define COCFS_SUBMIT_LOST_CREATE_H

#include "submit/lost.h"

/* The jobs that lost creates may have made. */

/* Looks for the jobs that the lost creates of a name may have made; ends with one of the functions
 * above. */
void lost_create_look(struct lost_answer *lost);

#endif
