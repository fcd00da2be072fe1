/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_SOURCES_H
#define COCFS_SUBMIT_SOURCES_H

#include "submit/mount.h"

/* Sets each function that is NULL: to the system's clock, or to random(3). */
void sources_complete(struct engine_sources *sources);

#endif
