/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_IMPORT_AHEAD_H
#define COCFS_SPACE_IMPORT_AHEAD_H

#include "space/space.h"

/* Imports are fetched before anybody asks for them, while somebody reads one after the other:
 * import_ahead.c has the essay. */

/* Somebody waits for the content of an import that was not fetched. */
void import_ahead_note(struct space *space, const char *name);

/* A fetch that was begun ahead has ended, with 0 or -errno. */
void import_ahead_end(struct space *space, int result);

/* Stops: nothing more is begun ahead. */
void import_ahead_stop(struct space *space);

#endif
