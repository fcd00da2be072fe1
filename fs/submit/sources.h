/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_SOURCES_H
#define COCFS_SUBMIT_SOURCES_H

#include "submit/mount.h"

/* Fills in the system's clocks and random(3) for each function that is NULL. */
void sources_complete(struct engine_sources *sources);

#endif
