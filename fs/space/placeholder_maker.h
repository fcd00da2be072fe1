/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_PLACEHOLDER_MAKER_H
#define COCFS_SPACE_PLACEHOLDER_MAKER_H

#include "space/space.h"

/* Makes many placeholders in a thread. placeholder_maker.c has the essay. */
struct placeholder_maker;

/* Returns 0 and an owned maker, or -ENOMEM. */
int placeholder_maker_create(struct space *space, struct placeholder_maker **ret_maker);

/* Frees; the threads have ended. NULL is accepted. */
void placeholder_maker_destroy(struct placeholder_maker *maker);

/* Begins to make some names, as make_many of struct import_files. -EBUSY: the thread has not ended
 * what it was stopped in. */
int placeholder_maker_begin(struct placeholder_maker *maker, const char *names, size_t size,
			    void (*done)(void *data, size_t tried, int result), void *data);

/* No file is made any more when this returns, and nobody is told. Returns how many bytes of the
 * names were tried. */
size_t placeholder_maker_stop(struct placeholder_maker *maker);

/* A name of the root is about to be made for a user: no placeholder is made when this returns, and
 * none before done was called. What is left is begun anew from there. */
void placeholder_maker_make_way(struct placeholder_maker *maker);

#endif
