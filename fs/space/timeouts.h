/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_TIMEOUTS_H
#define COCFS_SPACE_TIMEOUTS_H

/* How long the kernel may keep names and attributes of the spool, and those of siblings that it may
 * keep. So long, because only this mount changes the spool, and because cocfs makes the kernel
 * forget a sibling that changes (sibling_cache.c). */
#define SPOOL_TIMEOUT_S 3600.0

/* For a name or attributes that the kernel must not keep, because they may change without a
 * request. These are the attributes of derived files, except some siblings (sibling_cache.c), and
 * a name that may become a sibling's. */
#define UNKEPT_TIMEOUT_S 0.0

/* How long the kernel may keep the attributes of a derived file that come with a lookup: until the
 * next tick of its clock. stat(2) looks the name up, and then needs the attributes: so the kernel
 * sends no second request for them. */
#define LOOKED_UP_S 0.000001

#endif
