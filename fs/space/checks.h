/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_CHECKS_H
#define COCFS_SPACE_CHECKS_H

#include "space/space.h"

/*
 * Bounds how many files are checked one by one. checks.c says why. Both functions return false if
 * this second had enough. Then a scan of all jobs begins, unless one was made lately.
 */

/* Call this before attributes get a timeout of 0, so that the kernel asks for them again. Returns
 * false if this second had enough of them. */
bool checks_take_look(struct space *space);

/* Call this before the service is asked for a single job. Returns false if this second had enough
 * of such questions. */
bool checks_take_question(struct space *space);

#endif
