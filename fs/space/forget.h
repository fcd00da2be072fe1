/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_FORGET_H
#define COCFS_SPACE_FORGET_H

#include "space/space.h"

/* Drops what is yet to be forgotten when the mount ends: the nodes go with it. */
void forget_all(struct space *space);

#endif
