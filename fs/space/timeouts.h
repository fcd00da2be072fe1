/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_TIMEOUTS_H
#define COCFS_SPACE_TIMEOUTS_H

/* Answers to the kernel hold for this long: nobody else changes the spool, and what the kernel
 * keeps of siblings it is made to forget (sibling_cache.c). */
#define SPOOL_TIMEOUT_S 3600.0

/* The kernel keeps nothing of the answer: what is derived changes by itself. */
#define UNKEPT_TIMEOUT_S 0.0

/* The attributes that come with a look-up hold until the next tick of the kernel's clock. For
 * stat(2) looks up and then asks: so it need not ask again. */
#define LOOKED_UP_S 0.000001

#endif
