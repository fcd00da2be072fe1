/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_CHECKS_H
#define COCFS_SPACE_CHECKS_H

#include "space/space.h"

/*
 * How many files are checked one by one: checks.c says why. Each returns false when there were
 * enough in this second; then the whole list of jobs is asked for, unless that was done lately.
 */

/* Takes one of the attributes that are given to the kernel for no time, so that it asks again. */
bool checks_take_look(struct space *space);

/* Takes one of the questions to the service about a single job. */
bool checks_take_question(struct space *space);

#endif
