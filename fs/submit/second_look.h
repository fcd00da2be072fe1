/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_SECOND_LOOK_H
#define COCFS_SUBMIT_SECOND_LOOK_H

#include "submit/state.h"

/* The list is asked once more after a create: second_look.c has the essay. */

/* A create is about to be told, and may have been made twice. true: the service is asked, and the
 * submission comes back to engine->durable when that has ended. */
bool second_look_begin(struct submission *submission);

/* Stops looking. */
void second_look_finish(struct submission *submission);

#endif
