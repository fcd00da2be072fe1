/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_TIMEOUTS_H
#define COCFS_SPACE_TIMEOUTS_H

/* How long the kernel may keep most answers. Only this mount changes the spool, and cocfs makes the
 * kernel forget what it keeps of siblings (sibling_cache.c). */
#define SPOOL_TIMEOUT_S 3600.0

/* The kernel must not keep the answer: derived files change by themselves. */
#define UNKEPT_TIMEOUT_S 0.0

/* How long the kernel may keep attributes that come with a lookup: until the next tick of its
 * clock. stat(2) looks a name up and then asks for the attributes. So the kernel need not ask for
 * them again. */
#define LOOKED_UP_S 0.000001

#endif
