/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COCFS_LIMITS_H
#define COCFS_COCFS_LIMITS_H

#include <stdbool.h>

#include "base/descriptors.h"
#include "base/err.h"

/*
 * Divides the descriptors that the process may have. embedded: the service is in this process.
 * Warns in the log if they are few. Returns 0; -EMFILE with err filled: too few for a mount.
 */
int limits_divide(bool embedded, struct descriptors *ret_parts, struct err *err);

#endif
