/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_TIMEOUTS_H
#define COCFS_SPACE_TIMEOUTS_H

/* Answers to the kernel hold for this long: nobody else changes the spool. Siblings change by
 * themselves, so theirs do not hold at all. */
#define SPOOL_TIMEOUT_S 3600.0
#define SIBLING_TIMEOUT_S 0.0

/* The attributes that come with the look-up of a sibling hold until the next tick of the kernel's
 * clock. For stat(2) looks up and then asks: so it need not ask again. */
#define SIBLING_LOOKED_UP_S 0.000001

#endif
