/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_RECOVERY_H
#define COCFS_SUBMIT_RECOVERY_H

#include "submit/state.h"

/* Takes up the submissions that an earlier mount left unfinished. Returns 0 or -errno. */
int engine_recover(struct engine *engine);

#endif
