/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_CHECKS_H
#define COCFS_SPACE_CHECKS_H

#include "space/space.h"

/*
 * Bounds how many files are checked one by one for a newer version. checks.c says why. Both
 * functions return false if CHECKS_PER_SECOND checks were counted in this second. Then they begin a
 * scan of all jobs, once a second, unless one was made lately. So does a long row of questions.
 */

/* Call this before an answer gives the attributes of a file a timeout of 0, so that the kernel asks
 * for them again. Returns false if this second had CHECKS_PER_SECOND such answers: then give a
 * longer timeout. */
bool checks_take_look(struct space *space);

/* Call this before the service is asked for a single job. Returns false if this second had
 * CHECKS_PER_SECOND such questions: then do not ask. */
bool checks_take_question(struct space *space);

#endif
