/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_PLACEHOLDER_MAKER_H
#define COCFS_SPACE_PLACEHOLDER_MAKER_H

#include "space/space.h"

/* A thread that makes placeholders: empty files in the spool for imports, jobs that no path of the
 * ledger has. The essay is in placeholder_maker.c. */
struct placeholder_maker;

/* Makes a placeholder maker without work. Returns 0 and an owned maker, or -ENOMEM. */
int placeholder_maker_create(struct space *space, struct placeholder_maker **ret_maker);

/* Frees a maker. The threads of space->workers must have ended before. NULL is accepted. */
void placeholder_maker_destroy(struct placeholder_maker *maker);

/* Begins to make a placeholder for each name, in a thread: an empty file in the root. A name that
 * the root has already is accepted. names: size bytes; each name ends with a NUL. names is used
 * until done is called or placeholder_maker_stop() returns. done gets how many bytes of names were
 * tried, and 0 or the -errno of the name that failed. Returns 0; -EBUSY: the thread has not ended
 * its last work, which was stopped; or another -errno. Without 0, done is not called. */
int placeholder_maker_begin(struct placeholder_maker *maker, const char *names, size_t size,
			    void (*done)(void *data, size_t tried, int result), void *data);

/* Stops the thread. When this function returns, no file is being made, and done will not be called.
 * Returns how many bytes of names were tried. */
size_t placeholder_maker_stop(struct placeholder_maker *maker);

/* Call this function before a name of the root is made for a user. When this function returns, no
 * placeholder is being made. None will be made until the function `done` was called: then call
 * placeholder_maker_begin() again with the names that are left. */
void placeholder_maker_make_way(struct placeholder_maker *maker);

#endif
