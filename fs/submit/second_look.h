/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_SECOND_LOOK_H
#define COCFS_SUBMIT_SECOND_LOOK_H

#include "submit/state.h"

/* After a create the service is asked once more for the jobs of the name. The comment at the top of
 * second_look.c explains why. */

/* Call this before the waiters of an ended submission are answered. Returns true if the service is
 * asked, because another host may have made the same job: the submission comes back to
 * engine->durable afterwards. Returns false if no look is needed, or none can begin: answer the
 * waiters now. */
bool second_look_begin(struct submission *submission);

/* Stops the second look of a submission, and frees it. Does nothing if there is none. */
void second_look_finish(struct submission *submission);

#endif
