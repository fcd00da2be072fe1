/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_TIMEOUTS_H
#define COCFS_SPACE_TIMEOUTS_H

/* Answers to the kernel hold for this long: nobody else changes the spool. Siblings change by
 * themselves, so theirs do not hold at all. */
#define SPOOL_TIMEOUT_S 3600.0
#define SIBLING_TIMEOUT_S 0.0

/* What comes with a sibling when it is looked up holds until the next tick of the kernel's clock:
 * stat(2) looks up and then asks, and need not ask again what it was told just now. */
#define SIBLING_LOOKED_UP_S 0.000001

#endif
