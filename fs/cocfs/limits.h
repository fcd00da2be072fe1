/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COCFS_LIMITS_H
#define COCFS_COCFS_LIMITS_H

#include <stdbool.h>

#include "base/descriptors.h"
#include "base/err.h"

/*
 * Divides the descriptors that the process may have open among the parts of the mount (struct
 * descriptors). embedded: the service runs in this process. Warns in the log if there are fewer
 * than DESCRIPTORS_FEW. Returns 0; or -EMFILE with err filled: there are fewer than
 * DESCRIPTORS_LEAST.
 */
int limits_divide(bool embedded, struct descriptors *ret_parts, struct err *err);

#endif
